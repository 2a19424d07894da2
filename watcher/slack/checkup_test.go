package slack_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/watcher/slack"
	"tocsin/watcher/slack/slacktest"
)

func TestExamineTellsWhatIsMissing(t *testing.T) {
	t.Parallel()
	names := func(scopes []slack.Scope) (list []string) {
		for _, s := range scopes {
			list = append(list, s.Name)
		}
		return list
	}
	for granted, want := range map[string][]string{
		"": nil,
		"chat:write,channels:read,groups:read,channels:history,groups:history,more": nil,
		"channels:read, groups:read,chat:write.public,channels:history":             {"chat:write", "groups:history"},
	} {
		s := slacktest.New(slacktest.Options{Scopes: granted})
		standing, err := slack.NewClient(slacktest.Token, s.APIURL(), nil).Examine(t.Context(), func() time.Time { return time.Now().Add(-time.Hour) })
		s.Close()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, names(standing.Missing)); diff != "" {
			t.Errorf("granted %q: missing (-want +got):\n%s", granted, diff)
		}
		if standing.Who != "tocsin in Example Newsroom" || standing.Skew.Round(time.Minute) != time.Hour {
			t.Errorf("it is %+v", standing)
		}
	}
}

func TestMember(t *testing.T) {
	t.Parallel()
	s := slacktest.New(slacktest.Options{Channels: []slacktest.Channel{
		{ID: "C0MEMBER001", Name: "in"}, {ID: "C0STRANGE01", Name: "out", NotMember: true},
		{ID: "G0SECRET001", Name: "secret", Private: true, NotMember: true}, {ID: "C0OLD000001", Name: "old", Archived: true},
	}})
	defer s.Close()
	c := slack.NewClient(slacktest.Token, s.APIURL(), nil)
	for channel, want := range map[string]bool{"#in": true, "C0MEMBER001": true, "#out": false, "C0STRANGE01": false, "#old": false} {
		if got, err := c.Member(t.Context(), channel); err != nil || got != want {
			t.Errorf("member of %s: %v, %v", channel, got, err)
		}
	}
	for _, channel := range []string{"#secret", "#nowhere", "C0NOWHERE01"} {
		_, err := c.Member(t.Context(), channel)
		if class, _ := slack.Classify(err); err == nil || class != slack.Channel {
			t.Errorf("%s: %v", channel, err)
		}
	}
}
