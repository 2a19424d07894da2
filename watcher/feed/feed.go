// Package feed reads one feed once: it asks the server politely, decodes and
// cleans what comes back, has gofeed parse it, and hands out plain articles
// with an identity that outlives the document.
//
// It keeps nothing between two reads and decides nothing about time: what to
// remember comes in with a Request and goes out with a Result. Which articles
// are new, when the next poll is and what an article means is for others.
package feed

import (
	"net/http"
	"time"
)

// Request is one read of one feed.
type Request struct {
	URL    string      // http or https
	Header http.Header // sent along, to that host only; may be nil
	// Validators of the last good answer, byte for byte; "" for none, which asks
	// for the document whatever we have.
	ETag         string
	LastModified string
	// Digest is that of the last good answer; "" for none. It is compared, not
	// sent.
	Digest string
	// Waiting is called once when the read has to wait for its turn at a host, and
	// for as long as it waits costs nothing; nil calls nobody.
	Waiting func()
}

// Result is the answer of a server that has a feed, or still has it.
type Result struct {
	// Unchanged says that nothing has changed since the last good answer, be it
	// that the server knows our validators or that it sent the document of our
	// digest. There is no Document, and what is below is what to keep.
	Unchanged bool
	// Sent says that the server sent the document, changed or not; else it only
	// said that it is the same.
	Sent bool
	// ETag, LastModified and Digest are what to keep for the next Request. All are
	// "" when the answer was degraded: what was not read whole must be read again.
	ETag         string
	LastModified string
	Digest       string
	// Moved is where the feed lives for good, when every redirect on the way was
	// permanent; else "". Unless the feed was Sent from there, whole, nothing
	// proves it: then it is "" or not to be kept.
	Moved string
	// NotBefore is the earliest time the server wants to be asked again; zero
	// when it does not say.
	NotBefore time.Time
	// From is the address that answered, after all redirects; without credentials.
	From     string
	Document *Document
}

// Document is a feed as read. All texts are plain: markup is gone, entities are
// characters, white space is single spaces (in bodies, line feeds between
// paragraphs).
type Document struct {
	Title    string
	Format   string // for people: "RSS 2.0", "Atom 1.0", "JSON Feed 1.1", or without a version
	Language string // BCP 47, lower case; "" when it does not say
	Items    []Item // in the document's order; each Key once
	Degraded string // one line: what had to be repaired or left out; "" when the document was whole
	// TTL is how long the feed says that it stays fresh, at most a day; 0 when
	// it does not say. Read has counted it into Result.NotBefore.
	TTL time.Duration
	// Period is how often the feed says that it changes (RSS 1.0's module
	// syndication), at most a year; 0 when it does not say, or only once an hour.
	Period time.Duration
	// Skip is when the feed says that it does not change.
	Skip Skip
}

// Item is one entry of a feed.
type Item struct {
	Key        string // identifies the entry within its feed, over documents; never empty
	ID         string // as delivered (guid, atom:id, id, rdf:about, a sitemap's loc); may be empty
	Link       string // absolute http or https, or ""
	Title      string // one line; from the text where the feed has none; "" only when there is no text either
	Untitled   bool   // the feed has no title: Title is the begin of the text, or ""
	Summary    string
	Content    string // the longer text; "" when it is the Summary
	Author     string
	Categories []string
	Published  time.Time // UTC; zero when the feed does not say
	Updated    time.Time // UTC; zero when the feed does not say
}

// Problem is why a feed could not be read.
type Problem string

// The problems a read can have.
const (
	Unreachable Problem = "unreachable" // no connection, or it broke
	Timeout     Problem = "timeout"     // the server was too slow, or never ended
	Forbidden   Problem = "forbidden"   // the address is private or no http(s)
	Status      Problem = "status"      // the server answered with an error
	Gone        Problem = "gone"        // 410: the feed is gone for good
	TooLarge    Problem = "too large"   // over the size limit, before or after decompression
	Empty       Problem = "empty"       // 200 and no body
	NotAFeed    Problem = "not a feed"  // HTML, or something else
	Parked      Problem = "parked"      // a page that offers the domain for sale
	BotWall     Problem = "bot wall"    // a page that lets browsers through and nobody else
	Broken      Problem = "broken"      // a feed, but too damaged to read one entry
)

// Error is a read that failed. It is made of what the server said only where
// that is safe in a log: one line, no control characters, no credentials.
type Error struct {
	Problem   Problem
	Reason    string    // one line for people, in lower case: "HTML page, not a feed"
	Code      int       // the HTTP status; 0 when there was none
	NotBefore time.Time // the earliest time the server wants to be asked again; zero when it does not say
	Err       error     // the cause; may be nil
}

// Error returns the reason in one line.
func (e *Error) Error() string { return e.Reason }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
