package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

const (
	// connections is how many a socket keeps. Slack closes each now and then, and the
	// library opens the next one only after that: while one is gone, the other hears.
	// Slack permits ten for all daemons together.
	connections = 2
	// maxActing is how many events are acted on at once.
	maxActing = 8
	// actFor is how long one may be acted on.
	actFor = 30 * time.Second
	// refusedRest is how long nothing is tried after Slack refused the token.
	refusedRest = 5 * time.Minute
	// maxFrame is how large a message of Slack's may be, in bytes. It holds the alert
	// that was clicked at, and Slack's limits on that are far below.
	maxFrame = 1 << 20
)

// Socket hears what people do at messages and with /tocsin, over Socket Mode, so that
// nothing need be reached from outside. It is safe to print.
type Socket struct {
	log    *slog.Logger
	api    *slack.Client
	client *Client // for the words of errors
	acting chan struct{}
}

// NewSocket returns a socket for an app-level token, xapp-…, with the scope
// connections:write. apiURL and hc are as for NewClient. It starts nothing.
func NewSocket(log *slog.Logger, appToken, apiURL string, hc *http.Client) *Socket {
	options := []slack.Option{slack.OptionAppLevelToken(appToken), slack.OptionHTTPClient(carrier(hc)), slack.OptionLog(silent)}
	if apiURL != "" {
		options = append(options, slack.OptionAPIURL(strings.TrimSuffix(apiURL, "/")+"/"))
	}
	return &Socket{log: log, api: slack.New("", options...), client: NewClient(appToken, apiURL, hc), acting: make(chan struct{}, maxActing)}
}

// silent is a log that nobody reads: the library's lines may hold what people wrote.
var silent = log.New(io.Discard, "", 0)

// Format prints nothing of what a socket holds, whatever the verb.
func (*Socket) Format(f fmt.State, _ rune) { io.WriteString(f, "slack.Socket") }

// Run hears until ctx ends, and calls act for each event, several at once, after Slack
// was told that the event has come. Slack may bring an event again; act is to know by
// its ID. The context of act ends half a minute after the event came, and not with ctx:
// nobody else acts on it. Run returns when all that runs has ended.
//
// Whatever is wrong is logged and tried again, for as long as it takes.
func (s *Socket) Run(ctx context.Context, act func(ctx context.Context, e Event)) {
	var hearing, acting sync.WaitGroup
	for range connections {
		l := listener{Socket: s, acting: &acting, act: act}
		hearing.Go(func() { l.keep(ctx) })
	}
	hearing.Wait()
	acting.Wait()
}

// listener is one connection after the other.
type listener struct {
	*Socket
	acting  *sync.WaitGroup
	act     func(ctx context.Context, e Event)
	trouble string // that was logged last; "" since all is well
}

// keep keeps a connection until ctx ends. The library ends by itself where Slack
// refuses the token.
func (l *listener) keep(ctx context.Context) {
	for ctx.Err() == nil {
		running, stop := context.WithCancel(ctx)
		sm := socketmode.New(l.api, socketmode.OptionLog(silent), socketmode.OptionReadLimit(maxFrame))
		var hearing sync.WaitGroup
		hearing.Go(func() { l.hear(running, sm) })
		err := sm.RunContext(running)
		stop()
		hearing.Wait()
		if ctx.Err() != nil {
			return
		}
		l.complain(err)
		select {
		case <-time.After(refusedRest):
		case <-ctx.Done():
		}
	}
}

// hear takes what one client of the library tells.
func (l *listener) hear(ctx context.Context, sm *socketmode.Client) {
	for {
		select {
		case e := <-sm.Events:
			l.take(ctx, sm, &e)
		case <-ctx.Done():
			return
		}
	}
}

// take acknowledges an event, and has it acted on.
func (l *listener) take(ctx context.Context, sm *socketmode.Client, e *socketmode.Event) {
	switch e.Type {
	case socketmode.EventTypeHello:
		if l.trouble != "" {
			l.log.Info("Slack is heard again")
		}
		l.trouble = ""
	case socketmode.EventTypeConnectionError:
		if data, ok := e.Data.(*slack.ConnectionErrorEvent); ok && ctx.Err() == nil {
			l.complain(data.ErrorObj)
		}
	case socketmode.EventTypeErrorBadMessage:
		l.log.Warn("Slack has sent what cannot be read")
	}
	if e.Request == nil || e.Request.EnvelopeID == "" {
		return
	}
	// What could not be acknowledged comes again.
	if err := sm.AckCtx(ctx, e.Request.EnvelopeID, nil); err != nil {
		return
	}
	event, ok := eventOf(e)
	if !ok {
		return
	}
	l.acting.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), actFor)
		defer cancel()
		l.Socket.acting <- struct{}{}
		defer func() { <-l.Socket.acting }()
		l.act(ctx, event)
	})
}

// complain says once what is wrong with the connection.
func (l *listener) complain(err error) {
	e := l.problem(err)
	if l.trouble == e.Error() {
		return
	}
	l.trouble = e.Error()
	if e.Class == Credentials {
		l.log.Error("buttons and /tocsin do nothing", "reason", e)
		return
	}
	l.log.Warn("Slack is not heard for now; it is tried again", "reason", e)
}

// appHints say what a person can do about error codes of an app-level token.
var appHints = map[string]string{
	"invalid_auth":           "the app token is wrong: make one with the scope connections:write on the app's page Basic Information",
	"not_authed":             "there is no app token: make one with the scope connections:write on the app's page Basic Information",
	"token_revoked":          "the app token was revoked: make another one on the app's page Basic Information",
	"not_allowed_token_type": "use the app-level token, xapp-…, and not the bot token",
	"missing_scope":          "make an app token with the scope connections:write on the app's page Basic Information",
}

// problem is why there is no connection, in words that hold no token and no address:
// that of a socket is a secret itself.
func (s *Socket) problem(err error) *Error {
	const doing = "opening a socket"
	var refused slack.SlackErrorResponse
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	switch {
	case errors.As(err, &refused):
		e := &Error{Doing: doing}
		s.client.refusal(e, refused)
		if hint := appHints[refused.Err]; hint != "" {
			e.Hint = hint
		}
		return e
	case errors.As(err, &limited), errors.As(err, &status):
		return s.client.failure(doing, new(call), err)
	case isNet(err):
		return &Error{Doing: doing, Class: NotSent, Reason: "no connection: " + s.client.harmless(rootCause(err))}
	}
	// The library makes texts of Slack's codes where it gives up.
	if err != nil && classOf(err.Error()) == Credentials {
		return &Error{Doing: doing, Class: Credentials, Reason: s.client.harmless(err.Error()), Hint: appHints[err.Error()]}
	}
	return &Error{Doing: doing, Class: NotSent, Reason: "no valid answer"}
}
