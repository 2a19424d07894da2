package feed

import (
	"bytes"
	"slices"
	"strings"
)

// dialect is how a document's format differs from what the parser knows. RSS 1.1,
// CDF and the sitemaps of news sites are put into the words of RSS.
type dialect struct {
	prefix  string            // of the root, with its colon; "" for none
	bound   []string          // the prefixes that the root declares, with their colons
	words   map[string]string // see rss11Words; nil for a format that the parser knows
	rdf     bool              // entries are named by rdf:about
	cdf     bool              // entries have their addresses in attributes
	sitemap bool
	news    string // the prefix of a sitemap's news, with its colon
	told    bool   // the sitemap's page that is being read is news
	sent    bool   // the sitemap is one of news
}

// What the elements of a vocabulary are called in RSS. Those with "" only hold
// others, which stand for themselves.
var (
	rss11Words   = map[string]string{"items": ""}
	cdfWords     = map[string]string{"channel": "", "abstract": "description"}
	sitemapWords = map[string]string{"url": "item", "loc": "link", "lastmod": "updated"}
	newsWords    = map[string]string{
		"news": "", "publication": "", "name": "source", "language": "language",
		"title": "title", "publication_date": "pubDate", "keywords": "category",
	}
)

// word is what an element is called for the parser; nil when its tags are left
// out.
func (d *dialect) word(name []byte) []byte {
	words := d.words
	switch {
	case words == nil:
		return name
	case d.sitemap && strings.EqualFold(prefixOf(name), d.news):
		words, d.told, d.sent = newsWords, true, true
	case !d.own(name):
		return name
	}
	word, ok := words[localName(name)]
	switch {
	case !ok:
		return name
	case word == "":
		return nil
	}
	return []byte(d.prefix + word)
}

// own reports whether a name has the prefix of the root.
func (d *dialect) own(name []byte) bool { return prefixOf(name) == d.prefix }

// feeds reports whether an element shows that the document is a feed. A channel
// for itself is something else in many vocabularies.
func (d *dialect) feeds(local string, t token) bool {
	switch {
	case d.sitemap:
		return d.sent
	case d.words != nil && local == "channel":
		return false
	}
	return (isEntry(local) || local == "channel") && d.declared(t)
}

// declared reports whether the element's prefix has been declared.
func (d *dialect) declared(t token) bool {
	prefix := prefixOf(t.name)
	return prefix == "" || slices.Contains(d.bound, prefix)
}

// bind notes the prefixes that an element declares.
func (d *dialect) bind(t token) {
	if !bytes.Contains(t.attrs, []byte("xmlns:")) {
		return
	}
	for name := range attributes(t.attrs) {
		prefix, ok := strings.CutPrefix(string(name), "xmlns:")
		if ok && len(d.bound) < maxSpaces && !slices.Contains(d.bound, prefix+":") {
			d.bound = append(d.bound, prefix+":")
		}
	}
}

// notAFeed says what a document is that has the root of a feed and nothing else.
func (d *dialect) notAFeed() string {
	switch {
	case d.sitemap:
		return "a sitemap without news, not a feed"
	case d.words != nil:
		return "XML, but not a feed: a channel without an entry"
	case d.rdf:
		return "RDF, but not a feed"
	}
	return "XML, but not a feed"
}

// complete gives the entry that was just opened what its attributes say and the
// parser has no place for.
func (c *cleaner) complete(t token) {
	if !c.dialect.rdf && !c.dialect.cdf {
		return
	}
	for name, value := range attributes(t.attrs) {
		switch local := localName(name); {
		case len(value) == 0:
		case c.dialect.rdf && local == "about":
			c.element(`guid xmlns="" isPermaLink="false"`, value)
			return
		case c.dialect.cdf && local == "href":
			c.element("link", value)
		case c.dialect.cdf && local == "lastmod":
			c.element("updated", value)
		}
	}
}

// element writes an element that is not in the document. tag is its name with its
// attributes, value its escaped text.
func (c *cleaner) element(tag string, value []byte) {
	name, _, _ := strings.Cut(tag, " ")
	c.out = append(c.out, "<"+tag+">"...)
	c.out = append(c.out, bytes.ReplaceAll(value, []byte("<"), []byte("&lt;"))...)
	c.out = append(c.out, "</"+name+">"...)
}

// prefixOf is a name's prefix with its colon; "" for none.
func prefixOf(name []byte) string {
	return string(name[:bytes.LastIndexByte(name, ':')+1])
}
