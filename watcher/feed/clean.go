package feed

import (
	"bytes"
	"cmp"
	"fmt"
	"html"
	"net/url"
	"strings"
)

// The bounds of a document. A feed that people wrote stays far below them; what
// is above them is an attack or an archive.
const (
	// MaxDepth is how deep elements may be nested. The parser calls itself for
	// each level, and nothing can recover from an exhausted stack.
	MaxDepth = 256
	// MaxItems is how many entries of a document are read: the first ones.
	MaxItems = 5000
)

// cleaned is a document that is fit for the parser.
type cleaned struct {
	format   format
	doc      []byte
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
// an xml:base are absolute, starting from base, which may be nil. The rest of what
// was well-formed stays what it was.
//
// Of a document that was cut off the whole entries remain, and degraded says so.
func cleanXML(doc []byte, base *url.URL) (cleaned, error) {
	c := cleaner{lex: lexer{doc: dropIllegal(doc)}, base: base, names: map[string]int{}, item: -1}
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
	if c.err == nil && c.rdf && !c.fed {
		c.err = &Error{Problem: NotAFeed, Reason: "RDF, but not a feed"}
	}
	if c.err != nil {
		return cleaned{}, c.err
	}
	if c.surplus > 0 {
		c.degraded = fmt.Sprintf("more than %d entries: %d left out", MaxItems, c.surplus)
	}
	return cleaned{format: c.format, doc: c.out, degraded: c.degraded}, nil
}

type cleaner struct {
	format   format
	lex      lexer
	base     *url.URL // the document's; may be nil
	out      []byte
	open     []element
	names    map[string]int // how many open elements have the name, in lower case
	item     int            // the index in open of the entry that is being read; -1 for none
	items    int            // entries so far
	surplus  int            // entries over MaxItems
	rdf      bool
	fed      bool // a channel or an entry was seen
	degraded string
	err      error
}

// element is an element that is open.
type element struct {
	name  []byte
	start int      // where it starts in out
	base  *url.URL // its xml:base, or the one around it; nil for none
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
		c.closeTag(t.name)
	}
}

func (c *cleaner) text(raw []byte) {
	switch {
	case raw[0] == '<':
		c.out = append(c.out, "&lt;"...)
	case c.inBasedLink():
		c.out = append(c.out, resolved(c.top().base, raw)...)
	case bytes.Contains(raw, []byte("]]>")):
		c.out = append(c.out, bytes.ReplaceAll(raw, []byte("]]>"), []byte("]]&gt;"))...)
	default:
		c.out = append(c.out, raw...)
	}
}

func (c *cleaner) cdata(t token) {
	content := bytes.TrimSuffix(bytes.TrimPrefix(t.raw, []byte("<![CDATA[")), []byte("]]>"))
	if c.inBasedLink() {
		c.out = append(c.out, resolved(c.top().base, []byte(html.EscapeString(string(content))))...)
		return
	}
	c.out = append(c.out, "<![CDATA["...)
	c.out = append(c.out, content...)
	c.out = append(c.out, "]]>"...)
}

// top is the innermost open element.
func (c *cleaner) top() *element { return &c.open[len(c.open)-1] }

// inBasedLink reports whether the text that comes is a link under an xml:base.
func (c *cleaner) inBasedLink() bool { return c.top().base != nil && localName(c.top().name) == "link" }

func (c *cleaner) openTag(t token) {
	if bytes.Count(t.name, []byte(":")) > 1 {
		c.text(t.raw[:1])
		c.text(t.raw[1:])
		return
	}
	local := localName(t.name)
	entry := local == "item" || local == "entry"
	if entry && c.item >= 0 && c.inItemOnly() && bytes.Equal(c.open[c.item].name, t.name) {
		c.pop(c.item) // its end was forgotten
	}
	if len(c.open) >= MaxDepth {
		c.err = &Error{Problem: Broken, Reason: fmt.Sprintf("elements nested deeper than %d", MaxDepth)}
		return
	}
	c.fed = c.fed || entry || local == "channel"
	if entry && c.item < 0 && container(localName(c.top().name)) {
		c.item = len(c.open)
		c.items++
	}
	c.push(t)
	if c.rdf && entry {
		c.about(t)
	}
	if t.kind == emptyToken {
		c.pop(len(c.open) - 1)
	}
}

// inItemOnly reports whether no feed is open within the entry: some formats put
// one there, whose entries are its own.
func (c *cleaner) inItemOnly() bool {
	for _, e := range c.open[c.item+1:] {
		if container(localName(e.name)) {
			return false
		}
	}
	return true
}

func container(local string) bool {
	return local == "channel" || local == "feed" || local == "rss" || local == "rdf"
}

func (c *cleaner) push(t token) {
	e := element{name: t.name, start: len(c.out)}
	if len(c.open) > 0 {
		e.base = c.top().base
	}
	if inner := innerBase(cmp.Or(e.base, c.base), t.attrs); inner != c.base {
		e.base = inner
	}
	c.open = append(c.open, e)
	c.names[strings.ToLower(string(t.name))]++
	c.out = append(c.out, '<')
	c.out = append(c.out, t.name...)
	local := localName(t.name)
	for name, value := range attributes(t.attrs) {
		switch {
		case string(name) == "xml:base":
			continue
		case e.base != nil && isLink(local, name):
			value = resolved(e.base, value)
		}
		c.out = appendAttribute(c.out, name, value)
	}
	c.out = append(c.out, '>')
}

// about gives an RSS 1.0 item its rdf:about as a guid, for gofeed has no place
// for it.
func (c *cleaner) about(t token) {
	for name, value := range attributes(t.attrs) {
		if localName(name) == "about" && len(value) > 0 {
			c.out = append(c.out, `<guid xmlns="" isPermaLink="false">`...)
			c.out = append(c.out, bytes.ReplaceAll(value, []byte("<"), []byte("&lt;"))...)
			c.out = append(c.out, `</guid>`...)
			return
		}
	}
}

// closeTag closes the innermost element of that name and all within it. An end
// without a beginning is dropped.
func (c *cleaner) closeTag(name []byte) {
	if c.names[strings.ToLower(string(name))] == 0 {
		return
	}
	for i := len(c.open) - 1; i >= 0; i-- {
		if bytes.EqualFold(c.open[i].name, name) {
			c.pop(i)
			return
		}
	}
}

// pop closes the open elements from the i-th on.
func (c *cleaner) pop(i int) {
	for len(c.open) > i {
		last := len(c.open) - 1
		c.out = append(c.out, "</"...)
		c.out = append(c.out, c.open[last].name...)
		c.out = append(c.out, '>')
		if last == c.item {
			c.endItem()
		}
		c.drop(last)
	}
}

// drop forgets the open elements from the i-th on.
func (c *cleaner) drop(i int) {
	for _, e := range c.open[i:] {
		c.names[strings.ToLower(string(e.name))]--
	}
	c.open = c.open[:i]
}

func (c *cleaner) endItem() {
	if c.items > MaxItems {
		c.out = c.out[:c.open[c.item].start]
		c.surplus++
	}
	c.item = -1
}

// cutOff ends a document that ends too early. The entry it ended in is dropped,
// for nobody knows what it would have said.
func (c *cleaner) cutOff() {
	if c.item >= 0 {
		c.out = c.out[:c.open[c.item].start]
		c.drop(c.item)
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
