package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/slack-go/slack"
)

// call watches one request, to know whether any of it can have reached Slack.
type call struct {
	asked, connected atomic.Bool
}

// watch returns a context for the request that c is to watch.
func (c *call) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.connected.Store(true) },
	})
}

// unsent reports whether a request that failed with err went nowhere: no name,
// no connection or no TLS. A transport that tells the trace nothing is believed
// only when it could not dial.
func (c *call) unsent(err error) bool {
	if c.asked.Load() {
		return !c.connected.Load()
	}
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// failure is the *Error that an error of slack-go amounts to. It takes over
// nothing that may hold the token, what a feed says, or anything else of the
// request: url.Error, JSON errors and answers of others than Slack may quote any
// of these.
func (c *Client) failure(doing string, trace *call, err error) *Error {
	e := &Error{Doing: doing}
	var limited *slack.RateLimitedError
	var refused slack.SlackErrorResponse
	var status slack.StatusCodeError
	switch {
	case errors.As(err, &limited):
		e.Class, e.Reason, e.RetryAfter = NotSent, "rate limited", max(limited.RetryAfter, 0)
	case errors.As(err, &refused):
		c.refusal(e, refused)
	case errors.As(err, &status):
		e.Class = classOfStatus(status.Code)
		e.Reason = strings.TrimSpace(fmt.Sprintf("HTTP %d %s", status.Code, http.StatusText(status.Code)))
	case trace.unsent(err):
		e.Class, e.Reason = NotSent, "no connection: "+c.harmless(rootCause(err))
	default:
		e.Class, e.Reason = Ambiguous, "no valid answer: "+lostAnswer(err)
	}
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			e.cause = end
		}
	}
	c.answered(e.Class.String())
	return e
}

// classOfStatus is the class of an HTTP status other than 200. Slack itself
// answers with 429 and 5xx; the others come from what stands between.
func classOfStatus(code int) Class {
	switch {
	case code >= 500, code == http.StatusRequestTimeout:
		return Ambiguous
	case code == http.StatusRequestEntityTooLarge:
		return Payload
	}
	return NotSent
}

// refusal fills in what Slack answered.
func (c *Client) refusal(e *Error, r slack.SlackErrorResponse) {
	e.Class, e.Reason, e.Hint = classOf(r.Err), c.harmless(r.Err), hints[r.Err]
	if r.Err == "missing_scope" && r.Needed != "" {
		e.Hint = "give the app the scope " + c.harmless(r.Needed) + " and install it again"
	}
	if e.Class == Payload {
		for _, m := range r.ResponseMetadata.Messages {
			e.Details = append(e.Details, c.harmless(m))
		}
	}
}

// rootCause is the innermost error: "connection refused" without the address
// and the nesting around it.
func rootCause(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}

// lostAnswer says in words of ours why there is no answer to go by.
func lostAnswer(err error) string {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		return "the call was cancelled"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "the time was up"
	case isNet(err):
		return "the connection broke"
	}
	return "it is not JSON of Slack's, or not all of it"
}

func isNet(err error) bool {
	var op *net.OpError
	return errors.As(err, &op)
}

// tokens looks like any token of Slack's.
var tokens = regexp.MustCompile(`xox[a-z]*[-.][\w.%-]+|xapp-[\w.%-]+|xwfp-[\w.%-]+`)

// maxReason bounds what is taken over from an answer, in UTF-16 units.
const maxReason = 200

// harmless is one short line of what somebody else wrote, without tokens.
func (c *Client) harmless(s string) string {
	if c.token != "" {
		s = strings.ReplaceAll(s, c.token, "[token]")
	}
	return cut(clean(tokens.ReplaceAllString(s, "[token]")), maxReason)
}

// canceled is the error of a call that was not begun since ctx has ended; nil
// while it has not.
func canceled(ctx context.Context, doing string) error {
	if ctx.Err() == nil {
		return nil
	}
	return &Error{Doing: doing, Class: NotSent, Reason: "cancelled before it began", cause: ctx.Err()}
}

// unanswered is the error of an answer that has no error and not what was asked
// for either: slack-go takes {} for success.
func (c *Client) unanswered(doing string) error {
	c.answered(Ambiguous.String())
	return &Error{Doing: doing, Class: Ambiguous, Reason: "no valid answer: it says neither success nor what went wrong"}
}
