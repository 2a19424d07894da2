package slack

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

const (
	// eventType is the kind of metadata that carries a message's key.
	eventType = "tocsin_alert"
	keyField  = "key"

	// callTimeout bounds a call, whole, where the caller gives no http.Client.
	callTimeout = 15 * time.Second
	// clockSkew is how far Slack's clock, which stamps messages, may be behind
	// ours.
	clockSkew = 10 * time.Minute
	// pageSize is how many messages or channels a page has: Slack recommends
	// up to 200.
	pageSize = 200
)

// Client talks to one workspace. It is safe for concurrent use, and safe to print.
// It never repeats a call that may have had an effect: only the caller can know
// what a repetition would say twice.
type Client struct {
	api     *slack.Client
	carrier *http.Client
	apiURL  string                                                // "" for Slack itself
	token   string                                                // to keep it out of errors
	webhook string                                                // where messages go in place of channels; "" for none
	deeds   func(ctx context.Context, key string) ([]Deed, error) // nil: messages have no buttons

	// answered is told how each call ended, in a word: ok, or its class.
	answered func(class string)

	mu       sync.Mutex
	channels map[string]string // IDs by name without #
	mentions map[string]string // IDs by name without @
	self     identity          // zero until asked for
}

// identity is who a token belongs to, as messages name it.
type identity struct{ bot, user string }

// NewClient returns a client for a bot token. apiURL is where Slack's methods
// are, "" for Slack itself. hc carries the calls; nil stands for one that gives
// up after 15 seconds. Redirects are never followed, since they would carry the
// token elsewhere.
func NewClient(token, apiURL string, hc *http.Client) *Client {
	hc = carrier(hc)
	options := []slack.Option{slack.OptionHTTPClient(hc)}
	if apiURL != "" {
		options = append(options, slack.OptionAPIURL(strings.TrimSuffix(apiURL, "/")+"/"))
	}
	return &Client{api: slack.New(token, options...), carrier: hc, apiURL: apiURL, token: token, answered: func(string) {}, channels: make(map[string]string), mentions: make(map[string]string)}
}

// Answered has f told how each call to Slack ends: ok, or the name of a Class. It
// is called before the client is used.
func (c *Client) Answered(f func(class string)) { c.answered = f }

// ok is what Answered is told of a call that succeeded.
const ok = "ok"

// Answers are all that Answered is told.
func Answers() []string {
	words := []string{ok}
	for c := Unknown; c <= Transient; c++ {
		words = append(words, c.String())
	}
	return words
}

// NewWebhookClient returns a client that posts to an incoming webhook, by its address,
// which is a secret. A webhook has one channel, whatever a message is posted to. Its
// messages have no receipt, no thread and no buttons; they cannot be changed, and
// nothing can be found in its channel. hc is as for NewClient.
func NewWebhookClient(address string, hc *http.Client) *Client {
	c := NewClient("", "", hc)
	c.webhook, c.token = address, address
	return c
}

// IsWebhook reports whether the client posts to a webhook.
func (c *Client) IsWebhook() bool { return c.webhook != "" }

// carrier is an http.Client that follows no redirects; see NewClient.
func carrier(hc *http.Client) *http.Client {
	c := http.Client{Timeout: callTimeout}
	if hc != nil {
		c = *hc
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// Format prints nothing of what a client holds, whatever the verb.
func (*Client) Format(f fmt.State, _ rune) { io.WriteString(f, "slack.Client") }

// Post posts a message to a channel, by its ID or #name. It shows no previews of
// links, and resolves no names in the text.
//
// A message for a thread that takes none is posted as one of its own. A message that Slack refuses for its form is posted once more as its plain
// text and link, since news in poor form is better than none; the receipt says
// so. All errors are *Error; see Classify.
func (c *Client) Post(ctx context.Context, channel string, m Message) (Receipt, error) {
	m = c.answerable(ctx, m)
	receipt, err := c.post(ctx, channel, m)
	if m.Thread != "" && threadless(err) {
		m.Thread = ""
		receipt, err = c.post(ctx, channel, m)
	}
	if class, _ := Classify(err); class != Payload || len(m.Blocks) == 0 {
		return receipt, err
	}
	receipt, plainErr := c.post(ctx, channel, plainForm(m))
	if plainErr != nil {
		return Receipt{}, plainErr
	}
	receipt.Refused = err.Error()
	return receipt, nil
}

func (c *Client) post(ctx context.Context, channel string, m Message) (Receipt, error) {
	if c.IsWebhook() {
		const doing = "posting to the webhook"
		return Receipt{}, c.postHook(ctx, doing, c.webhook, hookMessage{Text: m.Text, Blocks: m.Blocks})
	}
	doing := "posting to " + clean(channel)
	if err := canceled(ctx, doing); err != nil {
		return Receipt{}, err
	}
	options := optionsOf(m)
	if m.Thread != "" {
		options = append(options, slack.MsgOptionTS(m.Thread))
	}
	var trace call
	id, ts, err := c.api.PostMessageContext(trace.watch(ctx), channel, options...)
	if err != nil {
		return Receipt{}, c.failure(doing, &trace, err)
	}
	if id == "" || ts == "" {
		return Receipt{}, c.unanswered(doing)
	}
	c.answered(ok)
	c.learn(channel, id)
	return Receipt{Channel: id, TS: ts}, nil
}

// optionsOf is a message as slack-go wants it.
func optionsOf(m Message) []slack.MsgOption {
	options := []slack.MsgOption{
		slack.MsgOptionText(m.Text, false),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: eventType, EventPayload: map[string]any{keyField: m.Key}}),
	}
	if len(m.Blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(m.Blocks...))
	}
	return options
}

