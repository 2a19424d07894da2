package feed

import (
	"bytes"
	"fmt"
	"html"
	"net/url"
)

// The bounds of a document. A feed that people wrote stays far below them; what
// is above them is an attack or an archive.
const (
	// MaxDepth is how deep elements may be nested. The parser calls itself for
	// each level, and nothing can recover from an exhausted stack.
	MaxDepth = 256
	// MaxItems is how many entries of a document are read: the first ones.
	MaxItems = 5000
	// maxElements is how many elements an entry may have, and what stands between
	// two entries: the work of the parser on some grows with their square. The
	// tags of further ones are left out.
	maxElements = 10_000
	// maxSpaces is how many declarations of namespaces may hold at one place. The
	// parser copies all of them for each element.
	maxSpaces = 100
)

// cleaned is a document that is fit for the parser.
type cleaned struct {
	format   format
	doc      []byte
	texts    []string // see stash
	sitemap  bool
	degraded string // see Document.Degraded
}

// format is which of gofeed's parsers a document is for.
type format int

const (
	rssFormat format = iota // RSS 1.0, too
	atomFormat
	jsonFormat
)

// cleanXML rewrites a document, in UTF-8, as well-formed XML: what stands before
// the root and after it is gone, and so are comments, instructions and the
// document type; every element is closed, in the order it was opened; attributes
// are quoted; and there is no character or reference that XML forbids. Links under
// an xml:base are absolute, starting from base, which may be nil. Elements of other
// vocabularies from which nothing is read are gone. The rest of what was
// well-formed stays what it was.
//
// Of a document that was cut off the whole entries remain, and degraded says so.
func cleanXML(doc []byte, base *url.URL) (cleaned, error) {
	c := cleaner{lex: lexer{doc: dropIllegal(doc)}, base: base, item: -1}
	root, err := c.findRoot()
	if err != nil {
		return cleaned{}, err
	}
	c.out = make([]byte, 0, len(doc)+len(doc)/8+64)
	c.out = append(c.out, `<?xml version="1.0" encoding="UTF-8"?>`...)
	c.openRoot(root)
	for len(c.open) > 0 && c.err == nil {
		t, ok := c.lex.next()
		if !ok {
			c.cutOff()
			break
		}
		c.token(t)
	}
	if c.err == nil && (!c.fed && c.format != atomFormat || c.foreign && c.items == 0) {
		c.err = &Error{Problem: NotAFeed, Reason: c.dialect.notAFeed()}
	}
	if c.err != nil {
		return cleaned{}, c.err
	}
	if c.surplus > 0 {
		c.degraded = fmt.Sprintf("more than %d entries: %d left out", MaxItems, c.surplus)
	}
	return cleaned{format: c.format, doc: c.out, texts: c.texts, sitemap: c.dialect.sitemap, degraded: c.degraded}, nil
}

type cleaner struct {
	format   format
	dialect  dialect
	lex      lexer
	base     *url.URL // the document's; may be nil
	out      []byte
	open     []element
	named    [256]int // how many open elements are in each bucket
	item     int      // the index in open of the entry that is being read; -1 for none
	items    int      // entries so far
	elements int      // elements since an entry began or ended
	spaces   int      // declarations of namespaces that hold
	surplus  int      // entries over MaxItems
	channels int      // channels so far
	said     [2]mark  // which single elements have come, of the feed and of the entry
	fed      bool     // a channel or an entry was seen
	foreign  bool     // a channel or an entry had a prefix that is not declared
	page     bool     // the document is the source of a page
	texts    []string // see stash
	degraded string
	err      error
}

func (c *cleaner) token(t token) {
	switch t.kind {
	case textToken:
		c.text(t.raw)
	case cdataToken:
		c.cdata(t)
	case openToken, emptyToken:
		c.openTag(t)
	case closeToken:
		c.closeTag(t)
	case droppedToken:
		c.dropped(t)
	}
}

func (c *cleaner) text(raw []byte) {
	switch {
	case raw[0] == '<':
		c.out = append(c.out, "&lt;"...)
	case c.inBasedLink():
		c.out = append(c.out, resolved(c.top().base, raw)...)
	default:
		// What was dropped in between may have parted the characters.
		start := max(len(c.out)-len("]]"), 0)
		c.out = append(c.out, raw...)
		if bytes.Contains(c.out[start:], []byte("]]>")) {
			c.out = append(c.out[:start], bytes.ReplaceAll(c.out[start:], []byte("]]>"), []byte("]]&gt;"))...)
		}
	}
}

