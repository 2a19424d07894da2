package slack

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"
)

// Digest is several alerts in one message. Its texts are plain and come from feeds
// like an Alert's.
type Digest struct {
	Title   string  // as in "Digest" or "Catch-up"
	Line    string  // in a few words, how many there are and why they come together; may be empty
	Entries []Entry // the best first; by theme once they are shown
	// More is how many others there are, which are in the thread.
	More int
}

// Entry is an alert of a digest.
type Entry struct {
	Theme    string
	Severity string
	Title    string
	URL      string
	Source   string
	Also     []Report // further reports
}

// How much of a digest is shown: all of it at its longest is under what Slack takes
// for all blocks of a message.
const (
	MaxEntries   = 20
	maxEntry     = 150 // of a title
	maxThemeName = 60
	maxDigest    = 300 // of its line
)

// renderDigest lays a digest out, a theme after the other, the best first:
//
//	🗞 Digest · 12 stories
//	theme
//	🔴 Title, which is the link · Source · also: Reuters (2)
//	🟡 Another
//	another theme
//	…
func renderDigest(d Digest, a Alert) Message {
	bold := &slack.RichTextSectionTextStyle{Bold: true}
	head := []slack.RichTextSectionElement{
		&slack.RichTextSectionEmojiElement{Type: slack.RTSEEmoji, Name: "newspaper", Unicode: "1f4f0"},
		slack.NewRichTextSectionTextElement(" "+d.title(), bold),
	}
	if line := cut(clean(d.Line), maxDigest); line != "" {
		head = append(head, slack.NewRichTextSectionTextElement(" · "+line, nil))
	}
	head = append(head, mentionOf(a)...)
	sections := []slack.RichTextElement{slack.NewRichTextSection(head...)}
	for _, theme := range d.themes() {
		sections = append(sections, d.section(theme))
	}
	blocks := []slack.Block{slack.NewRichTextBlock("", sections...)}
	if more := d.More + len(d.Entries) - len(d.shown()); more > 0 {
		blocks = append(blocks, slack.NewContextBlock("", plain(fmt.Sprintf("%d more in the thread", more))))
	}
	return Message{Text: d.text(), Blocks: blocks, Key: a.Key}
}

func (d *Digest) title() string {
	if title := cut(clean(d.Title), maxRule); title != "" {
		return title
	}
	return "Digest"
}

func (d *Digest) shown() []Entry { return d.Entries[:min(len(d.Entries), MaxEntries)] }

// themes are those of the entries, in the order of the best of each.
func (d *Digest) themes() []string {
	var list []string
	seen := make(map[string]bool)
	for _, e := range d.shown() {
		if !seen[e.Theme] {
			seen[e.Theme] = true
			list = append(list, e.Theme)
		}
	}
	return list
}

// section is the entries of a theme.
func (d *Digest) section(theme string) slack.RichTextElement {
	var elements []slack.RichTextSectionElement
	if name := cut(clean(theme), maxThemeName); name != "" {
		elements = append(elements, slack.NewRichTextSectionTextElement("\n"+name, &slack.RichTextSectionTextStyle{Italic: true}))
	}
	for _, e := range d.shown() {
		if e.Theme == theme {
			elements = append(elements, e.line()...)
		}
	}
	return slack.NewRichTextSection(elements...)
}

// line is an entry in its line.
func (e *Entry) line() []slack.RichTextSectionElement {
	m := markOf(e.Severity)
	elements := []slack.RichTextSectionElement{
		slack.NewRichTextSectionTextElement("\n", nil),
		&slack.RichTextSectionEmojiElement{Type: slack.RTSEEmoji, Name: m.emoji, Unicode: m.unicode},
		slack.NewRichTextSectionTextElement(" ", nil),
	}
	title := cut(titleOf(Alert{Title: e.Title}), maxEntry)
	if link, _ := safeLink(e.URL); link != "" {
		elements = append(elements, slack.NewRichTextSectionLinkElement(link, title, nil))
	} else {
		elements = append(elements, slack.NewRichTextSectionTextElement(title, nil))
	}
	var rest []string
	if source := cut(clean(e.Source), maxTextSource); source != "" {
		rest = append(rest, source)
	}
	if also := alsoLine(e.Source, e.Also); also != "" {
		rest = append(rest, also)
	}
	if len(rest) > 0 {
		elements = append(elements, slack.NewRichTextSectionTextElement(" · "+strings.Join(rest, " · "), nil))
	}
	return elements
}

// text is the digest in one line.
func (d *Digest) text() string {
	text := "[" + escaper.Replace(strings.ToLower(d.title())) + "]"
	if line := clean(d.Line); line != "" {
		text += " " + escapeCut(line, maxTextTitle)
	}
	if len(d.Entries) > 0 {
		e := d.Entries[0]
		text += ": " + escapeCut(titleOf(Alert{Title: e.Title}), maxTextTitle)
		if more := len(d.Entries) + d.More - 1; more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
	}
	return text
}