// plainForm is a message without blocks: its text and, where there is room, its
// link.
func plainForm(m Message) Message {
	if link := linkOf(m); link != "" {
		if text := m.Text + " <" + escaper.Replace(link) + ">"; units(text) <= maxText {
			m.Text = text
		}
	}
	m.Blocks = nil
	return m
}

// linkOf is the address that a message's headline leads to; "" for none.
func linkOf(m Message) string {
	for _, block := range m.Blocks {
		rich, ok := block.(*slack.RichTextBlock)
		if !ok {
			continue
		}
		for _, element := range rich.Elements {
			section, ok := element.(*slack.RichTextSection)
			if !ok {
				continue
			}
			for _, e := range section.Elements {
				if link, ok := e.(*slack.RichTextSectionLinkElement); ok {
					return link.URL
				}
			}
		}
	}
	return ""
}

// Find looks in a channel's history for a message with the key that this token
// posted at since or later, since counted by the caller's clock. It asks page by
// page until it has found one. The bot must be a member of the channel and have
// the scope channels:history, for private channels groups:history; to look in a
// channel by its name, channels:read and groups:read too.
//
// All errors are *Error. Of these only the class tells whether a later attempt
// may succeed: whatever it is, nothing is known of the message.
func (c *Client) Find(ctx context.Context, channel, key string, since time.Time) (Receipt, bool, error) {
	if c.IsWebhook() {
		return Receipt{}, false, noReading()
	}
	self, err := c.whoami(ctx)
	if err != nil {
		return Receipt{}, false, err
	}
	id, err := c.channelID(ctx, channel)
	if err != nil {
		return Receipt{}, false, err
	}
	doing := "searching the history of " + clean(channel)
	params := &slack.GetConversationHistoryParameters{
		ChannelID:          id,
		Oldest:             fmt.Sprintf("%d.000000", max(since.Add(-clockSkew).Unix(), 0)),
		Limit:              pageSize,
		IncludeAllMetadata: true,
	}
	for {
		page, err := c.historyPage(ctx, doing, params)
		if err != nil {
			return Receipt{}, false, err
		}
		for _, m := range page.Messages {
			if self.posted(m) && m.Metadata.EventType == eventType && m.Metadata.EventPayload[keyField] == key {
				return Receipt{Channel: id, TS: m.Timestamp}, true, nil
			}
		}
		next := page.ResponseMetaData.NextCursor
		if next == "" || next == params.Cursor {
			return Receipt{}, false, nil
		}
		params.Cursor = next
	}
}

func (c *Client) historyPage(ctx context.Context, doing string, params *slack.GetConversationHistoryParameters) (*slack.GetConversationHistoryResponse, error) {
	if err := canceled(ctx, doing); err != nil {
		return nil, err
	}
	var trace call
	page, err := c.api.GetConversationHistoryContext(trace.watch(ctx), params)
	if err != nil {
		return nil, c.failure(doing, &trace, err)
	}
	if !page.Ok {
		return nil, c.unanswered(doing)
	}
	c.answered(ok)
	return page, nil
}

// posted reports whether m is a message of this identity: anybody in the
// workspace can copy metadata.
func (i identity) posted(m slack.Message) bool {
	if i.bot != "" {
		return m.BotID == i.bot
	}
	return m.User == i.user
}

// Check asks Slack whether it takes the token, and returns for whom: "tocsin in
// Example Ltd". All errors are *Error.
func (c *Client) Check(ctx context.Context) (who string, err error) {
	answer, err := c.authTest(ctx)
	if err != nil {
		return "", err
	}
	return c.harmless(answer.User) + " in " + c.harmless(answer.Team), nil
}

// whoami is who the token belongs to, asked once.
func (c *Client) whoami(ctx context.Context) (identity, error) {
	c.mu.Lock()
	self := c.self
	c.mu.Unlock()
	if self != (identity{}) {
		return self, nil
	}
	answer, err := c.authTest(ctx)
	if err != nil {
		return identity{}, err
	}
	return identity{bot: answer.BotID, user: answer.UserID}, nil
}

func (c *Client) authTest(ctx context.Context) (*slack.AuthTestResponse, error) {
	const doing = "checking the Slack token"
	if err := canceled(ctx, doing); err != nil {
		return nil, err
	}
	var trace call
	answer, err := c.api.AuthTestContext(trace.watch(ctx))
	if err != nil {
		return nil, c.failure(doing, &trace, err)
	}
	if answer.UserID == "" {
		return nil, c.unanswered(doing)
	}
	c.answered(ok)
	c.mu.Lock()
	c.self = identity{bot: answer.BotID, user: answer.UserID}
	c.mu.Unlock()
	return answer, nil
}

// noReading is the error of what a webhook cannot do.
func noReading() *Error {
	return &Error{Doing: "reading the channel of the webhook", Class: Channel, Reason: "a webhook has no history", Hint: "use a bot token"}
}
