package slack

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// Button is a button at a message. Its value is the button's action_id.
type Button string

// The buttons, in the order in which they stand.
const (
	ButtonUseful      Button = "useful"
	ButtonNotRelevant Button = "not_relevant"
	ButtonMuteStory   Button = "mute_story"
	ButtonMuteRule    Button = "mute_rule"
	ButtonWhy         Button = "why"
)

// buttons are the buttons with what is written on them.
var buttons = []struct {
	button Button
	text   string
}{
	{ButtonUseful, "Useful"},
	{ButtonNotRelevant, "Not relevant"},
	{ButtonMuteStory, "Mute story"},
	{ButtonMuteRule, "Mute rule 8 h"},
	{ButtonWhy, "Why"},
}

// Deed is what somebody did at a message, as the message shows it.
type Deed struct {
	Button Button
	Name   string    // of whoever did it, as they call themselves
	Object string    // for ButtonMuteRule: the rule
	Until  time.Time // for mutes
}

// What is shown of deeds.
const (
	maxName  = 40
	maxNames = 5 // who voted alike
	maxMutes = 3
)

// The IDs of the blocks that are put below a message. Something that is theirs alone
// follows, since Slack wants a new ID where a block changes.
const (
	deedsBlock   = "tocsin.deeds."
	buttonsBlock = "tocsin.buttons."
)

// ShowButtons has the messages that this client posts and updates carry buttons, and
// below them what deeds returns for the message's key, oldest first: what people did
// at it so far. Where deeds returns an error, nothing is shown of that. It is to be
// called before the client is used.
func (c *Client) ShowButtons(deeds func(ctx context.Context, key string) ([]Deed, error)) {
	c.deeds = deeds
}

// answerable is a message with its buttons, where it has any.
func (c *Client) answerable(ctx context.Context, m Message) Message {
	m, _ = c.withDeeds(ctx, m)
	return m
}

// withDeeds is answerable, with what the message shows that people did.
func (c *Client) withDeeds(ctx context.Context, m Message) (Message, []Deed) {
	if c.deeds == nil || !m.Answerable {
		return m, nil
	}
	deeds, err := c.deeds(ctx, m.Key)
	if err != nil {
		deeds = nil
	}
	m.Blocks = withButtons(m.Blocks, m.Key, deeds)
	return m, deeds
}

// withButtons is the blocks of a message with what was done at it and with its
// buttons, in place of those that it has.
func withButtons(blocks []slack.Block, key string, deeds []Deed) []slack.Block {
	var out []slack.Block
	for _, b := range blocks {
		if id := b.ID(); !strings.HasPrefix(id, deedsBlock) && !strings.HasPrefix(id, buttonsBlock) {
			out = append(out, b)
		}
	}
	edition := fnv.New32a()
	fmt.Fprintf(edition, "%q", deeds)
	suffix := fmt.Sprintf("%08x", edition.Sum32())
	if elements := deedElements(deeds); len(elements) > 0 {
		out = append(out, slack.NewContextBlock(deedsBlock+suffix, elements...))
	}
	var row []slack.BlockElement
	for _, b := range buttons {
		row = append(row, slack.NewButtonBlockElement(string(b.button), key, plain(b.text)))
	}
	return append(out, slack.NewActionBlock(buttonsBlock+suffix, row...))
}

// deedElements say who did what: the votes together, each mute by itself.
func deedElements(deeds []Deed) (elements []slack.MixedElement) {
	var votes []string
	for _, b := range buttons[:2] {
		var names []string
		for _, d := range deeds {
			if d.Button == b.button {
				names = append(names, nameOf(d))
			}
		}
		if more := len(names) - maxNames; more > 0 {
			names = append(names[:maxNames], fmt.Sprintf("%d more", more))
		}
		if len(names) > 0 {
			votes = append(votes, b.text+": "+strings.Join(names, ", "))
		}
	}
	if len(votes) > 0 {
		elements = append(elements, plain(strings.Join(votes, " · ")))
	}
	mutes := slices.DeleteFunc(slices.Clone(deeds), func(d Deed) bool {
		return d.Button != ButtonMuteStory && d.Button != ButtonMuteRule
	})
	// The last ones count.
	for _, d := range mutes[max(0, len(mutes)-maxMutes):] {
		what := "Story"
		if d.Button == ButtonMuteRule {
			what = "Rule " + cmp.Or(cut(clean(d.Object), maxRule), "(unnamed)")
		}
		elements = append(elements, plain(what+" muted by "+nameOf(d)+" until"),
			slack.NewTextBlockObject(slack.MarkdownType, dateOf(d.Until), false, true))
	}
	return elements
}

func nameOf(d Deed) string { return cmp.Or(cut(clean(d.Name), maxName), "somebody") }

// dateOf is a time of day that Slack shows in the reader's zone.
func dateOf(t time.Time) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", t.Unix(), t.UTC().Format("2 Jan 2006 15:04 UTC"))
}
