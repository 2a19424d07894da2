package slack

import (
	"errors"
	"strings"
	"time"
)

// Class is what a failed call means for whoever called: above all whether the
// message may have been posted all the same.
type Class int

const (
	// Unknown is an error that nobody has described. Nothing was posted as far
	// as Slack says: worth a few more tries, not endless ones.
	Unknown Class = iota
	// NotSent is a call that never reached Slack or that Slack put off. Nothing
	// was posted; try again, not before the returned time.
	NotSent
	// Ambiguous is a call whose outcome is not known: the message may have been
	// posted. Find says; only then post again.
	Ambiguous
	// Credentials is a token that Slack does not take, or that may not do this.
	// It concerns every channel and stays so until a person acts.
	Credentials
	// Channel is a channel that cannot be written to or read. It concerns no
	// other one, and stays so until a person acts.
	Channel
	// Payload is a message that Slack refuses whatever is tried. It concerns
	// only that message.
	Payload
	// Transient is a refusal that passes in minutes or hours by itself. Nothing
	// was posted.
	Transient
)

func (c Class) String() string {
	switch c {
	case NotSent:
		return "not sent"
	case Ambiguous:
		return "ambiguous"
	case Credentials:
		return "credentials"
	case Channel:
		return "channel"
	case Payload:
		return "payload"
	case Transient:
		return "transient"
	}
	return "unknown"
}

// Error is what every method of Client returns when it fails. It is safe to log:
// it holds nothing of the request, and of the answer only what is harmless.
type Error struct {
	Doing      string        // as in "posting to #news"
	Class      Class         // what it means
	Reason     string        // Slack's error code where it gave one, else what went wrong
	Hint       string        // what a person can do; "" when there is nothing to say
	Details    []string      // what Slack names as wrong with the message
	RetryAfter time.Duration // Slack's wish; 0 when it has none

	cause error // context.Canceled, context.DeadlineExceeded, or nil
}

// Error is one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Doing + ": " + e.Reason)
	if len(e.Details) > 0 {
		b.WriteString(": " + strings.Join(e.Details, "; "))
	}
	if e.Hint != "" {
		b.WriteString(" (" + e.Hint + ")")
	}
	return b.String()
}

// Unwrap lets errors.Is find a context's end. Other causes are not kept, since
// they may hold a request.
func (e *Error) Unwrap() error { return e.cause }

// Classify says what an error of this package means, and how long Slack wants to
// be left alone: 0 when it does not say. Any other error is Unknown.
func Classify(err error) (c Class, retryAfter time.Duration) {
	var e *Error
	if !errors.As(err, &e) {
		return Unknown, 0
	}
	return e.Class, e.RetryAfter
}