func (c *cleaner) cdata(t token) {
	content := bytes.TrimSuffix(bytes.TrimPrefix(t.raw, []byte("<![CDATA[")), []byte("]]>"))
	switch {
	case c.inBasedLink():
		c.out = append(c.out, resolved(c.top().base, []byte(html.EscapeString(string(content))))...)
		return
	case c.item >= 0 && len(c.open) > c.item+1 && c.open[c.item+1].xhtml:
		c.out = append(c.out, html.EscapeString(string(content))...)
		return
	}
	c.out = append(c.out, "<![CDATA["...)
	c.out = append(c.out, content...)
	c.out = append(c.out, "]]>"...)
}

// top is the innermost open element.
func (c *cleaner) top() *element { return &c.open[len(c.open)-1] }

// parent is the index of the innermost open element whose tags are kept.
func (c *cleaner) parent() int {
	i := len(c.open) - 1
	for i > 0 && c.open[i].as == nil {
		i--
	}
	return i
}

// inBasedLink reports whether the text that comes is a link under an xml:base.
func (c *cleaner) inBasedLink() bool { return c.top().base != nil && c.top().local == "link" }

func (c *cleaner) openTag(t token) {
	if bytes.Count(t.name, []byte(":")) > 1 {
		c.text(t.raw[:1])
		c.text(t.raw[1:])
		return
	}
	c.endLink()
	e := element{name: t.name, as: c.dialect.word(t.name)}
	e.local = localName(e.as)
	entry := isEntry(e.local)
	if entry && c.item >= 0 && c.inItemOnly() && bytes.Equal(c.open[c.item].name, t.name) {
		c.pop(c.item) // its end was forgotten
	}
	if c.elements++; c.elements > maxElements && !entry {
		e.as, e.local = nil, ""
	}
	if len(c.open) >= MaxDepth {
		c.err = &Error{Problem: Broken, Reason: fmt.Sprintf("elements nested deeper than %d", MaxDepth)}
		return
	}
	c.place(&e, t)
	c.push(e, t)
	if entry {
		c.complete(t)
	}
	if t.kind == emptyToken {
		c.pop(len(c.open) - 1)
	}
}

func isEntry(local string) bool { return local == "item" || local == "entry" }

// place finds out what the element is to where it stands.
func (c *cleaner) place(e *element, t token) {
	parent := c.open[c.parent()].local
	c.dialect.bind(t)
	c.fed = c.fed || c.dialect.feeds(e.local, t)
	if !c.dialect.declared(t) && container(parent) && (isEntry(e.local) || e.local == "channel") {
		e.as, e.local, c.foreign = nil, "", true // nobody knows what of
		return
	}
	switch {
	case c.item < 0 && isEntry(e.local) && container(parent):
		c.item = len(c.open)
		c.items++
		c.elements = 0
		c.said[1], c.dialect.told = 0, false
	case c.item < 0 && e.local == "channel" && parent == "rss":
		if c.channels++; c.channels > 1 {
			e.as, e.local = nil, "" // the parser would forget the first one
		}
	case c.item < 0 && container(parent), c.item >= 0 && c.parent() == c.item:
		c.field(e, t.attrs)
	}
}

// inItemOnly reports whether the entry has no element open that may hold entries
// of its own: a feed, an Atom source, or something of another vocabulary.
func (c *cleaner) inItemOnly() bool {
	for _, e := range c.open[c.item+1:] {
		if container(e.local) || e.local == "source" || e.as != nil && !c.dialect.own(e.as) {
			return false
		}
	}
	return true
}

func container(local string) bool {
	return local == "channel" || local == "feed" || local == "rss" || local == "rdf"
}

func (c *cleaner) endItem() {
	switch {
	case c.dialect.sitemap && !c.dialect.told:
		c.out = c.out[:c.open[c.item].start] // a page, and no news
		c.items--
	case c.items > MaxItems:
		c.out = c.out[:c.open[c.item].start]
		c.surplus++
	}
	c.item, c.elements = -1, 0
}

// cutOff ends a document that ends too early. The entry it ended in is dropped,
// for nobody knows what it would have said.
func (c *cleaner) cutOff() {
	if c.item >= 0 {
		c.out = c.out[:c.open[c.item].start]
		for _, e := range c.open[c.item:] {
			c.named[bucket(e.name)]--
		}
		c.open = c.open[:c.item]
		c.item = -1
		c.items--
	}
	if c.items == 0 {
		c.err = &Error{Problem: Broken, Reason: "cut off before its first entry ends"}
		return
	}
	c.pop(0)
	c.degraded = fmt.Sprintf("cut off after %s", entries(min(c.items, MaxItems)))
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
