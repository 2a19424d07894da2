package discover

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"tocsin/watcher/feed"
)

// maxStrikes is how many addresses may not answer in time before the search is
// given up.
const maxStrikes = 3

// maxAsked is how many documents are asked for. A site that names more addresses
// that give none than that is not worth more.
const maxAsked = 30

// stale is the age of the newest article from which a feed is hardly alive.
const stale = 365 * 24 * time.Hour

// Getter gets documents; a *feed.Reader is the usual one.
type Getter interface {
	Get(context.Context, feed.Request, time.Time) (*feed.Answer, error)
}

// Found is a candidate that is a feed.
type Found struct {
	Candidate // its URL is where the feed has moved for good, if it has
	Document  *feed.Document
	Newest    time.Time // the latest date of an item; zero when none has one
}

// Report is what a search came to.
type Report struct {
	Feeds   []Found // best first
	Asked   int     // requests, redirects not counted
	Problem string  // why the page itself could not be read; "" when it was
	Stopped string  // why not everything was asked, in a few words; "" when it was
}

// Find looks for the feeds of the site of the page that start asks for; if it is
// a feed itself, that is the one. Addresses are asked one after another: first
// what the page and robots.txt name, then, where that gave no feed or all is true,
// the places where feeds usually are. Credentials in start go to its own host
// only. now is what relative times count from.
//
// The error is that of the page, an *feed.Error, when it cannot be read and
// nothing was found; or ctx's when ctx ended before the page was there. When it
// ends later, the Report has what was found until then.
func Find(ctx context.Context, get Getter, start feed.Request, all bool, now time.Time) (*Report, error) {
	s := search{ctx: ctx, get: get, start: start, now: now, seen: map[string]bool{}, docs: map[[sha256.Size]byte]bool{}}
	at, err := url.Parse(start.URL)
	if err != nil {
		// The error would quote the address, which may hold a password.
		return nil, &feed.Error{Problem: feed.Forbidden, Reason: "not a web address"}
	}
	first, err := s.ask(Candidate{URL: start.URL, Source: Given})
	if err != nil && !s.answered(err) {
		return nil, err
	}
	if first != nil {
		at = first.URL
		if len(s.report.Feeds) > 0 {
			return s.done(), nil
		}
		s.try(Links(first.Body, first.ContentType, at))
	}
	s.sitemaps(at)
	if all || !s.any() {
		s.try(Guesses(at))
	}
	if err != nil {
		if s.report.Feeds == nil {
			return nil, err
		}
		s.report.Problem = err.Error()
	}
	return s.done(), nil
}

// search is a search that runs.
type search struct {
	ctx     context.Context
	get     Getter
	start   feed.Request
	now     time.Time
	report  Report
	strikes int
	seen    map[string]bool            // addresses that were asked, or answered
	docs    map[[sha256.Size]byte]bool // feeds that were found
}

// try asks candidates that were not asked before, and keeps those that are feeds.
func (s *search) try(list []Candidate) {
	for _, c := range list {
		if !s.seen[c.URL] && s.goesOn() {
			_, _ = s.ask(c) // what cannot be read is none
		}
	}
}

// goesOn reports whether a further document may be asked for.
func (s *search) goesOn() bool {
	if s.report.Stopped == "" && s.report.Asked == maxAsked {
		s.report.Stopped = fmt.Sprintf("%d documents are enough", maxAsked)
	}
	return s.report.Stopped == ""
}

// ask gets one document. It returns it where it is no feed; if it is one, it is
// among those found.
func (s *search) ask(c Candidate) (*feed.Answer, error) {
	s.seen[c.URL] = true
	s.report.Asked++
	a, err := s.get.Get(s.ctx, s.request(c.URL), s.now)
	if err != nil {
		s.failed(err)
		return nil, err
	}
	if from := a.URL.String(); from != c.URL && s.seen[from] && c.Source != Given {
		return a, nil
	}
	s.seen[a.URL.String()] = true
	doc, err := feed.Parse(feed.Raw{Body: a.Body, Base: a.URL, ContentType: a.ContentType})
	if err != nil {
		return a, nil
	}
	if sum := sha256.Sum256(a.Body); !s.docs[sum] {
		s.docs[sum] = true
		c.URL = cmp.Or(a.Moved, bare(c.URL))
		s.report.Feeds = append(s.report.Feeds, Found{Candidate: c, Document: doc, Newest: doc.Newest()})
	}
	return a, nil
}

// request is one for an address that was found. What is meant for the site that
// was asked about goes along to that site.
func (s *search) request(address string) feed.Request {
	r := feed.Request{URL: address}
	if !feed.SameHome(s.start.URL, address) {
		return r
	}
	r.Header = s.start.Header
	u, err := url.Parse(address)
	from, err2 := url.Parse(s.start.URL)
	if err == nil && err2 == nil {
		u.User = from.User
		r.URL = u.String()
	}
	return r
}

// bare is an address without credentials.
func bare(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	u.User = nil
	return u.String()
}

// failed notes an address that gave nothing. A host that does not answer, or wants
// to be left alone, is not asked for more.
func (s *search) failed(err error) {
	var e *feed.Error
	switch {
	case s.ctx.Err() != nil:
		s.report.Stopped = "the time for it ran out"
	case !errors.As(err, &e):
	case e.Code == http.StatusTooManyRequests, e.Code == http.StatusServiceUnavailable:
		s.report.Stopped = "the site wants to be left alone: " + e.Reason
	case e.Problem == feed.Timeout, e.Problem == feed.Unreachable:
		if s.strikes++; s.strikes == maxStrikes {
			s.report.Stopped = "the site does not answer: " + e.Reason
		}
	}
}

// answered reports whether an error is an answer of the server, so that the site
// may well have other documents: some keep all but browsers from their pages, and
// nobody from their feeds.
func (s *search) answered(err error) bool {
	var e *feed.Error
	return s.report.Stopped == "" && errors.As(err, &e) && e.Problem != feed.Timeout && e.Problem != feed.Unreachable && e.Problem != feed.Forbidden
}

// sitemaps asks the sitemaps of the site: those of news are feeds.
func (s *search) sitemaps(at *url.URL) {
	if !s.goesOn() {
		return
	}
	robots := place(at, "/robots.txt")
	var list []Candidate
	if a, err := s.ask(Candidate{URL: robots, Source: Sitemap}); err == nil {
		list = Sitemaps(a.Body, a.URL)
	}
	if len(list) == 0 {
		list = GuessedSitemaps(at)
	}
	for _, c := range list {
		if s.seen[c.URL] || !s.goesOn() {
			continue
		}
		if a, err := s.ask(c); err == nil {
			s.try(Index(a.Body, a.URL))
		}
	}
}

// any reports whether a feed was found that is not one of comments.
func (s *search) any() bool {
	return slices.ContainsFunc(s.report.Feeds, func(f Found) bool { return !f.Comments && f.Source != Sitemap })
}

// done is the report, the best feed first.
func (s *search) done() *Report {
	slices.SortStableFunc(s.report.Feeds, func(a, b Found) int {
		return cmp.Or(
			compareBool(a.Comments, b.Comments),
			compareBool(len(a.Document.Items) == 0, len(b.Document.Items) == 0),
			compareBool(s.stale(a), s.stale(b)),
			cmp.Compare(a.Source, b.Source),
		)
	})
	return &s.report
}

func (s *search) stale(f Found) bool { return !f.Newest.IsZero() && s.now.Sub(f.Newest) > stale }
