package feed

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

const (
	atom10  = "http://www.w3.org/2005/Atom"
	atom03  = "http://purl.org/atom/ns#"
	dc11    = "http://purl.org/dc/elements/1.1/"
	dc10    = "http://purl.org/dc/elements/1.0/"
	dcterms = "http://purl.org/dc/terms/"
	rss10   = "http://purl.org/rss/1.0/"
)

// rssInRDF are the vocabularies that make a feed of an RDF document.
var rssInRDF = []string{
	rss10,
	"http://my.netscape.com/rdf/simple/0.9/",
	"http://channel.netscape.com/rdf/simple/0.9/",
}

// findRoot skips what stands before the root: declarations, comments, the
// warnings of a broken script, and the page that a browser makes around a feed
// when it shows one.
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
			c.page = first == "html"
			return t, nil
		case "channel", "urlset":
			if first == "" {
				return t, nil
			}
		case "script", "style", "template", "textarea", "title":
			c.skipTo(name)
		case "html":
			first = name
		default:
			if first == "" {
				first = name
			}
		}
	}
}

// skipTo skips what is in an element of HTML whose content is no markup.
func (c *cleaner) skipTo(name string) {
	for {
		t, ok := c.lex.next()
		if !ok || t.kind == closeToken && localName(t.name) == name {
			return
		}
	}
}

var htmlDoctype = regexp.MustCompile(`(?i)^<!doctype\s+html\b`)

func notXMLFeed(root string) *Error {
	reason := "XML, but not a feed: its root is <" + oneLine(root) + ">"
	switch root {
	case "":
		reason = "neither XML nor JSON"
	case "sitemapindex":
		reason = "a list of sitemaps, not a feed"
	case "html", "head", "body", "div", "p", "h1":
		reason = "HTML page, not a feed"
	}
	return &Error{Problem: NotAFeed, Reason: reason}
}

// openRoot opens the root element, with the namespaces that the parser knows.
func (c *cleaner) openRoot(t token) {
	root := localName(t.name)
	if root == "feed" {
		c.format = atomFormat
	}
	c.dialect = newDialect(t)
	if c.format == atomFormat && !c.dialect.declared(t) {
		c.err = &Error{Problem: NotAFeed, Reason: "XML, but not a feed: its prefix " + strings.TrimSuffix(prefixOf(t.name), ":") + " is not declared"}
		return
	}
	t.attrs, c.fed = c.known(t)
	c.fed = c.fed || root == "rss" || c.dialect.sent
	e := element{name: t.name, as: t.name, local: root}
	if c.dialect.words != nil {
		e.as, e.local = []byte(c.dialect.prefix+"rss"), "rss"
	}
	c.push(e, t)
	if c.dialect.words != nil {
		c.channels = 1
		c.push(element{as: []byte(c.dialect.prefix + "channel"), local: "channel"}, token{})
	}
	if t.kind == emptyToken {
		c.pop(0)
	}
}

// newDialect finds out what a root begins.
func newDialect(root token) dialect {
	d := dialect{prefix: prefixOf(root.name), news: "news:"}
	d.bind(root)
	rss11 := false
	for name, value := range attributes(root.attrs) {
		space := strings.TrimSpace(string(value))
		rss11 = rss11 || strings.HasPrefix(space, "http://purl.org/net/rss1.1")
		prefix, ok := strings.CutPrefix(string(name), "xmlns:")
		if ok && strings.Contains(space, "/sitemap-news/") {
			d.news, d.sent = prefix+":", true
		}
	}
	switch localName(root.name) {
	case "rdf":
		d.rdf = true
	case "urlset":
		d.sitemap, d.words = true, sitemapWords
	case "channel":
		d.words, d.cdf = cdfWords, true
		if rss11 {
			d.words, d.cdf, d.rdf = rss11Words, false, true
		}
	}
	return d
}

// known returns the attributes of a root with its namespaces as the parser knows
// them, and whether one of them makes it a feed. A <feed> in a vocabulary that is
// not Atom's is put into Atom's, and RDF with a default vocabulary that nobody
// knows into that of RSS: it is a misspelt address, and the parser would find no
// entry.
func (c *cleaner) known(root token) (attrs []byte, fed bool) {
	own := "xmlns"
	if c.dialect.prefix != "" {
		own = "xmlns:" + strings.TrimSuffix(c.dialect.prefix, ":")
	}
	atom, bound := c.format == atomFormat, c.dialect.prefix == "" // gofeed takes a root without any
	for name, value := range attributes(root.attrs) {
		space := strings.TrimSpace(string(value))
		fed = fed || slices.Contains(rssInRDF, space) && bytes.HasSuffix(root.name, []byte("RDF"))
		switch {
		case string(name) == own:
			bound = true
			if atom && space != "" && space != atom03 {
				value = []byte(atom10)
			}
		case string(name) == "xmlns" && c.dialect.rdf && c.dialect.words == nil && !slices.Contains(rssInRDF, space):
			value = []byte(rss10)
		case space == dc10:
			value = []byte(dc11)
		}
		attrs = appendAttribute(attrs, name, value)
	}
	if atom && !bound {
		attrs = appendAttribute(attrs, []byte(own), []byte(atom10))
	}
	return attrs, fed
}
