package slack

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// TerminalOptions says what is known of the terminal, or of whatever the text
// is drawn for.
type TerminalOptions struct {
	// Color allows escape sequences: colours, bold, and links that open with a
	// click. Without it the text is plain, and a link is its label and the
	// address in angle brackets.
	Color bool
	// Width is how many cells a line has. 0 or less: lines are not broken;
	// less than 20 counts as 20.
	Width int
	// Now is what the age of an article counts to. Zero: dates are shown
	// instead of ages.
	Now time.Time
	// Location is the time zone of dates. nil: UTC.
	Location *time.Location
}

const (
	minWidth = 20
	indent   = "   " // of what is below the first line
)

// Draw writes what Slack would show of a message, drawn from its blocks, and an
// empty line. What needs a pointer in Slack stands beside it: the date of an age
// and, without colour, the address of a link.
//
// No text of the message can steer the terminal. An error is w's, or names a
// block that has no drawing; nothing was written then.
func Draw(w io.Writer, m Message, o TerminalOptions) error {
	var paragraphs []paragraph
	for _, block := range m.Blocks {
		p, err := o.paragraphs(block)
		if err != nil {
			return err
		}
		paragraphs = append(paragraphs, p...)
	}
	out := bufio.NewWriter(w)
	first := true
	for _, p := range paragraphs {
		for _, line := range wrap(p, o.lineWidth()) {
			if !first {
				out.WriteString(indent)
			}
			first = false
			o.writeLine(out, line)
		}
	}
	out.WriteString("\n")
	return out.Flush()
}

// lineWidth is how many cells there are for text: 0 for any number of them.
func (o TerminalOptions) lineWidth() int {
	if o.Width <= 0 {
		return 0
	}
	return max(o.Width, minWidth) - len(indent)
}

// paragraphs is a block as text.
func (o TerminalOptions) paragraphs(block slack.Block) ([]paragraph, error) {
	switch b := block.(type) {
	case *slack.RichTextBlock:
		return o.richText(b)
	case *slack.ContextBlock:
		return o.context(b)
	}
	return nil, fmt.Errorf("drawing a message: no drawing for a block of type %q", block.BlockType())
}

func (o TerminalOptions) richText(b *slack.RichTextBlock) ([]paragraph, error) {
	var out []paragraph
	for _, element := range b.Elements {
		section, ok := element.(*slack.RichTextSection)
		if !ok {
			return nil, fmt.Errorf("drawing a message: no drawing for rich text of type %q", element.RichTextElementType())
		}
		var p paragraph
		colour := "" // of the word after an emoji that marks a severity
		for _, e := range section.Elements {
			switch e := e.(type) {
			case *slack.RichTextSectionEmojiElement:
				p = p.add(glyph(e.Name, e.Unicode), style{})
				colour = emojiColour(e.Name)
			case *slack.RichTextSectionTextElement:
				p = p.add(e.Text, style{bold: isBold(e.Style), colour: colour})
				colour = ""
			case *slack.RichTextSectionLinkElement:
				p = o.addLink(p, e.Text, e.URL, style{bold: isBold(e.Style)})
			case *slack.RichTextSectionBroadcastElement:
				p = p.add("@"+e.Range, style{bold: true})
			case *slack.RichTextSectionUserGroupElement:
				p = p.add("@"+e.UsergroupID, style{bold: true})
			case *slack.RichTextSectionUserElement:
				p = p.add("@"+e.UserID, style{bold: true})
			default:
				return nil, fmt.Errorf("drawing a message: no drawing for rich text of type %q", e.RichTextSectionElementType())
			}
		}
		out = append(out, p.lines()...)
	}
	return out, nil
}

func isBold(s *slack.RichTextSectionTextStyle) bool { return s != nil && s.Bold }

// context is the grey small print; its elements stand side by side.
func (o TerminalOptions) context(b *slack.ContextBlock) ([]paragraph, error) {
	var p paragraph
	for i, element := range b.ContextElements.Elements {
		text, ok := element.(*slack.TextBlockObject)
		if !ok {
			return nil, fmt.Errorf("drawing a message: no drawing for a context of type %q", element.MixedElementType())
		}
		if i > 0 {
			p = p.add(" · ", style{dim: true})
		}
		if text.Type == slack.PlainTextType {
			p = p.add(text.Text, style{dim: true})
			continue
		}
		for _, piece := range splitMrkdwn(text.Text) {
			p = o.addPiece(p, piece, style{dim: true})
		}
	}
	return p.lines(), nil
}

func (o TerminalOptions) addPiece(p paragraph, piece mrkdwnPiece, s style) paragraph {
	switch {
	case piece.link != "":
		return o.addLink(p, piece.text, piece.link, s)
	case !piece.date.IsZero():
		return p.add(o.date(piece), s)
	}
	return p.add(piece.text, s)
}

// addLink adds a link that can be clicked, or a label with its address.
func (o TerminalOptions) addLink(p paragraph, label, address string, s style) paragraph {
	// Whatever the message holds: an address that is not plain printable ASCII
	// could end the escape sequence that it stands in.
	address = percentEncode(address)
	if label == "" {
		label = address
	}
	if o.Color {
		s.link = address
		return p.add(label, s)
	}
	p = p.add(label, s)
	return p.add(" ", style{}).add("<"+address+">", style{whole: true})
}

// date is what a date shows and what it would show under the pointer.
func (o TerminalOptions) date(piece mrkdwnPiece) string {
	location := o.Location
	if location == nil {
		location = time.UTC
	}
	at := piece.date.In(location).Format("2 Jan 2006 15:04")
	if piece.format != "{ago}" || o.Now.IsZero() {
		return at
	}
	return ago(o.Now.Sub(piece.date)) + " (" + at + ")"
}

// ago says how long ago something was, or in how long it will be, in words like
// Slack's.
func ago(d time.Duration) string {
	format := "%s ago"
	if d < 0 {
		format, d = "in %s", -d
	}
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf(format, count(d/time.Minute, "minute"))
	case d < 24*time.Hour:
		return fmt.Sprintf(format, count(d/time.Hour, "hour"))
	}
	return fmt.Sprintf(format, count(d/(24*time.Hour), "day"))
}

func count(n time.Duration, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// writeLine writes a line of text that ends all that it begins.
func (o TerminalOptions) writeLine(out *bufio.Writer, line []cell) {
	var now style
	for _, c := range line {
		if o.Color && c.style != now {
			out.WriteString(now.end() + c.style.begin())
			now = c.style
		}
		out.WriteString(c.text)
	}
	if o.Color {
		out.WriteString(now.end())
	}
	out.WriteString("\n")
}

// style is how a piece of text is drawn.
type style struct {
	bold, dim bool
	colour    string // parameters of SGR; "" is the terminal's own
	link      string // an address in printable ASCII; "" is none
	whole     bool   // it is not broken over lines
}

func (s style) begin() string {
	var b strings.Builder
	if s.link != "" {
		b.WriteString("\x1b]8;;" + s.link + "\x1b\\")
	}
	if p := s.parameters(); p != "" {
		b.WriteString("\x1b[" + p + "m")
	}
	return b.String()
}

func (s style) end() string {
	var b strings.Builder
	if s.parameters() != "" {
		b.WriteString("\x1b[0m")
	}
	if s.link != "" {
		b.WriteString("\x1b]8;;\x1b\\")
	}
	return b.String()
}

// parameters are those of the SGR sequence.
func (s style) parameters() string {
	switch {
	case s.colour != "":
		return s.colour
	case s.bold:
		return "1"
	case s.dim:
		return "2"
	}
	return ""
}
