package slack_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tocsin/watcher/slack"
	"tocsin/watcher/slack/slacktest"
)

// People call themselves what they like, and answers quote feeds and what was asked:
// the stand-in refuses what would ring, link or break a message.
func TestHostileNamesAndAnswersAreOnlyShown(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	c := newClient(t, s)
	var deeds []slack.Deed
	c.ShowButtons(func(context.Context, string) ([]slack.Deed, error) { return deeds, nil })
	h := hear(t, s, slacktest.AppToken)
	h.untilHeard(s.Slash(slacktest.Person{ID: "U1", Name: "<!channel>"}, general, "status"))
	for _, text := range hostile {
		deeds = nil
		for _, b := range []slack.Button{slack.ButtonUseful, slack.ButtonNotRelevant, slack.ButtonMuteStory, slack.ButtonMuteRule, slack.ButtonWhy, "another"} {
			for range 7 {
				deeds = append(deeds, slack.Deed{Button: b, Name: text, Object: text, Until: time.Unix(1e9, 0)})
			}
		}
		receipt, err := c.Post(t.Context(), general, sample("k"))
		if err != nil || receipt.Refused != "" {
			t.Errorf("deeds of %.40q: %v %s", text, err, receipt.Refused)
		}
		reply := slack.Reply{Title: text}
		for range 60 {
			reply.Lines = append(reply.Lines, slack.ReplyLine{Text: text, Link: text, Bold: true}, slack.ReplyLine{Text: "  " + text, Link: "https://news.example/" + text})
		}
		if err := c.Reply(t.Context(), h.events[0].Origin, reply); err != nil {
			t.Errorf("answer of %.40q: %v", text, err)
		}
	}
}

func TestAnswersGoToSlackAlone(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://hooks.slack.com/actions/T/1/x":             true,
		"https://slack.com/x":                               true,
		"http://hooks.slack.com/actions/T/1/x":              false,
		"https://hooks.slack.com.evil.example/actions":      false,
		"https://evilslack.com/actions":                     false,
		"https://user@hooks.slack.com/actions":              false,
		"https://127.0.0.1:1/actions":                       false,
		"http://gateway.example:1234/actions/x":             true,
		"https://gateway.example/actions/x":                 false,
		"":                                                  false,
		"\x00":                                              false,
		"file:///etc/passwd":                                false,
		strings.Repeat("https://evil.example/slack.com", 9): false,
	} {
		if got := slack.MayAnswer("http://gateway.example/api/", address); got != want {
			t.Errorf("%q: %v, want %v", address, got, want)
		}
	}
}
