package slack_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/watcher/slack"
	"tocsin/watcher/slack/slacktest"
)

// workspace is a server, and a client of it.
func workspace(t *testing.T, o slacktest.Options) (*slacktest.Server, *slack.Client) {
	t.Helper()
	s := slacktest.New(o)
	t.Cleanup(s.Close)
	return s, slack.NewClient(slacktest.Token, s.APIURL(), nil)
}

func post(t *testing.T, c *slack.Client, m slack.Message) slack.Receipt {
	t.Helper()
	r, err := c.Post(t.Context(), "#general", m)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAReplyIsInItsThreadAndFoundThere(t *testing.T) {
	t.Parallel()
	s, c := workspace(t, slacktest.Options{MaxPage: 2})
	parent := post(t, c, sample("parent"))
	var last slack.Receipt
	for _, key := range []string{"r1", "r2", "r3"} {
		m := slack.Render(slack.Alert{Key: key, Report: &slack.Report{Title: "Another", Source: "Reuters"}})
		m.Thread = parent.TS
		last = post(t, c, m)
	}
	if got := s.Messages("general"); len(got) != 4 || got[3].Thread != parent.TS {
		t.Fatalf("messages: %+v", got)
	}
	found, ok, err := c.FindReply(t.Context(), parent, "r3", time.Now())
	if err != nil || !ok || found != last {
		t.Errorf("found %v, %v, %v, want %v", found, ok, err, last)
	}
	if _, ok, err := c.FindReply(t.Context(), parent, "other", time.Now()); ok || err != nil {
		t.Errorf("found what is not there: %v, %v", ok, err)
	}
	if _, ok, err := c.Find(t.Context(), "#general", "r3", time.Now()); ok || err != nil {
		t.Errorf("a reply is in the history of the channel: %v, %v", ok, err)
	}
	if v := s.Violations(); len(v) > 0 {
		t.Error(v)
	}
}

func TestAThreadThatIsGoneOrClosedTakesNoReplyAway(t *testing.T) {
	t.Parallel()
	s, c := workspace(t, slacktest.Options{})
	m := sample("reply")
	m.Thread = "1700000000.000100"
	r := post(t, c, m)
	if got := s.Messages("general"); len(got) != 1 || got[0].Thread != "" {
		t.Errorf("messages: %+v", got)
	}
	found, ok, err := c.FindReply(t.Context(), slack.Receipt{Channel: r.Channel, TS: m.Thread}, "reply", time.Now())
	if err != nil || !ok || found != r {
		t.Errorf("found %v, %v, %v", found, ok, err)
	}
	s.Fail("chat.postMessage", slacktest.Refuse("restricted_action_thread_locked"))
	m.Key = "second"
	post(t, c, m)
	if n := s.Calls("chat.postMessage"); n != 3 {
		t.Errorf("%d calls", n)
	}
}

func TestAnUpdateChangesTheMessageAndKeepsItsKey(t *testing.T) {
	t.Parallel()
	s, c := workspace(t, slacktest.Options{})
	r := post(t, c, sample("k"))
	m := slack.Render(slack.Alert{Key: "k", Severity: "low", Title: "Changed", Source: "A", Also: []slack.Report{{Source: "Reuters"}}, Matches: []slack.Match{{Title: "R"}}})
	for range 2 {
		if err := c.Update(t.Context(), r, m); err != nil {
			t.Fatal(err)
		}
	}
	got := s.Messages("general")
	if len(got) != 1 || got[0].Text != m.Text || got[0].Metadata.EventPayload["key"] != "k" {
		t.Errorf("messages: %+v", got)
	}
	s.Delete("general", r.TS)
	err := c.Update(t.Context(), r, m)
	if class, _ := slack.Classify(err); class != slack.Payload {
		t.Errorf("a message that is gone: %v", err)
	}
	if v := s.Violations(); len(v) > 0 {
		t.Error(v)
	}
}

// Where Slack would have no reply it was posted to the channel, and is found there.
func TestAReplyThatStandsInTheChannelIsFound(t *testing.T) {
	t.Parallel()
	_, c := workspace(t, slacktest.Options{})
	parent, stray := post(t, c, sample("parent")), post(t, c, sample("stray"))
	got, found, err := c.FindReply(t.Context(), parent, "stray", time.Now())
	if err != nil || !found || got.TS != stray.TS {
		t.Errorf("%v, %v, %v, want %v", got, found, err, stray)
	}
	if _, found, err := c.FindReply(t.Context(), parent, "nowhere", time.Now()); err != nil || found {
		t.Errorf("what is nowhere: %v, %v", found, err)
	}
}

func TestTheAddressOfAMessage(t *testing.T) {
	t.Parallel()
	_, c := workspace(t, slacktest.Options{})
	r := post(t, c, sample("k"))
	link, err := c.Link(t.Context(), r)
	if err != nil || !strings.HasPrefix(link, "https://example-newsroom.slack.example/archives/C0GENERAL01/p") {
		t.Errorf("%q, %v", link, err)
	}
}

func TestWhoIsMentioned(t *testing.T) {
	t.Parallel()
	s, c := workspace(t, slacktest.Options{MaxPage: 1, Groups: map[string]string{"policy-oncall": "S0GROUP001"}, Users: map[string]string{"ann": "U0ANN00001", "bob": "U0BOB00001"}})
	for name, want := range map[string]string{"@policy-oncall": "S0GROUP001", "@bob": "U0BOB00001", "@here": "here", "U0ANN00001": "U0ANN00001", "@nobody": ""} {
		for range 2 {
			if id, err := c.Mention(t.Context(), name); err != nil || id != want {
				t.Errorf("%s is %q, %v, want %q", name, id, err, want)
			}
		}
	}
	post(t, c, slack.Render(slack.Alert{Key: "k", Title: "T", Mention: "@policy-oncall", MentionID: "S0GROUP001", Matches: []slack.Match{{Title: "R"}}}))
	post(t, c, slack.Render(slack.Alert{Key: "l", Mention: "@bob", MentionID: "U0BOB00001", Digest: &slack.Digest{}}))
	post(t, c, slack.Render(slack.Alert{Key: "m", Title: "T", Mention: "@nobody", Matches: []slack.Match{{Title: "R"}}}))
	if v := s.Violations(); len(v) > 0 {
		t.Error(v)
	}
}
