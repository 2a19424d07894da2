package feed

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

const (
	atom10 = "http://www.w3.org/2005/Atom"
	atom03 = "http://purl.org/atom/ns#"
	dc11   = "http://purl.org/dc/elements/1.1/"
	dc10   = "http://purl.org/dc/elements/1.0/"
)

// rssInRDF are the vocabularies that make a feed of an RDF document.
var rssInRDF = []string{
	"http://purl.org/rss/1.0/",
	"http://my.netscape.com/rdf/simple/0.9/",
	"http://channel.netscape.com/rdf/simple/0.9/",
}

// findRoot skips what stands before the root: declarations, comments, and the
// warnings of a broken script.
func (c *cleaner) findRoot() (token, error) {
	first := ""
	for {
		t, ok := c.lex.next()
		if !ok {
			return token{}, notXMLFeed(first)
		}
		if t.kind == droppedToken && htmlDoctype.Match(t.raw) {
			first = "html"
		}
		if t.kind != openToken && t.kind != emptyToken {
			continue
		}
		switch name := localName(t.name); name {
		case "rss", "rdf", "feed":
			return t, nil
		case "html":
			return token{}, notXMLFeed(name)
		default:
			if first == "" {
				first = name
			}
		}
	}
}

var htmlDoctype = regexp.MustCompile(`(?i)^<!doctype\s+html\b`)

func notXMLFeed(root string) *Error {
	reason := "XML, but not a feed: its root is <" + oneLine(root) + ">"
	switch root {
	case "":
		reason = "neither XML nor JSON"
	case "html", "head", "body", "script", "div", "p", "title", "h1":
		reason = "HTML page, not a feed"
	}
	return &Error{Problem: NotAFeed, Reason: reason}
}

// openRoot opens the root element, with the namespaces that the parser knows.
func (c *cleaner) openRoot(t token) {
	local := localName(t.name)
	c.rdf = local == "rdf"
	if local == "feed" {
		c.format = atomFormat
	}
	for _, value := range attributes(t.attrs) {
		c.fed = c.fed || slices.Contains(rssInRDF, strings.TrimSpace(string(value)))
	}
	t.attrs = known(t)
	c.push(t)
	if t.kind == emptyToken {
		c.pop(0)
	}
}

// known returns the attributes of a root with its namespaces as the parser knows
// them. A <feed> in a vocabulary that is not Atom's is put into Atom's: it is a
// misspelt address, and the parser would find no entry.
func known(t token) []byte {
	own, bound := "xmlns", true // gofeed takes a root without any
	if prefix, _, ok := bytes.Cut(t.name, []byte(":")); ok {
		own, bound = "xmlns:"+string(prefix), false
	}
	atom := localName(t.name) == "feed"
	var out []byte
	for name, value := range attributes(t.attrs) {
		space := strings.TrimSpace(string(value))
		switch {
		case string(name) == own:
			bound = true
			if atom && space != "" && space != atom03 {
				value = []byte(atom10)
			}
		case space == dc10:
			value = []byte(dc11)
		}
		out = appendAttribute(out, name, value)
	}
	if atom && !bound {
		out = appendAttribute(out, []byte(own), []byte(atom10))
	}
	return out
}
