// Package newsroom is a small set of news feeds served over HTTP, for showing
// tocsin without a network and for testing it. The feeds speak RSS 2.0, Atom
// and JSON Feed, answer conditional requests, and grow while one watches.
//
// It is not for publishing anything: it writes the forms of the three formats
// that real feeds use, oddities included, and no more of them than that. It
// knows nothing of tocsin.
package newsroom

import (
	"fmt"
	"sort"
	"time"
)

// Article is one entry of a feed. All texts are plain; the feeds make HTML of
// them where their format has HTML.
type Article struct {
	ID      string // unique over all feeds of a newsroom, and fit for a URL path
	Title   string
	Summary string
	Body    string // paragraphs, with an empty line between two; "" none
	URL     string // where the article lives; "" its sample page, /a/ID
	Author  string
	// Published is the date the feed gives; zero means the time at which the
	// article appears.
	Published time.Time
	// After is when the article appears, relative to the newsroom's start:
	// negative means that it was there before, zero from the first moment on.
	After time.Duration
}

// appears returns the time at which the article enters its feed.
func (a Article) appears(start time.Time) time.Time { return start.Add(a.After) }

// date returns the publication date that the feed gives for the article.
func (a Article) date(start time.Time) time.Time {
	if a.Published.IsZero() {
		return a.appears(start).UTC()
	}
	return a.Published.UTC()
}

// Format is the format of a feed's document.
type Format uint8

// The formats a newsroom serves.
const (
	RSS  Format = iota // RSS 2.0, with content:encoded and dc:creator
	Atom               // Atom 1.0
	JSON               // JSON Feed 1.1
	numFormats
)

// String returns the format's name: "rss", "atom" or "json".
func (f Format) String() string {
	switch f {
	case RSS:
		return "rss"
	case Atom:
		return "atom"
	case JSON:
		return "json"
	}
	return fmt.Sprintf("Format(%d)", uint8(f))
}

// ContentType returns the media type that the format is served with.
func (f Format) ContentType() string {
	switch f {
	case RSS:
		return "application/rss+xml; charset=utf-8"
	case Atom:
		return "application/atom+xml; charset=utf-8"
	}
	return "application/feed+json; charset=utf-8"
}

// Feed is one feed of a newsroom.
type Feed struct {
	Name     string // its path on the server, without the slash
	Title    string
	Format   Format
	Tags     []string  // what a feed list would say of it: "wire", "trade"
	Relative bool      // links are relative to the feed's own address
	Articles []Article // in any order
}

// Published returns the articles that have appeared by now, the one with the
// latest date first. Articles of the same date keep their order.
func (f Feed) Published(start, now time.Time) []Article {
	var out []Article
	for _, a := range f.Articles {
		if !a.appears(start).After(now) {
			out = append(out, a)
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		return out[i].date(start).After(out[j].date(start))
	})
	return out
}

// Spread deals the articles out to n feeds in rotating formats, the first to the
// first feed, the second to the second and so on. It returns no feed that would
// be empty.
func Spread(articles []Article, n int) []Feed {
	n = min(n, len(articles))
	feeds := make([]Feed, max(n, 0))
	for i := range feeds {
		feeds[i] = Feed{
			Name:   fmt.Sprintf("feed-%03d", i+1),
			Title:  fmt.Sprintf("Sample feed %d", i+1),
			Format: Format(i % int(numFormats)),
		}
	}
	for i, a := range articles {
		if n > 0 {
			feeds[i%n].Articles = append(feeds[i%n].Articles, a)
		}
	}
	return feeds
}
