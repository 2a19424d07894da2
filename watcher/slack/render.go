package slack

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// How much of everything is shown, in UTF-16 units. All of it at its longest
// stays far under what Slack takes: 3,000 for a text and, by experience, some
// 11,000 for all blocks of a message.
const (
	maxTitle   = 250
	maxExcerpt = 300
	maxSource  = 80
	maxHost    = 60
	maxRule    = 120
	maxWhy     = 300
	maxSignal  = 48
	maxSignals = 3
	maxFurther = 4 // further matches that are named

	// maxText is what Slack shows of a message without blocks in one piece.
	maxText = 4000
	// Of the one line that phones show and screen readers read; together and
	// with what is between them 300.
	maxTextTitle  = 170
	maxTextSource = 40
	maxTextRule   = 60
)

// Message is an alert as Slack takes it.
type Message struct {
	// Text is the whole alert in one line, escaped as Slack wants it. Phones
	// show it when they notify and screen readers read nothing else.
	Text   string
	Blocks []slack.Block
	// Key identifies the message in its channel's history, where every member
	// of the workspace can read it.
	Key string
	// Answerable says that people may vote on it and mute it, by buttons, where there
	// are any; see Client.ShowButtons.
	Answerable bool
	// Thread is the timestamp of the message in whose thread it stands; "" for a
	// message of its own.
	Thread string
}

// Render lays an alert out:
//
//	🟠 Medium · Title, which is the link
//	The begin of the text, with the words that rang in bold.
//
//	also: Reuters, The Verge (4)
//
//	Rule's title (its.id) · score 8, rings at 5
//	Why the rule exists.
//	+5 words, that earned it · +3 tag:regulator · 2 more
//	Also matches: another rule (6)
//
//	Source  host  3 minutes ago
//
// An alert with a Notice, a Report or a Digest is laid out as that is. Nothing that a feed or a rule file says is put where Slack would interpret
// it. Title and text are rich text, where markup is not written but given beside
// the text as data: mrkdwn has no way to write a plain * or _, and its bold ends
// at word boundaries of Slack's own making, which Chinese has none of. The grey
// lines are plain text. The only mrkdwn is the date, which is ours.
//
// Render is pure, takes any Alert and always returns a message that is within
// Slack's limits.
func Render(a Alert) Message {
	switch {
	case a.Notice != nil:
		return renderNotice(*a.Notice, a.Key)
	case a.Report != nil:
		return renderReport(*a.Report, a.Key)
	case a.Digest != nil:
		return renderDigest(*a.Digest, a)
	}
	link, host := safeLink(a.URL)
	blocks := []slack.Block{headline(a, link)}
	var around []slack.MixedElement
	if also := alsoLine(a.Source, a.Also); also != "" {
		around = append(around, plain(also))
	}
	if a.Earlier != nil {
		around = append(around, earlierOf(a.Earlier))
	}
	if len(around) > 0 {
		blocks = append(blocks, slack.NewContextBlock("", around...))
	}
	if why := whyLines(a.Matches); len(why) > 0 {
		blocks = append(blocks, slack.NewContextBlock("", plain(strings.Join(why, "\n"))))
	}
	if origin := originOf(a, host); len(origin) > 0 {
		blocks = append(blocks, slack.NewContextBlock("", origin...))
	}
	return Message{Text: oneLine(a), Blocks: blocks, Key: a.Key, Answerable: !a.Drill}
}

// headline is the severity, the title and the excerpt. All of the title is bold,
// as titles are; what rang in it does not stand out.
func headline(a Alert, link string) slack.Block {
	m := markOf(a.Severity)
	bold := &slack.RichTextSectionTextStyle{Bold: true}
	elements := []slack.RichTextSectionElement{
		&slack.RichTextSectionEmojiElement{Type: slack.RTSEEmoji, Name: m.emoji, Unicode: m.unicode},
		slack.NewRichTextSectionTextElement(" "+m.word, bold),
		slack.NewRichTextSectionTextElement(" · ", nil),
	}
	if a.Drill {
		elements = append(elements, slack.NewRichTextSectionTextElement("DRILL, this is only a test · ", bold))
	}
	title := cut(titleOf(a), maxTitle)
	if link != "" {
		elements = append(elements, slack.NewRichTextSectionLinkElement(link, title, bold))
	} else {
		elements = append(elements, slack.NewRichTextSectionTextElement(title, bold))
	}
	elements = append(elements, mentionOf(a)...)
	if text := textOf(a); text.text != "" {
		elements = append(elements, slack.NewRichTextSectionTextElement("\n", nil))
		elements = append(elements, boldRuns(text)...)
	}
	return slack.NewRichTextBlock("", slack.NewRichTextSection(elements...))
}

// titleOf is the title as one line; Slack takes no link without a text.
func titleOf(a Alert) string {
	if title := clean(a.Title); title != "" {
		return title
	}
	return "(no title)"
}

// textOf is what is shown of the text: nothing where it only says the title
// again.
func textOf(a Alert) passage {
	var rang []span
	for _, s := range a.Bold {
		if !s.InTitle {
			rang = append(rang, span{s.From, s.To})
		}
	}
	p := cleanPassage(a.Text, rang)
	if strings.EqualFold(strings.TrimRight(p.text, ".… "), strings.TrimRight(titleOf(a), ".… ")) {
		return passage{}
	}
	return excerpt(p, maxExcerpt)
}

