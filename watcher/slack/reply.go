package slack

import (
	"cmp"
	"context"
	"strings"

	"github.com/slack-go/slack"
)

// Reply is what is said to one person alone. Nothing in it can ring or link but its
// lines' links.
type Reply struct {
	Title string // one line; phones show it
	Lines []ReplyLine
}

// ReplyLine is a line of a reply.
type ReplyLine struct {
	Text string
	Link string // http or https: where the text leads; "" for nowhere
	Bold bool
}

// How much of a reply is shown, in UTF-16 units.
const (
	maxReplyLine  = 300
	maxReplyLines = 40
	maxReply      = 8000
)

// renderReply lays a reply out.
func renderReply(r Reply) Message {
	title := cmp.Or(clean(r.Title), "Tocsin")
	bold := &slack.RichTextSectionTextStyle{Bold: true}
	elements := []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(cut(title, maxReplyLine), bold)}
	left := maxReply
	for i, l := range r.Lines {
		text := cut(clean(l.Text), maxReplyLine)
		// Clean lines begin with no space, and some are below others.
		text = l.Text[:len(l.Text)-len(strings.TrimLeft(l.Text, " "))] + text
		if left -= units(text); i >= maxReplyLines || left < 0 {
			elements = append(elements, slack.NewRichTextSectionTextElement("\n"+ellipsis, nil))
			break
		}
		elements = append(elements, slack.NewRichTextSectionTextElement("\n", nil))
		var style *slack.RichTextSectionTextStyle
		if l.Bold {
			style = bold
		}
		link, _ := safeLink(l.Link)
		switch {
		case strings.TrimSpace(text) == "":
		case link != "":
			elements = append(elements, slack.NewRichTextSectionLinkElement(link, text, style))
		default:
			elements = append(elements, slack.NewRichTextSectionTextElement(text, style))
		}
	}
	return Message{
		Text:   escapeCut(title, maxReplyLine),
		Blocks: []slack.Block{slack.NewRichTextBlock("", slack.NewRichTextSection(elements...))},
	}
}

// hookMessage is a message as it is posted to an address of Slack's making.
type hookMessage struct {
	Text            string        `json:"text"`
	Blocks          []slack.Block `json:"blocks,omitempty"`
	ResponseType    string        `json:"response_type,omitempty"`
	ReplaceOriginal *bool         `json:"replace_original,omitempty"`
	UnfurlLinks     bool          `json:"unfurl_links"`
	UnfurlMedia     bool          `json:"unfurl_media"`
}

// Reply says something to the person of whom an event came, where they are, and to
// nobody else. All errors are *Error.
func (c *Client) Reply(ctx context.Context, to Origin, r Reply) error {
	const doing = "answering somebody"
	m := renderReply(r)
	if c.mayAnswer(to.url) {
		keep := false
		err := c.postHook(ctx, doing, to.url, hookMessage{
			Text: m.Text, Blocks: m.Blocks, ResponseType: slack.ResponseTypeEphemeral, ReplaceOriginal: &keep,
		})
		if err == nil || !definite(err) {
			return err
		}
	}
	// The address is good for half an hour and five answers.
	var trace call
	options := []slack.MsgOption{slack.MsgOptionText(m.Text, false), slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(), slack.MsgOptionBlocks(m.Blocks...)}
	if _, err := c.api.PostEphemeralContext(trace.watch(ctx), to.Channel, to.Person, options...); err != nil {
		return c.failure(doing, &trace, err)
	}
	c.answered(ok)
	return nil
}
