package watcher

import (
	"cmp"
	"errors"
	"net/url"
	"time"

	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
)

// request is what a feed is asked.
func request(f store.Feed, sub config.Feed) feed.Request {
	req := feed.Request{URL: cmp.Or(f.Location, f.URL), Header: sub.Header, ETag: f.ETag, LastModified: f.LastModified}
	if !feed.SameHome(f.URL, req.URL) {
		// The headers may hold credentials, and were given for the old host.
		req.Header = nil
	}
	return req
}

// afterFailure is a feed after a poll that brought nothing: what was good before
// is kept, validators included. A feed that failed where it had moved to is
// asked at its own address again, which leads there if the move is still true;
// and only its own address can say that it is gone.
func afterFailure(f store.Feed, err error, now time.Time) store.Feed {
	f.Polled = now
	f.Failures++
	f.Problem = err.Error()
	var fe *feed.Error
	f.Gone = errors.As(err, &fe) && fe.Problem == feed.Gone && f.Location == ""
	f.Location = ""
	return f
}

// afterSuccess is a feed after a poll that it answered.
func afterSuccess(f store.Feed, res *feed.Result, now time.Time) store.Feed {
	f.Polled, f.Succeeded = now, now
	if f.Begun.IsZero() {
		f.Begun = now
	}
	f.Failures, f.Problem, f.Gone = 0, "", false
	f.ETag, f.LastModified = res.ETag, res.LastModified
	if res.Moved != "" {
		f.Location = res.Moved
	}
	if f.Location == f.URL {
		f.Location = ""
	}
	if d := res.Document; d != nil {
		f.Title = cmp.Or(d.Title, f.Title)
		f.Problem = d.Degraded
	}
	return f
}

// notBefore is when the server wants to be asked again, whichever way it said
// so.
func notBefore(res *feed.Result, err error) time.Time {
	var fe *feed.Error
	switch {
	case err == nil:
		return res.NotBefore
	case errors.As(err, &fe):
		return fe.NotBefore
	}
	return time.Time{}
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
