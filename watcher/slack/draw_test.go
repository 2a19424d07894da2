package slack_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"tocsin/watcher/slack"
)

func TestAgesAreInWords(t *testing.T) {
	t.Parallel()
	berlin := time.FixedZone("CET", 3600)
	for _, tc := range []struct {
		name string
		age  time.Duration
		o    slack.TerminalOptions
		want string
	}{
		{"some seconds", 59 * time.Second, slack.TerminalOptions{Now: now}, "just now (23 Nov 2026 14:04)"},
		{"a minute", time.Minute, slack.TerminalOptions{Now: now}, "1 minute ago (23 Nov 2026 14:04)"},
		{"not yet an hour", 59 * time.Minute, slack.TerminalOptions{Now: now}, "59 minutes ago (23 Nov 2026 13:06)"},
		{"hours", 5 * time.Hour, slack.TerminalOptions{Now: now}, "5 hours ago (23 Nov 2026 09:05)"},
		{"days", 50 * time.Hour, slack.TerminalOptions{Now: now}, "2 days ago (21 Nov 2026 12:05)"},
		{"to come", -2 * time.Hour, slack.TerminalOptions{Now: now}, "in 2 hours (23 Nov 2026 16:05)"},
		{"in the reader's time zone", time.Hour, slack.TerminalOptions{Now: now, Location: berlin}, "1 hour ago (23 Nov 2026 14:05)"},
		{"a date where the time is not known", time.Hour, slack.TerminalOptions{}, "23 Nov 2026 13:05"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := slack.Render(slack.Alert{Severity: "low", Title: "T", Published: now.Add(-tc.age), Matches: []slack.Match{{Title: "R"}}})
			lines := strings.Split(string(draw(t, m, tc.o)), "\n")
			if got := strings.TrimSpace(lines[2]); got != tc.want {
				t.Errorf("drawn %q, want %q", got, tc.want)
			}
		})
	}
}

// TestMrkdwnIsDrawnAsSlackShowsIt draws what messages hold that others may
// render later.
func TestMrkdwnIsDrawnAsSlackShowsIt(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, want string }{
		{"escapes", "a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"},
		{"a link", "see <https://news.example/?a=1&amp;b=2|the page> now", "see the page <https://news.example/?a=1&b=2> now"},
		{"a link without a label", "<https://news.example/>", "https://news.example/ <https://news.example/>"},
		{"a date of another form", "<!date^1795442670^{date} {time}|then>", "23 Nov 2026 14:04"},
		{"a date that is none", "<!date^soon^{ago}|then>", "then"},
		{"a mention is its label", "hello <!subteam^S1|@team> and <@U1|ann>", "hello @team and ann"},
		{"something that does not end", "a <b", "a"},
		{"an address that would end its sequence", "<https://x.example/\x1b\\|x>", "x <https://x.example/%1B%5C>"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := slack.Message{Blocks: []slackgo.Block{slackgo.NewContextBlock("", slackgo.NewTextBlockObject("mrkdwn", tc.in, false, true))}}
			if got := strings.TrimSpace(string(draw(t, m, slack.TerminalOptions{Now: now}))); got != tc.want {
				t.Errorf("drawn %q, want %q", got, tc.want)
			}
		})
	}
}

// TestNoBlockSteersTheTerminal draws a message that Render would never make.
func TestNoBlockSteersTheTerminal(t *testing.T) {
	t.Parallel()
	const evil = "a\x1b[2Jb\x07c\u009bd\u202ee\rf"
	section := slackgo.NewRichTextSection(
		&slackgo.RichTextSectionEmojiElement{Type: slackgo.RTSEEmoji, Name: evil, Unicode: "1b-7"},
		slackgo.NewRichTextSectionTextElement(evil, nil),
		slackgo.NewRichTextSectionLinkElement("https://x.example/"+evil, evil, nil))
	m := slack.Message{Blocks: []slackgo.Block{
		slackgo.NewRichTextBlock("", section),
		slackgo.NewContextBlock("",
			slackgo.NewTextBlockObject("plain_text", evil, false, false),
			slackgo.NewTextBlockObject("mrkdwn", evil+"<https://x.example/"+evil+"|"+evil+"><!date^1^{ago}|"+evil+">", false, true)),
	}}
	for _, o := range []slack.TerminalOptions{{}, {Color: true, Width: 40, Now: now}} {
		checkDrawing(t, m, o)
	}
}

func TestWhatHasNoDrawingIsAnError(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]slackgo.Block{
		"a block":               slackgo.NewDividerBlock(),
		"a list":                slackgo.NewRichTextBlock("", slackgo.NewRichTextList(slackgo.RTEListBullet, 0)),
		"a colour":              slackgo.NewRichTextBlock("", slackgo.NewRichTextSection(slackgo.NewRichTextSectionColorElement("#F00"))),
		"an image in a context": slackgo.NewContextBlock("", slackgo.NewImageBlockElement("https://x.example/i.png", "x")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			err := slack.Draw(&b, slack.Message{Blocks: []slackgo.Block{block}}, slack.TerminalOptions{})
			if err == nil || b.Len() > 0 {
				t.Errorf("drew %q, %v", b.String(), err)
			}
		})
	}
}

func TestDrawReturnsTheWritersError(t *testing.T) {
	t.Parallel()
	want := errors.New("disk full")
	if err := slack.Draw(failingWriter{want}, sample("k"), slack.TerminalOptions{}); !errors.Is(err, want) {
		t.Errorf("error is %v", err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }
