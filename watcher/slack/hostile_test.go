package slack_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"tocsin/watcher/slack"
)

// hostile is text that feeds have been seen to hold, or that somebody would
// write who means harm.
var hostile = []string{
	"",
	"<!channel> <!here> <!everyone> <!subteam^S012AB3CD>",
	"@here @everyone @channel #general @U012AB3CD",
	"<@U012AB3CD> <@W012AB3CD> <#C012AB3CD|general>",
	"<https://evil.example|https://bank.example>",
	"https://bank.example/login",
	"javascript:alert(1)",
	"a | b > c < d & e",
	"&amp;&lt;!channel&gt;&#60;&#x3c;",
	strings.Repeat("&", 10_000),
	strings.Repeat("<!channel>", 1_000),
	strings.Repeat("a", 10_000),
	strings.Repeat("word ", 2_000),
	strings.Repeat("x", 248) + "&amp;&amp;",
	strings.Repeat("👩🏽‍🚀", 500),
	strings.Repeat("🇩🇪", 500),
	"e" + strings.Repeat("\u0301", 5_000),
	strings.Repeat("独家协议", 500),
	"\u202ereversed\u202c \u2066isolated\u2069 \u200bzero\u2060width\ufeff",
	"مرحبا بالعالم \u200f\u200e שלום",
	"*bold* _italic_ ~struck~ `code` ```block``` > quote",
	"line\r\nline\u2028line\u2029line\vline\x00\x1b[31mred\x1b]8;;https://evil.example\x1b\\\x07\x9b31m",
	"\xff\xfe not UTF-8 \xc3",
	":skull: :rotating_light:",
	"\n\t ",
	"<!date^1^{ago}|never>",
}

func TestHostileTextIsOnlyShown(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		for _, link := range []string{text, "https://bank.example@evil.example/" + text, "https://news.example/?q=" + text} {
			checkAlert(t, hostileAlert(text, text, text, text, link, "high", 0, len(text)))
		}
	}
}

func TestHostileTextInNoticesIsOnlyShown(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		for _, ended := range []bool{false, true} {
			rule := slack.RuleCount{Rule: text, Articles: 12}
			checkAlert(t, slack.Alert{Key: "k", Notice: &slack.Notice{Title: text, Feed: text, Address: text, Text: text, Advice: text,
				Days: 90, Rules: []slack.RuleCount{rule, rule, rule, rule, rule, rule, rule}, Ended: ended, At: time.Unix(int64(len(text)), 0)}})
		}
	}
}

func FuzzRender(f *testing.F) {
	short := func(s string) string { return s[:min(len(s), 400)] } // long seeds are slow to minimise
	for i, text := range hostile {
		text, other := short(text), short(hostile[(i+7)%len(hostile)])
		f.Add(text, other, text, other, "https://news.example/"+text, "high", i, 3*i)
	}
	f.Fuzz(func(t *testing.T, title, text, source, rule, link, severity string, from, to int) {
		checkAlert(t, hostileAlert(title, text, source, rule, link, severity, from, to))
	})
}

// hostileAlert puts texts everywhere that they may come to stand.
func hostileAlert(title, text, source, rule, link, severity string, from, to int) slack.Alert {
	match := slack.Match{Rule: rule, Title: rule, Why: text, Theme: rule, Severity: severity, Score: from, Threshold: to}
	for range 7 {
		match.Signals = append(match.Signals, slack.Signal{When: rule, Points: from})
	}
	return slack.Alert{
		Key: "k", Severity: severity, Title: title, URL: link, Text: text, Source: source, Published: time.Unix(int64(to), 0),
		Bold:    []slack.Span{{From: from, To: to}, {From: to, To: from}, {From: from / 2, To: to}, {InTitle: true, From: from, To: to}},
		Matches: []slack.Match{match, match, match, match, match, match, match},
	}
}

// checkAlert checks what must hold of the message of any alert.
func checkAlert(t *testing.T, a slack.Alert) {
	t.Helper()
	m := slack.Render(a)
	checkPostable(t, m)
	if n := len(utf16.Encode([]rune(m.Text))); n > 1000 {
		t.Errorf("text has %d units, which is no line for a phone", n)
	}
	if again, _ := json.Marshal(slack.Render(a)); !bytes.Equal(again, mustMarshal(t, m)) {
		t.Error("rendering twice gives two messages")
	}
	checkLink(t, m)
	for _, o := range []slack.TerminalOptions{{}, {Width: 30, Now: now}, {Width: 60, Color: true}} {
		checkDrawing(t, m, o)
	}
}

func mustMarshal(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// checkLink checks that where a link leads is shown as a text of its own.
func checkLink(t *testing.T, m slack.Message) {
	t.Helper()
	blocks := string(mustMarshal(t, m.Blocks))
	if !strings.Contains(blocks, `"type":"link"`) {
		return
	}
	last, ok := m.Blocks[len(m.Blocks)-1].(*slackgo.ContextBlock)
	if !ok || len(last.ContextElements.Elements) == 0 {
		t.Errorf("a link, and nothing says where it leads: %s", blocks)
	}
}

// checkDrawing checks that nothing in a message steers a terminal.
func checkDrawing(t *testing.T, m slack.Message, o slack.TerminalOptions) {
	t.Helper()
	var b bytes.Buffer
	if err := slack.Draw(&b, m, o); err != nil {
		t.Fatal(err)
	}
	drawn := b.String()
	if !utf8.ValidString(drawn) {
		t.Errorf("drawn text is not UTF-8: %q", drawn)
	}
	if o.Color {
		for _, own := range []string{"\x1b[1m", "\x1b[2m", "\x1b[0m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m", "\x1b[1;34m", "\x1b]8;;", "\x1b\\"} {
			drawn = strings.ReplaceAll(drawn, own, "")
		}
	}
	for _, r := range drawn {
		if r < ' ' && r != '\n' || r >= 0x7F && r < 0xA0 || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			t.Fatalf("drawn text holds %U: %q", r, drawn)
		}
	}
}
