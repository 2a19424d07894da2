package feed

import (
	"bytes"
	"html"
	"strconv"
	"strings"
)

// Long texts do not go through the parser: it sees a number in the place of each,
// and the texts are put back into what it hands out. They are most of a document,
// and the parser copies them half a dozen times.

// stashed is what the number of a text begins with. It is no character, and no
// document that is cleaned holds it.
const stashed = "\ufdd0"

// minStash is how many bytes a text has at least that is worth it.
const minStash = 64

// stash takes the content of an element out, which ends where out does, if it is
// a text of an entry.
func (c *cleaner) stash(e *element) {
	raw := bytes.TrimSpace(c.out[e.inner:])
	if !e.text || e.drop || len(raw) < minStash {
		return
	}
	c.texts = append(c.texts, decodeText(raw, e.xhtml))
	c.out = append(c.out[:e.inner], stashed...)
	c.out = strconv.AppendInt(c.out, int64(len(c.texts)-1), 10)
}

// unstash returns the text that s stands for, or s.
func unstash(texts []string, s string) string {
	number, ok := strings.CutPrefix(s, stashed)
	if !ok {
		return s
	}
	if i, err := strconv.Atoi(number); err == nil && i >= 0 && i < len(texts) {
		return texts[i]
	}
	return ""
}

// decodeText is the text of an element's content as the parser reads it: CDATA
// sections and what their entities stand for; of XHTML the markup.
func decodeText(raw []byte, xhtml bool) string {
	if xhtml {
		return string(raw)
	}
	const start, end = "<![CDATA[", "]]>"
	var b strings.Builder
	b.Grow(len(raw))
	for len(raw) > 0 {
		i := bytes.Index(raw, []byte(start))
		if i < 0 {
			break
		}
		unescapeTo(&b, raw[:i])
		content, rest, _ := bytes.Cut(raw[i+len(start):], []byte(end))
		b.Write(content)
		raw = rest
	}
	unescapeTo(&b, raw)
	return b.String()
}

// maxEntity is how long an entity is at most, with its ampersand and semicolon.
const maxEntity = 64

// unescapeTo writes what an escaped text says. An entity without a semicolon is
// none: it may be part of an address.
func unescapeTo(b *strings.Builder, raw []byte) {
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			break
		}
		b.Write(raw[:i])
		raw = raw[i:]
		end := bytes.IndexByte(raw[:min(len(raw), maxEntity)], ';')
		if end < 0 {
			b.WriteByte('&')
			raw = raw[1:]
			continue
		}
		entity := raw[:end+1]
		if c := predefined(entity); c != 0 {
			b.WriteByte(c)
		} else if s := html.UnescapeString(string(entity)); strings.HasSuffix(s, ";") && s == html.UnescapeString(string(raw[:end]))+";" {
			b.WriteByte('&')
			raw = raw[1:]
			continue
		} else {
			b.WriteString(s)
		}
		raw = raw[end+1:]
	}
	b.Write(raw)
}

// predefined is what one of XML's own entities stands for; 0 for others.
func predefined(entity []byte) byte {
	switch string(entity) {
	case "&lt;":
		return '<'
	case "&gt;":
		return '>'
	case "&amp;":
		return '&'
	case "&quot;":
		return '"'
	case "&apos;":
		return '\''
	}
	return 0
}
