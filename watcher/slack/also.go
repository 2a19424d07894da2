package slack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"
)

// maxOutlets is how many of those that report a story are named.
const maxOutlets = 4

// alsoLine names who else reports it, and how many further reports there are:
// "also: Reuters, The Verge (4)"; "" where there are none.
func alsoLine(first string, reports []Report) string {
	if len(reports) == 0 {
		return ""
	}
	var names []string
	for _, r := range reports {
		name := cut(clean(r.Source), maxTextSource)
		if name != "" && name != cut(clean(first), maxTextSource) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	more := ""
	if len(names) > maxOutlets {
		names, more = names[:maxOutlets], ", …"
	}
	if len(names) == 0 {
		return fmt.Sprintf("also: %d more from %s", len(reports), cut(clean(first), maxTextSource))
	}
	return fmt.Sprintf("also: %s%s (%d)", strings.Join(names, ", "), more, len(reports))
}

// earlierOf says what the message follows.
func earlierOf(e *Earlier) slack.MixedElement {
	label, before := "an earlier message", "Follows up on "
	if e.Severity != "" {
		label, before = "the earlier message", "Was "+strings.ToLower(markOf(e.Severity).word)+" in "
	}
	link, _ := safeLink(e.Link)
	if link == "" {
		return plain(before + label)
	}
	return slack.NewTextBlockObject(slack.MarkdownType, escaper.Replace(before)+"<"+escaper.Replace(link)+"|"+label+">", false, true)
}

// renderReport lays a further report out, for the thread:
//
//	Source · Title, which is the link
//	The begin of the text.
//
//	host  3 minutes ago
func renderReport(r Report, key string) Message {
	a := Alert{Title: r.Title, Text: r.Text, Source: r.Source, Published: r.Published}
	link, host := safeLink(r.URL)
	bold := &slack.RichTextSectionTextStyle{Bold: true}
	var elements []slack.RichTextSectionElement
	source := cut(clean(r.Source), maxSource)
	if source != "" {
		elements = append(elements, slack.NewRichTextSectionTextElement(source, bold), slack.NewRichTextSectionTextElement(" · ", nil))
	}
	title := cut(titleOf(a), maxTitle)
	if link != "" {
		elements = append(elements, slack.NewRichTextSectionLinkElement(link, title, nil))
	} else {
		elements = append(elements, slack.NewRichTextSectionTextElement(title, nil))
	}
	if text := textOf(a); text.text != "" {
		elements = append(elements, slack.NewRichTextSectionTextElement("\n", nil))
		elements = append(elements, boldRuns(text)...)
	}
	blocks := []slack.Block{slack.NewRichTextBlock("", slack.NewRichTextSection(elements...))}
	a.Source = ""
	if origin := originOf(a, host); len(origin) > 0 {
		blocks = append(blocks, slack.NewContextBlock("", origin...))
	}
	text := "also: " + escapeCut(titleOf(a), maxTextTitle)
	if source != "" {
		text += " - " + escapeCut(source, maxTextSource)
	}
	return Message{Text: text, Blocks: blocks, Key: key}
}
