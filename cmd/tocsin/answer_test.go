//go:build unix

package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/watcher/slack/slacktest"
)

// With an app-level token messages have buttons that do something, in the daemon and
// over a cut connection; without one they have none.
func TestRunHearsWhatPeopleDo(t *testing.T) {
	t.Parallel()
	slack := slacktest.New(slacktest.Options{Channels: []slacktest.Channel{{ID: "C0123456789", Name: "ai-news"}}})
	t.Cleanup(slack.Close)
	ann := slacktest.Person{ID: "U0ANN", Name: "ann"}
	until := func(what string, so func() bool) {
		t.Helper()
		for limit := time.After(time.Minute); ; {
			changed := slack.Changed()
			if so() {
				return
			}
			select {
			case <-changed:
			case <-limit:
				t.Fatalf("not so after a minute: %s", what)
			}
		}
	}
	shown := func() string { return fmt.Sprint(slack.Messages("ai-news")[0].Blocks) }

	d := newDaemon(t)
	d.write("tocsin.yaml", fmt.Sprintf("rules: [noise.yaml]\nfeeds: [{url: %s}]\nslack: {api_url: %s}\nfetch: {allow_private: true}\nweb: {listen: \"\"}\n", d.url, slack.APIURL()))
	d.write("noise.yaml", "version: 1\ntheme: noise\nrules: [{id: noise.rings, require: gong}]\n")
	d.env = []string{"TOCSIN_SLACK_APP_TOKEN=" + slacktest.AppToken}
	d.start("run", slacktest.Token)
	d.waitFor("alert said")
	until("it hears", func() bool { return slack.Sockets() == 2 })
	at := slack.Messages("ai-news")[0].TS
	slack.CutSockets()
	if slack.Press(ann, "ai-news", at, "useful") == "" {
		t.Fatalf("there are no buttons: %s", shown())
	}
	until("the vote is shown", func() bool { return strings.Contains(shown(), "Useful: ann") })
	why := slack.Press(ann, "ai-news", at, "why")
	until("why is told", func() bool {
		answers := slack.Answers()
		return len(answers) == 1 && answers[0].Envelope == why && strings.HasPrefix(answers[0].Text, "Why: A gong sounds")
	})
	d.end()
	if out := strings.Join(d.printed, "\n"); strings.Contains(out, slacktest.AppToken) || strings.Contains(out, "secret-ticket") {
		t.Errorf("a secret is logged:\n%s", out)
	}

	d.env = nil
	d.write("tocsin.yaml", fmt.Sprintf("store: other.db\nrules: [noise.yaml]\nfeeds: [{url: %s}]\nslack: {api_url: %s}\nfetch: {allow_private: true}\nweb: {listen: \"\"}\n", d.url, slack.APIURL()))
	d.start("run", slacktest.Token)
	d.waitFor("alert said")
	messages := slack.Messages("ai-news")
	if text := fmt.Sprint(messages[len(messages)-1].Blocks); strings.Contains(text, "actions") {
		t.Errorf("there are buttons that nobody hears: %s", text)
	}
	d.end()
	for _, v := range slack.Violations() {
		t.Errorf("violation: %s", v)
	}
}
