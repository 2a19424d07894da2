package feed

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// acceptFeed names the feed types first. Nothing is refused for its type: feeds
// come as text/html, too.
const acceptFeed = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, " +
	"application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"

// call is a request with what is asked for.
type call struct {
	Request
	accept  string
	maxBody int64
}

// answer is what a server had to say, read whole.
type answer struct {
	code   int
	header http.Header
	url    *url.URL // of the last hop
	moved  string   // where a permanent trail led; see trail.moved
	body   []byte   // compressed or not; nil for 304
}

var (
	// errTimeout ends the context of a read that took too long.
	errTimeout = errors.New("time limit of the read")
	// errBusy ends that of one that waited too long for its turns.
	errBusy = errors.New("time limit of waiting")
)

// fetch asks for a document and follows redirects. Every hop takes its turn at its
// host, and only then one of the requests that may run at once: so those that wait
// for a busy host are in nobody's way.
func (r *Reader) fetch(ctx context.Context, c call, now time.Time) (*answer, error) {
	start, err := webAddress(c.URL)
	if err != nil {
		return nil, err
	}
	seat := r.turns.seat(c.Waiting)
	defer seat.leave()
	waiting, cancel := context.WithTimeoutCause(ctx, 2*r.opts.Timeout, errBusy)
	defer cancel()

	t := newTrail(start)
	for left := r.opts.Timeout; ; {
		if err := r.turn(waiting, seat, hostKey(t.at())); err != nil {
			return nil, err
		}
		began := time.Now()
		a, err := r.hop(ctx, left, t, c, now)
		<-r.running
		if a != nil || err != nil {
			return a, err
		}
		left -= time.Since(began)
	}
}

// turn waits until a request may run to a host.
func (r *Reader) turn(ctx context.Context, s *seat, host string) error {
	err := s.move(ctx, host)
	if err == nil {
		select {
		case r.running <- struct{}{}:
			return nil
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if context.Cause(ctx) == errBusy {
		return &Error{Problem: Timeout, Reason: fmt.Sprintf("no turn within %s: other requests keep its host busy", 2*r.opts.Timeout), Err: err}
	}
	return err
}

// hop makes one request. It returns neither an answer nor an error where it is
// redirected; t is there then.
func (r *Reader) hop(ctx context.Context, limit time.Duration, t *trail, c call, now time.Time) (*answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTimeout)
	defer cancel()
	resp, err := r.ask(ctx, t, c)
	if err != nil {
		return nil, r.transportError(ctx, err, "no answer")
	}
	if _, ok := redirects(resp.StatusCode); ok {
		drain(resp.Body)
		return nil, t.follow(resp)
	}
	defer resp.Body.Close()
	return r.read(ctx, resp, t, c, now)
}

// ask sends the request of one hop.
//
// It uses the transport and not an http.Client, whose redirects add a Referer
// and carry headers from host to host.
func (r *Reader) ask(ctx context.Context, t *trail, c call) (*http.Response, error) {
	u := *t.at()
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	u.RawQuery = escapeQuery(u.RawQuery)
	hr := (&http.Request{Method: http.MethodGet, URL: &u, Host: u.Host, Header: r.header(t, c)}).WithContext(ctx)
	return r.transport.RoundTrip(hr)
}

// escapeQuery escapes what cannot be sent as it is, such as spaces; the rest of
// the query stays as it was written.
func escapeQuery(q string) string {
	var b strings.Builder
	for i := range len(q) {
		if c := q[i]; c <= ' ' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// header is what goes along with the request of one hop.
func (r *Reader) header(t *trail, c call) http.Header {
	h := http.Header{}
	h.Set("User-Agent", r.opts.UserAgent)
	h.Set("Accept", c.accept)
	if t.home {
		for name, values := range c.Header {
			h[http.CanonicalHeaderKey(name)] = values
		}
		if user := t.start.User; user != nil && h.Get("Authorization") == "" {
			h.Set("Authorization", basicAuth(user))
		}
	}
	h.Set("Accept-Encoding", "gzip")
	if c.ETag != "" {
		h.Set("If-None-Match", c.ETag)
	}
	if c.LastModified != "" {
		h.Set("If-Modified-Since", c.LastModified)
	}
	return h
}

// read makes an answer of the last hop's response: 200 with a body, or 304 to our
// validators.
func (r *Reader) read(ctx context.Context, resp *http.Response, t *trail, c call, now time.Time) (*answer, error) {
	a := &answer{code: resp.StatusCode, header: resp.Header, url: withoutUser(t.at()), moved: t.moved()}
	if a.code == http.StatusNotModified && (c.ETag != "" || c.LastModified != "") {
		return a, nil
	}
	e := statusError(resp)
	if e == nil {
		var err error
		if a.body, err = readBody(resp, c.maxBody); err == nil {
			return a, nil
		}
		e = r.transportError(ctx, err, "answer not complete")
	}
	return nil, a.blame(e, now)
}

// blame completes an error that came with this answer. Of its wishes only
// Retry-After counts: how long an error stays fresh says nothing of the feed.
func (a *answer) blame(e *Error, now time.Time) *Error {
	e.Code, e.NotBefore = a.code, retryAfter(a.header, now)
	return e
}

// withoutUser is an address without credentials, which what is derived from it
// must not hold.
func withoutUser(u *url.URL) *url.URL {
	bare := *u
	bare.User = nil
	return &bare
}

// webAddress parses an address that may be asked.
func webAddress(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil {
		// The cause would quote the address, which may hold a password.
		return nil, &Error{Problem: Forbidden, Reason: "not a web address"}
	}
	if e := checkAddress(u); e != nil {
		return nil, e
	}
	return u, nil
}

func checkAddress(u *url.URL) *Error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return &Error{Problem: Forbidden, Reason: "an address that is not http or https"}
	case u.Hostname() == "":
		return &Error{Problem: Forbidden, Reason: "an address without a host"}
	}
	return nil
}

// HostOf is the host and port of an address, in the form by which requests are
// counted; "" where it is no address.
func HostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return hostKey(u)
}

// hostKey is what requests are counted by.
func hostKey(u *url.URL) string { return net.JoinHostPort(hostName(u), port(u)) }

// hostName is an address's host as DNS spells it: a name and its punycode are one.
func hostName(u *url.URL) string {
	name := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ascii, err := idna.Lookup.ToASCII(name); err == nil {
		return ascii
	}
	return name
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