// boldRuns is a passage as rich text, what rang in bold.
func boldRuns(p passage) []slack.RichTextSectionElement {
	var elements []slack.RichTextSectionElement
	add := func(text string, style *slack.RichTextSectionTextStyle) {
		if text != "" {
			elements = append(elements, slack.NewRichTextSectionTextElement(text, style))
		}
	}
	at := 0
	for _, s := range p.rang {
		add(p.text[at:s.from], nil)
		add(p.text[s.from:s.to], &slack.RichTextSectionTextStyle{Bold: true})
		at = s.to
	}
	add(p.text[at:], nil)
	return elements
}

// whyLines say why it rang.
func whyLines(matches []Match) []string {
	if len(matches) == 0 {
		return nil
	}
	m := matches[0]
	name := ruleName(m, maxRule)
	if id := cut(clean(m.Rule), maxRule); id != "" && id != name {
		name += " (" + id + ")"
	}
	lines := []string{fmt.Sprintf("%s · score %d, rings at %d", name, m.Score, m.Threshold)}
	if why := cut(clean(m.Why), maxWhy); why != "" {
		lines = append(lines, why)
	}
	if line := signalLine(m.Signals); line != "" {
		lines = append(lines, line)
	}
	if line := furtherLine(matches[1:]); line != "" {
		lines = append(lines, line)
	}
	return lines
}

// ruleName is what a match's rule is called: its title, or its ID where it has
// none.
func ruleName(m Match, limit int) string {
	if title := clean(m.Title); title != "" {
		return cut(title, limit)
	}
	if id := clean(m.Rule); id != "" {
		return cut(id, limit)
	}
	return "(unnamed rule)"
}

// signalLine is the arithmetic: the signals that weighed most, those that
// counted against it too.
func signalLine(signals []Signal) string {
	sorted := slices.Clone(signals)
	slices.SortStableFunc(sorted, func(a, b Signal) int { return magnitude(b.Points) - magnitude(a.Points) })
	var parts []string
	for _, s := range sorted[:min(len(sorted), maxSignals)] {
		parts = append(parts, fmt.Sprintf("%+d %s", s.Points, cut(clean(signalName(s)), maxSignal)))
	}
	if more := len(sorted) - maxSignals; more > 0 {
		parts = append(parts, fmt.Sprintf("%d more", more))
	}
	return strings.Join(parts, " · ")
}

// signalName is what earned a signal its points: the article's words, or the
// query where it looks at no words.
func signalName(s Signal) string {
	if len(s.Words) > 0 {
		return strings.Join(s.Words, ", ")
	}
	return s.When
}

func magnitude(n int) int { return max(n, -n) }

// furtherLine names the other rules that rang.
func furtherLine(matches []Match) string {
	if len(matches) == 0 {
		return ""
	}
	var names []string
	for _, m := range matches[:min(len(matches), maxFurther)] {
		names = append(names, fmt.Sprintf("%s (%d)", ruleName(m, maxRule), m.Score))
	}
	line := "Also matches: " + strings.Join(names, ", ")
	if more := len(matches) - maxFurther; more > 0 {
		line += fmt.Sprintf(" and %d more", more)
	}
	return line
}

// originOf says who reports it, where the link leads whatever the title says,
// and how old it is.
func originOf(a Alert, host string) []slack.MixedElement {
	var elements []slack.MixedElement
	source := cut(clean(a.Source), maxSource)
	host = cutLeft(host, maxHost)
	if source != "" && source != host {
		elements = append(elements, plain(source))
	}
	if host != "" {
		elements = append(elements, plain(host))
	}
	if a.Published.Unix() > 0 {
		elements = append(elements, slack.NewTextBlockObject(slack.MarkdownType, ageOf(a.Published), false, true))
	}
	return elements
}

// ageOf is a date that Slack shows as the time since then, in the reader's
// language.
func ageOf(t time.Time) string {
	return fmt.Sprintf("<!date^%d^{ago}|%s>", t.Unix(), t.UTC().Format("2 Jan 2006 15:04 UTC"))
}

// plain is a text that Slack shows as it is, :emoji: names included.
func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

// oneLine is the alert for those who see no blocks.
func oneLine(a Alert) string {
	var b strings.Builder
	if a.Drill {
		b.WriteString("DRILL, this is only a test: ")
	}
	fmt.Fprintf(&b, "[%s] %s", escaper.Replace(strings.ToLower(markOf(a.Severity).word)), escapeCut(titleOf(a), maxTextTitle))
	if source := clean(a.Source); source != "" {
		b.WriteString(" - " + escapeCut(source, maxTextSource))
	}
	if len(a.Matches) > 0 {
		b.WriteString(" (" + escapeCut(ruleName(a.Matches[0], maxRule), maxTextRule))
		if more := len(a.Matches) - 1; more > 0 {
			fmt.Fprintf(&b, " +%d", more)
		}
		b.WriteString(")")
	}
	return b.String()
}
