package slack

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"
)

// broadcasts are the names that mean everybody there.
var broadcasts = []string{"here", "channel", "everyone"}

// mentionID is the ID of a user or of a group of users.
var mentionID = regexp.MustCompile(`^[UWS][A-Z0-9]{5,}$`)

// maxMention bounds the name of somebody who cannot be mentioned.
const maxMention = 80

// mentionOf is who is mentioned, at the end of a line; a name that Slack does not
// know is shown and rings nobody.
func mentionOf(a Alert) []slack.RichTextSectionElement {
	var who slack.RichTextSectionElement
	switch id := a.MentionID; {
	case slices.Contains(broadcasts, id):
		who = slack.NewRichTextSectionBroadcastElement(id)
	case mentionID.MatchString(id) && id[0] == 'S':
		who = slack.NewRichTextSectionUserGroupElement(id)
	case mentionID.MatchString(id):
		who = slack.NewRichTextSectionUserElement(id, nil)
	default:
		name := cut(clean(a.Mention), maxMention)
		if name == "" {
			return nil
		}
		who = slack.NewRichTextSectionTextElement(name, nil)
	}
	return []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(" ", nil), who}
}

// Mention finds whom a name such as @policy-oncall means: a group of users by its
// handle, or a user by name; an ID, or @here, @channel or @everyone, means what it
// is. It returns an Alert's MentionID; "" where nobody has that name. It needs the
// scopes usergroups:read and users:read. All errors are *Error.
func (c *Client) Mention(ctx context.Context, name string) (id string, err error) {
	plain, named := strings.CutPrefix(name, "@")
	if !named && mentionID.MatchString(name) || slices.Contains(broadcasts, plain) {
		return plain, nil
	}
	c.mu.Lock()
	id = c.mentions[plain]
	c.mu.Unlock()
	if id == "" {
		if id, err = c.lookUpMention(ctx, plain); err == nil && id != "" {
			c.mu.Lock()
			c.mentions[plain] = id
			c.mu.Unlock()
		}
	}
	return id, err
}

func (c *Client) lookUpMention(ctx context.Context, name string) (string, error) {
	doing := "looking up @" + clean(name)
	if err := canceled(ctx, doing); err != nil {
		return "", err
	}
	var trace call
	groups, err := c.api.GetUserGroupsContext(trace.watch(ctx))
	if err != nil {
		return "", c.failure(doing, &trace, err)
	}
	c.answered(ok)
	for _, g := range groups {
		if g.Handle == name {
			return g.ID, nil
		}
	}
	users, err := c.api.GetUsersContext(trace.watch(ctx), slack.GetUsersOptionLimit(pageSize))
	if err != nil {
		return "", c.failure(doing, &trace, err)
	}
	c.answered(ok)
	for _, u := range users {
		if !u.Deleted && (u.Name == name || u.Profile.DisplayName == name) {
			return u.ID, nil
		}
	}
	return "", nil
}
