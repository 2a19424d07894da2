package slack

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// Scopes are what the app must be granted, with what each is for.
var Scopes = []Scope{
	{"chat:write", "to post alerts"},
	{"channels:read", "to find channels by their names"},
	{"groups:read", "to find private channels by their names"},
	{"channels:history", "to look an alert up before it is sent again"},
	{"groups:history", "to look an alert up in a private channel"},
}

// Scope is what a token may do.
type Scope struct{ Name, For string }

// Standing is how Slack sees a token.
type Standing struct {
	Who     string        // "tocsin in Example Ltd"
	Missing []Scope       // of Scopes; none where Slack does not tell the token's
	Skew    time.Duration // how far Slack's clock is ahead of now; 0 where it is not told
}

// Examine asks Slack what it thinks of the token. All errors are *Error.
func (c *Client) Examine(ctx context.Context, now func() time.Time) (Standing, error) {
	answer, err := c.authTest(ctx)
	if err != nil {
		return Standing{}, err
	}
	s := Standing{Who: c.harmless(answer.User) + " in " + c.harmless(answer.Team)}
	if granted := answer.Header.Get("X-OAuth-Scopes"); granted != "" {
		s.Missing = missing(granted)
	}
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		s.Skew = date.Sub(now())
	}
	return s, nil
}

// missing returns the scopes that are not in a list with commas.
func missing(granted string) (scopes []Scope) {
	list := strings.FieldsFunc(granted, func(r rune) bool { return r == ',' || r == ' ' })
	for _, s := range Scopes {
		if !slices.Contains(list, s.Name) {
			scopes = append(scopes, s)
		}
	}
	return scopes
}

// Member reports whether the bot is in a channel, given by its ID or #name, and so
// may post there. All errors are *Error; one of the class Channel says that there is
// no such channel, or that the bot cannot see it.
func (c *Client) Member(ctx context.Context, channel string) (bool, error) {
	id, err := c.channelID(ctx, channel)
	if err != nil {
		return false, err
	}
	doing := "looking at " + clean(channel)
	if err := canceled(ctx, doing); err != nil {
		return false, err
	}
	var trace call
	info, err := c.api.GetConversationInfoContext(trace.watch(ctx), &slack.GetConversationInfoInput{ChannelID: id})
	if err != nil {
		return false, c.failure(doing, &trace, err)
	}
	c.answered(ok)
	return info.IsMember && !info.IsArchived, nil
}
