package feed

import (
	"bytes"
	"cmp"
	"net/url"
)

// element is an element that is open.
type element struct {
	name   []byte   // as in the document; nil for one that is not there
	as     []byte   // as in out; nil for one whose tags are left out
	local  string   // the local name of as, in lower case
	start  int      // where it starts in out
	inner  int      // where its content starts in out
	base   *url.URL // its xml:base, or the one around it; nil for none
	space  string   // the namespace that it is put into; "" for none
	mark   mark     // which single element it is; 0 for none
	drop   bool     // it is taken out again where it ends
	spaces int      // how many namespaces it declares
	text   bool     // it is a text of an entry that may be long
	xhtml  bool     // it is a text whose markup is not escaped
}

func (c *cleaner) push(e element, t token) {
	e.start = len(c.out)
	if len(c.open) > 0 {
		e.base = c.top().base
	}
	if inner := innerBase(cmp.Or(e.base, c.base), t.attrs); inner != c.base {
		e.base = inner
	}
	if e.as != nil {
		c.out = append(c.out, '<')
		c.out = append(c.out, e.as...)
		c.attributes(&e, t.attrs)
		c.out = append(c.out, '>')
	}
	e.inner = len(c.out)
	c.named[bucket(e.name)]++
	c.open = append(c.open, e)
}

// attributes writes an element's attributes.
func (c *cleaner) attributes(e *element, attrs []byte) {
	for name, value := range attributes(attrs) {
		switch {
		case string(name) == "xml:base":
			continue
		case string(name) == "xmlns" && (e.space != "" || isEntry(e.local) && len(c.open) == c.item):
			continue // an entry is one in whatever vocabulary
		case bytes.HasPrefix(name, []byte("xmlns")):
			if c.spaces >= maxSpaces {
				continue
			}
			c.spaces++
			e.spaces++
		case e.base != nil && isLink(e.local, name):
			value = resolved(e.base, value)
		case c.format == atomFormat && string(name) == "type":
			value = textType(e, value, attrs)
		}
		c.out = appendAttribute(c.out, name, value)
	}
	if e.space != "" {
		c.out = appendAttribute(c.out, []byte("xmlns"), []byte(e.space))
	}
}

// closeTag closes the innermost element of that name and all within it. An end
// without a beginning is dropped.
func (c *cleaner) closeTag(t token) {
	if t.cut {
		c.cutOff()
		return
	}
	c.endLink()
	if c.named[bucket(t.name)] == 0 {
		return
	}
	for i := len(c.open) - 1; i >= 0; i-- {
		if name := c.open[i].name; len(name) == len(t.name) && bytes.EqualFold(name, t.name) {
			c.pop(i)
			return
		}
	}
}

// bucket puts names that are the same in other letters into the same of 256
// heaps.
func bucket(name []byte) byte {
	if len(name) == 0 {
		return 0
	}
	const lower = 0x20
	return byte(len(name))*31 + (name[0]|lower)*7 + name[len(name)-1] | lower
}

// pop closes the open elements from the i-th on.
func (c *cleaner) pop(i int) {
	for len(c.open) > i {
		last := len(c.open) - 1
		e := &c.open[last]
		if e.as != nil {
			c.endField(e)
			c.stash(e)
			c.out = append(c.out, "</"...)
			c.out = append(c.out, e.as...)
			c.out = append(c.out, '>')
		}
		if e.drop {
			c.out = c.out[:e.start]
		}
		if last == c.item {
			c.endItem()
		}
		c.spaces -= e.spaces
		c.named[bucket(e.name)]--
		c.open = c.open[:last]
	}
}
