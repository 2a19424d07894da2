package feed

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"
)

// The defaults of Options.
const (
	DefaultTimeout   = 30 * time.Second
	DefaultMaxBody   = 16 << 20
	DefaultPerHost   = 2
	DefaultRequests  = 64
	DefaultUserAgent = "tocsin"
)

// Options are the limits and manners of a Reader. The zero value is the
// defaults of the configuration.
type Options struct {
	// Timeout is for one read, whole: connecting, redirects and the last byte
	// of the body. Waiting for a turn at a host does not count; it may take twice
	// as long. 0 means DefaultTimeout.
	Timeout time.Duration
	// MaxBody is how many bytes a body may have, before and after
	// decompression. 0 means DefaultMaxBody.
	MaxBody int64
	// PerHost is how many requests may run at once to one host and port, and how
	// many connections there are to it. Further ones wait for their turn. 0 means
	// DefaultPerHost.
	PerHost int
	// Requests is how many requests may run at once in all. Reads that wait for
	// their turn at a host do not count. 0 means DefaultRequests.
	Requests int
	// AllowPrivate permits loopback and private networks. Otherwise they are
	// refused when a connection is made, whatever name or redirect led there.
	// Link-local addresses are refused in any case.
	AllowPrivate bool
	// UserAgent is what a server learns about us. "" means DefaultUserAgent.
	UserAgent string
}

// Reader reads feeds. It is safe for concurrent use.
type Reader struct {
	opts      Options
	transport *http.Transport
	turns     turns
	running   chan struct{} // a token for each request that runs
}

// NewReader returns a Reader. It connects to nobody and starts nothing.
func NewReader(o Options) *Reader {
	o.Timeout = cmp.Or(o.Timeout, DefaultTimeout)
	o.MaxBody = cmp.Or(o.MaxBody, DefaultMaxBody)
	o.PerHost = cmp.Or(o.PerHost, DefaultPerHost)
	o.Requests = cmp.Or(o.Requests, DefaultRequests)
	o.UserAgent = cmp.Or(o.UserAgent, DefaultUserAgent)
	return &Reader{opts: o, transport: newTransport(o), turns: turns{limit: o.PerHost}, running: make(chan struct{}, o.Requests)}
}

// Close drops the connections that are kept for the next read. Reads that run
// are not disturbed.
func (r *Reader) Close() { r.transport.CloseIdleConnections() }

// Read reads a feed. now is what relative times of the answer count from. The
// error is ctx's when ctx ended; else it is an *Error.
func (r *Reader) Read(ctx context.Context, req Request, now time.Time) (*Result, error) {
	a, err := r.fetch(ctx, call{Request: req, accept: acceptFeed, maxBody: r.opts.MaxBody}, now)
	if err != nil {
		return nil, ended(ctx, err)
	}
	if a.code == http.StatusNotModified {
		return a.unchanged(req, now), nil
	}
	res, err := r.document(ctx, a, req, now)
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			err = a.blame(e, now)
		}
		return nil, ended(ctx, err)
	}
	return res, nil
}

// unchanged is the result of a 304.
func (a *answer) unchanged(req Request, now time.Time) *Result {
	return &Result{
		Unchanged: true, From: a.url.String(), Moved: a.moved, NotBefore: notBefore(a.header, now), Digest: req.Digest,
		ETag:         cmp.Or(validator(a.header, "ETag"), req.ETag),
		LastModified: cmp.Or(validator(a.header, "Last-Modified"), req.LastModified),
	}
}

// document is the result of a document that was sent. One that we have is known
// by its digest before anything is parsed.
func (r *Reader) document(ctx context.Context, a *answer, req Request, now time.Time) (*Result, error) {
	body, err := unzip(a.body, r.opts.MaxBody)
	if err != nil {
		return nil, err
	}
	contentType := a.header.Get("Content-Type")
	res := &Result{
		Sent: true, From: a.url.String(), Moved: a.moved, NotBefore: notBefore(a.header, now), Digest: digest(body, contentType),
		ETag: validator(a.header, "ETag"), LastModified: validator(a.header, "Last-Modified"),
	}
	if res.Digest == req.Digest {
		res.Unchanged = true
		return res, nil
	}
	doc, err := parse(ctx, Raw{Body: body, Base: a.url, ContentType: contentType, MaxBody: r.opts.MaxBody})
	if err != nil {
		return nil, a.notAFeed(err, body)
	}
	res.Document = doc
	res.NotBefore = later(res.NotBefore, bounded(now.Add(doc.Fresh()), now))
	if doc.Degraded != "" {
		res.ETag, res.LastModified, res.Digest, res.Moved = "", "", "", ""
	}
	return res, nil
}

// ended is ctx's error when ctx has ended, for then err is only its echo.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
