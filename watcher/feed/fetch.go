package feed

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// accept names the feed types first. Nothing is refused for its type: feeds come
// as text/html, too.
const accept = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, " +
	"application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"

// answer is what a server had to say, read whole.
type answer struct {
	code   int
	header http.Header
	url    *url.URL // of the last hop
	moved  string   // see Result.Moved
	body   []byte   // compressed or not; nil for 304
}

// errTimeout ends the context of a read that took too long.
var errTimeout = errors.New("time limit of the read")

// fetch asks for a feed and follows redirects. Every hop takes its turn at its
// host; the time limit starts when the first one runs.
func (r *Reader) fetch(ctx context.Context, req Request, now time.Time) (*answer, error) {
	start, err := webAddress(req.URL)
	if err != nil {
		return nil, err
	}
	seat := r.turns.seat()
	defer seat.leave()
	if err := seat.move(ctx, hostKey(start)); err != nil {
		return nil, err
	}
	select {
	case r.running <- struct{}{}:
		defer func() { <-r.running }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.opts.Timeout, errTimeout)
	defer cancel()

	t := newTrail(start)
	for {
		if err := seat.move(ctx, hostKey(t.at())); err != nil {
			return nil, r.transportError(ctx, err, "no answer")
		}
		resp, err := r.ask(ctx, t, req)
		if err != nil {
			return nil, r.transportError(ctx, err, "no answer")
		}
		if _, ok := redirects(resp.StatusCode); !ok {
			defer resp.Body.Close()
			return r.read(ctx, resp, t, req, now)
		}
		drain(resp.Body)
		if err := t.follow(resp); err != nil {
			return nil, err
		}
	}
}

// ask sends the request of one hop.
//
// It uses the transport and not an http.Client, whose redirects add a Referer
// and carry headers from host to host.
func (r *Reader) ask(ctx context.Context, t *trail, req Request) (*http.Response, error) {
	u := *t.at()
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	hr := (&http.Request{Method: http.MethodGet, URL: &u, Host: u.Host, Header: r.header(t, req)}).WithContext(ctx)
	return r.transport.RoundTrip(hr)
}

// header is what goes along with the request of one hop.
func (r *Reader) header(t *trail, req Request) http.Header {
	h := http.Header{}
	h.Set("User-Agent", r.opts.UserAgent)
	h.Set("Accept", accept)
	if t.home {
		for name, values := range req.Header {
			h[http.CanonicalHeaderKey(name)] = values
		}
		if user := t.start.User; user != nil && h.Get("Authorization") == "" {
			h.Set("Authorization", basicAuth(user))
		}
	}
	h.Set("Accept-Encoding", "gzip")
	if req.ETag != "" {
		h.Set("If-None-Match", req.ETag)
	}
	if req.LastModified != "" {
		h.Set("If-Modified-Since", req.LastModified)
	}
	return h
}

// read makes an answer of the last hop's response: 200 with a body, or 304 to our
// validators.
func (r *Reader) read(ctx context.Context, resp *http.Response, t *trail, req Request, now time.Time) (*answer, error) {
	a := &answer{code: resp.StatusCode, header: resp.Header, url: withoutUser(t.at()), moved: t.moved()}
	if a.code == http.StatusNotModified && (req.ETag != "" || req.LastModified != "") {
		return a, nil
	}
	e := statusError(resp)
	if e == nil {
		var err error
		if a.body, err = readBody(resp, r.opts.MaxBody); err == nil {
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

// hostKey is what requests are counted by.
func hostKey(u *url.URL) string { return strings.ToLower(u.Hostname()) + ":" + port(u) }

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
