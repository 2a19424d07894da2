package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"tocsin/watcher/slack"
	"tocsin/watcher/slack/slacktest"
)

// manyDeeds is all that can be shown of deeds.
func manyDeeds() []slack.Deed {
	until := time.Date(2026, 11, 24, 6, 30, 0, 0, time.UTC)
	deeds := []slack.Deed{
		{Button: slack.ButtonUseful, Name: "ann"},
		{Button: slack.ButtonNotRelevant, Name: "<!channel> *bob*\u202e"},
		{Button: slack.ButtonMuteRule, Name: "carol", Object: "exclusivity.<loosened>", Until: until},
		{Button: slack.ButtonMuteStory, Name: "", Until: until.Add(time.Hour)},
	}
	for i := range 7 {
		deeds = append(deeds, slack.Deed{Button: slack.ButtonUseful, Name: fmt.Sprintf("person %d", i)})
	}
	return deeds
}

// TestButtonsAndWhatPeopleDid compares what stands below a message with a file.
func TestButtonsAndWhatPeopleDid(t *testing.T) {
	t.Parallel()
	got := new(txtar.Archive)
	for _, tt := range []struct {
		name  string
		deeds []slack.Deed
	}{{"nobody did anything", nil}, {"people did all that there is", manyDeeds()}} {
		s := newServer(t, slacktest.Options{})
		c := newClient(t, s)
		c.ShowButtons(func(_ context.Context, key string) ([]slack.Deed, error) {
			if key != "k" {
				t.Errorf("asked for %q", key)
			}
			return tt.deeds, nil
		})
		if _, err := c.Post(t.Context(), general, sample("k")); err != nil {
			t.Fatal(err)
		}
		blocks := s.Messages(general)[0].Blocks[len(sample("k").Blocks):]
		got.Files = append(got.Files, txtar.File{Name: tt.name, Data: encodeBlocks(t, blocks)})
	}
	const file = "testdata/buttons.txtar"
	if *update {
		if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(txtar.Format(want)), string(txtar.Format(got))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func encodeBlocks(t *testing.T, blocks any) []byte {
	t.Helper()
	data, err := json.MarshalIndent(blocks, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(data, '\n')
}

func TestButtonsStandOnlyWhereTheyCanBeAnswered(t *testing.T) {
	t.Parallel()
	match := []slack.Match{{Rule: "r", Score: 5, Threshold: 5}}
	for name, tt := range map[string]struct {
		alert   slack.Alert
		buttons bool // whether the client has any
		want    bool
	}{
		"an alert":                  {slack.Alert{Key: "k", Title: "T", Matches: match}, true, true},
		"an alert without a socket": {slack.Alert{Key: "k", Title: "T", Matches: match}, false, false},
		"a drill":                   {slack.Alert{Key: "k", Title: "T", Matches: match, Drill: true}, true, false},
		"a notice":                  {slack.Alert{Key: "k", Notice: &slack.Notice{Title: "feed is gone", Feed: "F"}}, true, false},
		"a further report":          {slack.Alert{Key: "k", Report: &slack.Report{Title: "T"}}, true, false},
	} {
		s := newServer(t, slacktest.Options{})
		c := newClient(t, s)
		if tt.buttons {
			c.ShowButtons(func(context.Context, string) ([]slack.Deed, error) { return nil, errors.New("no store") })
		}
		if _, err := c.Post(t.Context(), general, slack.Render(tt.alert)); err != nil {
			t.Fatal(err)
		}
		m := s.Messages(general)[0]
		if got := m.Blocks[len(m.Blocks)-1]["type"] == "actions"; got != tt.want {
			t.Errorf("%s: buttons %v, want %v", name, got, tt.want)
		}
	}
}

func TestAChangedMessageShowsWhatWasDoneByThen(t *testing.T) {
	t.Parallel()
	s, c, at := answerable(t)
	before := s.Messages(general)[0]
	deeds := manyDeeds()
	asked := 0
	c.ShowButtons(func(context.Context, string) ([]slack.Deed, error) {
		asked++ // somebody does something whenever the message is changed, but for the last time
		return deeds[:min(asked, 3)], nil
	})
	if err := c.Update(t.Context(), at, sample("the-key")); err != nil {
		t.Fatal(err)
	}
	m := s.Messages(general)[0]
	body, ours := m.Blocks[:len(m.Blocks)-2], m.Blocks[len(m.Blocks)-2:]
	if diff := cmp.Diff(before.Blocks[:len(before.Blocks)-1], body); diff != "" {
		t.Errorf("the body (-want +got):\n%s", diff)
	}
	if ours[0]["type"] != "context" || ours[1]["type"] != "actions" || m.Text != before.Text {
		t.Errorf("it ends with %v", ours)
	}
	if shown := string(encodeBlocks(t, ours)); !strings.Contains(shown, "muted by carol") {
		t.Errorf("it does not show what was done last: %s", shown)
	}
	if m.Metadata.EventPayload["key"] != "the-key" || m.Edits != 3 {
		t.Errorf("metadata %v, %d edits", m.Metadata, m.Edits)
	}
}

func TestAReplyReachesThePersonAlone(t *testing.T) {
	t.Parallel()
	s, c, at := answerable(t)
	h := hear(t, s, slacktest.AppToken)
	id := s.Press(ann, general, at.TS, "why")
	h.untilHeard(id)
	hostile := strings.Repeat("<!channel> @here *x* & ", 400)
	reply := slack.Reply{Title: "Why <it> rang\nand more", Lines: []slack.ReplyLine{
		{Text: "a line", Bold: true}, {Text: "  +4 words"}, {Text: ""}, {Text: "a link", Link: "https://news.example/a?b=c&d"},
		{Text: "no link", Link: "javascript:alert(1)"}, {Text: hostile},
	}}
	for range 100 {
		reply.Lines = append(reply.Lines, slack.ReplyLine{Text: hostile})
	}
	for range 7 { // more often than the address is good for
		if err := c.Reply(t.Context(), h.events[0].Origin, reply); err != nil {
			t.Fatal(err)
		}
	}
	answers := s.Answers()
	if len(answers) != 7 || s.Calls("chat.postEphemeral") != 2 {
		t.Fatalf("%d answers, %d by the method", len(answers), s.Calls("chat.postEphemeral"))
	}
	for i, a := range answers {
		if a.Person != "U0ANN" || a.Text != "Why &lt;it&gt; rang and more" || (a.Envelope == id) != (i < 5) {
			t.Errorf("answer %d: to %s, %q, of %q", i, a.Person, a.Text, a.Envelope)
		}
	}
	if n := len(s.Messages(general)); n != 1 {
		t.Errorf("%d messages in the channel", n)
	}
}

func TestAReplyWhoseAnswerIsLostIsNotRepeated(t *testing.T) {
	t.Parallel()
	s, c, _ := answerable(t)
	h := hear(t, s, slacktest.AppToken)
	h.untilHeard(s.Slash(ann, general, "status"))
	s.Fail("response_url", slacktest.Reset)
	err := c.Reply(t.Context(), h.events[0].Origin, slack.Reply{Title: "Status"})
	if class, _ := slack.Classify(err); class != slack.Ambiguous {
		t.Errorf("error is %v (%v)", err, class)
	}
	if strings.Contains(err.Error(), "/actions/") {
		t.Errorf("the error has the address: %v", err)
	}
	if n := s.Calls("chat.postEphemeral"); n != 0 {
		t.Errorf("said again by the method, %d times", n)
	}
}
