package feed

import (
	"context"
	"net/url"
	"time"
)

// Answer is what a server sent, before anything is made of it.
type Answer struct {
	URL         *url.URL // what answered, after all redirects; without credentials
	Moved       string   // see Result.Moved
	ContentType string   // may be ""
	Body        []byte   // decompressed; never empty
}

// Get asks as Read does, with the same guards and manners, and returns whatever
// comes, be it a feed or not. It is for looking for feeds: Parse makes a Document
// of an Answer that is one. The error is ctx's when ctx ended; else it is an
// *Error.
func (r *Reader) Get(ctx context.Context, req Request, now time.Time) (*Answer, error) {
	a, err := r.fetch(ctx, call{Request: req, accept: acceptFeed, maxBody: r.opts.MaxBody}, now)
	if err != nil {
		return nil, ended(ctx, err)
	}
	body, err := unzip(a.body, r.opts.MaxBody)
	if err != nil {
		return nil, err
	}
	return &Answer{URL: a.url, Moved: a.moved, ContentType: a.header.Get("Content-Type"), Body: body}, nil
}
