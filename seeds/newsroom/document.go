package newsroom

import (
	"html"
	"strings"
	"time"
)

// document is one state of a feed, ready to be written in its format.
type document struct {
	feed     Feed
	base     string // the server's address, without a slash at its end
	start    time.Time
	articles []Article
}

// encode writes the document in its feed's format.
func (d document) encode() ([]byte, error) {
	switch d.feed.Format {
	case RSS:
		return d.rss()
	case Atom:
		return d.atom()
	}
	return d.json()
}

// updated returns the latest date in the document, and the start of the newsroom
// for an empty one.
func (d document) updated() time.Time {
	if len(d.articles) == 0 {
		return d.start.UTC()
	}
	return d.articles[0].date(d.start)
}

// changed returns when the document became what it is: the time at which its
// last article appeared. That is not its latest date, which may be anything.
func (d document) changed() time.Time {
	var last time.Time
	for _, a := range d.articles {
		if t := a.appears(d.start); t.After(last) {
			last = t
		}
	}
	return last
}

// self returns the feed's own address.
func (d document) self() string { return d.base + "/" + d.feed.Name }

// link returns the article's address as the feed writes it.
func (d document) link(a Article) string {
	switch {
	case a.URL != "":
		return a.URL
	case d.feed.Relative:
		return "a/" + a.ID
	}
	return d.base + "/a/" + a.ID
}

// paragraphs returns the text as HTML: a p element a paragraph. Characters that
// no XML document may hold are left out, because CDATA cannot escape them.
func paragraphs(text string) string {
	var b strings.Builder
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.TrimSpace(strings.Map(legal, p)); p != "" {
			b.WriteString("<p>" + html.EscapeString(p) + "</p>\n")
		}
	}
	return b.String()
}

// legal is for strings.Map: it drops what XML 1.0 does not allow.
func legal(r rune) rune {
	switch {
	case r == '\t', r == '\n', r == '\r',
		r >= ' ' && r <= 0xD7FF, r >= 0xE000 && r <= 0xFFFD, r >= 0x10000:
		return r
	}
	return -1
}
