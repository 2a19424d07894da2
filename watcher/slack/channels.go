package slack

import (
	"context"
	"strings"

	"github.com/slack-go/slack"
)

// channelID is the ID of a channel by its ID or #name: messages may be posted to
// names, histories are read by IDs only. The answer is kept; posting to a
// channel teaches it without a question.
func (c *Client) channelID(ctx context.Context, channel string) (string, error) {
	if channelID.MatchString(channel) {
		return channel, nil
	}
	name := channelName(channel)
	c.mu.Lock()
	id := c.channels[name]
	c.mu.Unlock()
	if id != "" {
		return id, nil
	}
	return c.lookUp(ctx, name)
}

// channelName is a channel's name as Slack lists it: lower case, without #.
func channelName(channel string) string {
	return strings.ToLower(strings.TrimPrefix(channel, "#"))
}

// learn notes that a channel, by whatever name, has an ID.
func (c *Client) learn(channel, id string) {
	if channel == id {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.channels[channelName(channel)] = id
}

// lookUp goes through the channels that the bot can see, until it has found the
// one.
func (c *Client) lookUp(ctx context.Context, name string) (string, error) {
	doing := "looking up the channel #" + clean(name)
	params := &slack.GetConversationsParameters{
		Limit: pageSize,
		Types: []string{"public_channel", "private_channel"},
	}
	for {
		if err := canceled(ctx, doing); err != nil {
			return "", err
		}
		var trace call
		page, next, err := c.api.GetConversationsContext(trace.watch(ctx), params)
		if err != nil {
			return "", c.failure(doing, &trace, err)
		}
		c.answered(ok)
		for _, ch := range page {
			if ch.Name == name {
				c.learn(name, ch.ID)
				return ch.ID, nil
			}
		}
		if next == "" || next == params.Cursor {
			const code = "channel_not_found"
			return "", &Error{Doing: doing, Class: Channel, Reason: code, Hint: hints[code]}
		}
		params.Cursor = next
	}
}
