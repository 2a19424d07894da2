package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"
)

// noThread are the codes with which Slack takes no reply where it would take a
// message.
var noThread = []string{
	"cannot_reply_to_message", "restricted_action_thread_locked", "restricted_action_non_threadable_channel",
	"restricted_action_thread_only_channel", "thread_not_found",
}

// threadless reports whether a reply was refused for being one.
func threadless(err error) bool {
	var e *Error
	return errors.As(err, &e) && slices.Contains(noThread, e.Reason)
}

// maxUpdates is how often Update replaces a message at the most.
const maxUpdates = 4

// Update replaces what a message of this token says. It may be repeated: the
// message is then the same. Where people do something at the message meanwhile, it is
// replaced again, so that it shows that. An error of the class Payload is of a message
// that cannot be changed any more, or not so. All errors are *Error.
func (c *Client) Update(ctx context.Context, at Receipt, m Message) error {
	if c.IsWebhook() {
		return &Error{Doing: updating, Class: Payload, Reason: "a webhook changes no messages", Hint: "use a bot token"}
	}
	with, shown := c.withDeeds(ctx, m)
	for range maxUpdates {
		if err := c.update(ctx, at, with); err != nil {
			return err
		}
		again, deeds := c.withDeeds(ctx, m)
		if slices.Equal(deeds, shown) {
			break
		}
		with, shown = again, deeds
	}
	return nil
}

const updating = "updating a message"

func (c *Client) update(ctx context.Context, at Receipt, m Message) error {
	if err := canceled(ctx, updating); err != nil {
		return err
	}
	var trace call
	if _, _, _, err := c.api.UpdateMessageContext(trace.watch(ctx), at.Channel, at.TS, optionsOf(m)...); err != nil {
		return c.failure(updating, &trace, err)
	}
	c.answered(ok)
	return nil
}

// Link returns the address of a message. All errors are *Error.
func (c *Client) Link(ctx context.Context, at Receipt) (string, error) {
	doing := "asking for the address of a message"
	if err := canceled(ctx, doing); err != nil {
		return "", err
	}
	var trace call
	link, err := c.api.GetPermalinkContext(trace.watch(ctx), &slack.PermalinkParameters{Channel: at.Channel, Ts: at.TS})
	if err != nil {
		return "", c.failure(doing, &trace, err)
	}
	c.answered(ok)
	return link, nil
}

// FindReply is Find for the thread of a message. What was meant for it and is not in it
// may stand in the channel, where Slack would have no reply; there Find looks.
func (c *Client) FindReply(ctx context.Context, thread Receipt, key string, since time.Time) (Receipt, bool, error) {
	self, err := c.whoami(ctx)
	if err != nil {
		return Receipt{}, false, err
	}
	const doing = "searching a thread"
	params := &slack.GetConversationRepliesParameters{
		ChannelID:          thread.Channel,
		Timestamp:          thread.TS,
		Oldest:             fmt.Sprintf("%d.000000", max(since.Add(-clockSkew).Unix(), 0)),
		Limit:              pageSize,
		IncludeAllMetadata: true,
	}
	for {
		if err := canceled(ctx, doing); err != nil {
			return Receipt{}, false, err
		}
		var trace call
		page, _, next, err := c.api.GetConversationRepliesContext(trace.watch(ctx), params)
		if err != nil {
			failed := c.failure(doing, &trace, err)
			if threadless(failed) {
				return c.Find(ctx, thread.Channel, key, since)
			}
			return Receipt{}, false, failed
		}
		c.answered(ok)
		for _, m := range page {
			if self.posted(m) && m.Metadata.EventType == eventType && m.Metadata.EventPayload[keyField] == key {
				return Receipt{Channel: thread.Channel, TS: m.Timestamp}, true, nil
			}
		}
		if next == "" || next == params.Cursor {
			return c.Find(ctx, thread.Channel, key, since)
		}
		params.Cursor = next
	}
}
