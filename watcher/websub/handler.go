package websub

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ErrUnknown comes from a Subscriber that is asked for what it has not subscribed.
var ErrUnknown = errors.New("no such subscription")

// Subscriber has the subscriptions that hubs speak of. Token is the last part of a
// subscription's callback address. Any other error than ErrUnknown means that it
// cannot tell now, and the hub is to come again.
type Subscriber interface {
	// Subscription returns what is subscribed, or ErrUnknown.
	Subscription(ctx context.Context, token string) (Subscription, error)
	// Verify confirms that the hub was asked for this, and notes that it has it now;
	// ErrUnknown when it was not asked, or has answered before.
	Verify(ctx context.Context, token string, v Verification) error
	// Deny notes that the hub does not have it, or has it no more; reason is in the
	// hub's words. ErrUnknown when the hub was not asked.
	Deny(ctx context.Context, token, topic, reason string) error
	// Deliver takes a document that is signed as it must be. When it returns, the
	// document is kept, or a poll is due that will find what is in it.
	Deliver(ctx context.Context, token string, d Delivery) error
}

// Subscription is what a delivery is checked against.
type Subscription struct {
	Topic  string
	Secret string
}

// Verification is what a hub verifies.
type Verification struct {
	Mode  Mode
	Topic string
	Lease time.Duration // for Subscribe: how long it lasts; 0 or more
}

// Delivery is a document that a hub brings.
type Delivery struct {
	ContentType string
	Body        []byte
}

const (
	// atOnce is how many deliveries are read and taken at a time.
	atOnce = 16
	// queueFor is how long a further one waits before the hub is told to come again.
	queueFor = 5 * time.Second
	// maxChallenge is how many bytes a challenge may have.
	maxChallenge = 4 << 10
)

// Handler answers hubs at callback addresses: paths whose last part is the token.
type Handler struct {
	log     *slog.Logger
	sub     Subscriber
	maxBody int64
	slots   chan struct{} // a token for each delivery that is being taken
}

// NewHandler returns the handler of a subscriber's callback addresses, for
// deliveries of at most maxBody bytes.
func NewHandler(log *slog.Logger, sub Subscriber, maxBody int64) *Handler {
	return &Handler{log: log, sub: sub, maxBody: maxBody, slots: make(chan struct{}, atOnce)}
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	token := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	switch r.Method {
	case http.MethodGet:
		h.question(w, r, token)
	case http.MethodPost:
		h.delivery(w, r, token)
	default:
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// question answers a hub that verifies what we asked, or denies it.
func (h *Handler) question(w http.ResponseWriter, r *http.Request, token string) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	challenge, mode := q.Get("hub.challenge"), Mode(q.Get("hub.mode"))
	switch {
	case mode == "denied":
		err = h.sub.Deny(r.Context(), token, q.Get("hub.topic"), q.Get("hub.reason"))
	case mode != Subscribe && mode != Unsubscribe, challenge == "", len(challenge) > maxChallenge:
		err = ErrUnknown
	default:
		err = h.sub.Verify(r.Context(), token, Verification{Mode: mode, Topic: q.Get("hub.topic"), Lease: leaseOf(q.Get("hub.lease_seconds"))})
	}
	if err != nil {
		h.refuse(w, err, http.StatusNotFound)
		return
	}
	if mode == "denied" {
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, challenge)
}

// refuse answers what cannot be done. A subscription that is unknown is one of the
// status; any other trouble passes, so that the hub may come again.
func (h *Handler) refuse(w http.ResponseWriter, err error, unknown int) {
	if errors.Is(err, ErrUnknown) {
		w.WriteHeader(unknown)
		return
	}
	h.log.Error("a hub cannot be answered", "err", err)
	w.Header().Set("Retry-After", "60")
	w.WriteHeader(http.StatusServiceUnavailable)
}

// delivery takes a document. One that is not signed as it must be is acknowledged
// all the same, so that nobody learns by trying.
func (h *Handler) delivery(w http.ResponseWriter, r *http.Request, token string) {
	s, err := h.sub.Subscription(r.Context(), token)
	if err != nil {
		h.refuse(w, err, http.StatusGone)
		return
	}
	if !h.enter(r.Context()) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer func() { <-h.slots }()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.maxBody))
	if err != nil {
		h.unread(w, s, err)
		return
	}
	if reason := unfit(s, r.Header, body); reason != "" {
		h.log.Warn("a delivery is ignored", "topic", loggable(s.Topic), "reason", reason)
	} else if err := h.sub.Deliver(r.Context(), token, Delivery{ContentType: r.Header.Get("Content-Type"), Body: body}); err != nil {
		h.refuse(w, err, http.StatusGone)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// enter waits until one more delivery may be taken; false when that takes too
// long.
func (h *Handler) enter(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, queueFor)
	defer cancel()
	select {
	case h.slots <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// unread answers a delivery that could not be read whole.
func (h *Handler) unread(w http.ResponseWriter, s Subscription, err error) {
	status, reason := http.StatusBadRequest, "it broke off"
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		status, reason = http.StatusRequestEntityTooLarge, "it is too large"
	}
	h.log.Warn("a delivery is ignored", "topic", loggable(s.Topic), "reason", reason)
	w.WriteHeader(status)
}

// unfit says why a delivery is not what was subscribed; "" when it is.
func unfit(s Subscription, header http.Header, body []byte) string {
	signatures := header.Values("X-Hub-Signature")
	switch {
	case len(signatures) == 0:
		return "it is not signed"
	case !signed(signatures, s.Secret, body):
		return "it is not signed with our secret"
	case !about(s.Topic, header.Values("Link")):
		return "it is of another topic"
	}
	return ""
}

// about reports whether a delivery is of the topic, by its Link headers. One that
// does not say is. Whether a name has http or https, and a slash at its end, hubs
// do not always keep.
func about(topic string, headers []string) bool {
	base, err := url.Parse(topic)
	if err != nil {
		return false
	}
	_, selves := linked(headers, base)
	for _, self := range selves {
		if bare(self) == bare(topic) {
			return true
		}
	}
	return len(selves) == 0
}

// bare is an address without its scheme and a slash at its end.
func bare(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	return strings.TrimSuffix(rest, "/")
}

// loggable is an address without what may be secret in it.
func loggable(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(unreadable address)"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
