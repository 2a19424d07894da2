package watcher

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"time"

	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
)

// trustFor is for how long a server is believed that nothing has changed. Then
// the document is asked for whatever we have, since some servers say so for ever.
const trustFor = 24 * time.Hour

// request is what a feed is asked.
func request(f store.Feed, sub config.Feed, now time.Time) feed.Request {
	req := feed.Request{URL: cmp.Or(f.Location, f.URL), Header: sub.Header, Digest: f.Digest}
	if now.Sub(f.Delivered) < trustFor {
		req.ETag, req.LastModified = f.ETag, f.LastModified
	}
	if !feed.SameHome(f.URL, req.URL) {
		// The headers may hold credentials, and were given for the old host.
		req.Header = nil
	}
	return req
}

// afterFailure is a feed after a poll that brought nothing: what was good before
// is kept, validators included.
func afterFailure(f store.Feed, err error, now time.Time) store.Feed {
	f.Polled = now
	f.Failures++
	f.Problem = err.Error()
	var fe *feed.Error
	errors.As(err, &fe)
	if f.Location == "" {
		// Only its own address can say that a feed is gone.
		f.Gone = fe != nil && fe.Problem == feed.Gone
		return f
	}
	if notThere(fe) || f.Failures >= maxAway {
		f.Location = ""
		f.ETag, f.LastModified, f.Digest = "", "", ""
	}
	return f
}

// maxAway is how often in a row a feed may fail where it has moved to before it is
// asked at its own address again, which leads there if the move is still true.
const maxAway = 3

// notThere reports whether an answer says that the feed is not there, and so that its
// move may have been a mistake.
func notThere(e *feed.Error) bool {
	if e == nil {
		return false
	}
	switch e.Problem {
	case feed.Gone, feed.NotAFeed, feed.Parked, feed.Forbidden:
		return true
	case feed.Status:
		return e.Code == http.StatusNotFound || e.Code == http.StatusForbidden || e.Code == http.StatusUnauthorized
	}
	return false
}

// afterSuccess is a feed after a poll that it answered.
func afterSuccess(f store.Feed, res *feed.Result, now time.Time) store.Feed {
	f.Polled, f.Succeeded = now, now
	if f.Begun.IsZero() {
		f.Begun = now
	}
	f.Failures, f.Problem, f.Gone = 0, "", false
	f.ETag, f.LastModified, f.Digest = res.ETag, res.LastModified, res.Digest
	if res.Sent {
		f.Delivered = now
	}
	switch {
	case res.Moved == "":
	case res.Sent:
		f.Location = res.Moved
	default:
		// "Unchanged" proves no move: next time the document is asked for.
		f.Delivered = time.Time{}
	}
	if f.Location == f.URL {
		f.Location = ""
	}
	if d := res.Document; d != nil {
		f.Title = cmp.Or(d.Title, f.Title)
		f.Problem = d.Degraded
		f.TTL, f.SkipHours, f.SkipDays = d.Fresh(), d.Skip.Hours, d.Skip.Days
	}
	return f
}

// wish is when a feed wants to be asked again after a poll, whichever way it said
// so; f is the feed after the poll. How long a document stays fresh says nothing
// of when it can be had after a failure.
func wish(f store.Feed, res *feed.Result, err error, now time.Time) time.Time {
	var fe *feed.Error
	switch fresh := now.Add(f.TTL); {
	case err != nil && errors.As(err, &fe):
		return fe.NotBefore
	case err != nil:
		return time.Time{}
	case fresh.After(res.NotBefore):
		return fresh
	}
	return res.NotBefore
}

// throttled reports whether a server said that it is asked too often, and not for
// how long to leave it alone.
func throttled(err error) bool {
	var fe *feed.Error
	return errors.As(err, &fe) && fe.Code == http.StatusTooManyRequests && fe.NotBefore.IsZero()
}

// articles are a document's entries as the store keeps them.
func articles(feedURL string, d *feed.Document, now time.Time) []store.Article {
	if d == nil {
		return nil
	}
	list := make([]store.Article, 0, len(d.Items))
	for _, it := range d.Items {
		a := store.Article{
			ID:         store.ArticleID(feedURL, it.Key),
			Feed:       feedURL,
			Key:        it.Key,
			URL:        it.Link,
			Title:      cmp.Or(it.Title, "(untitled)"),
			Summary:    it.Summary,
			Body:       it.Content,
			Author:     it.Author,
			Language:   d.Language,
			Categories: it.Categories,
			Published:  it.Published,
			Updated:    it.Updated,
			Seen:       now,
		}
		list = append(list, a)
	}
	return list
}

// sourceName is what a feed is called to people.
func sourceName(sub config.Feed, f store.Feed) string {
	if name := cmp.Or(sub.Title, f.Title); name != "" {
		return name
	}
	if u, err := url.Parse(f.URL); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return f.URL
}
