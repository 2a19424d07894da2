package feed

import (
	"bytes"
	"strings"
)

// tokenKind tells what a lexer found.
type tokenKind int

const (
	textToken    tokenKind = iota // also a "<" that starts no markup
	openToken                     // <name …>
	emptyToken                    // <name …/>
	closeToken                    // </name>
	cdataToken                    // <![CDATA[…]]>
	droppedToken                  // comment, processing instruction, <!DOCTYPE …>
)

// token is a piece of a document. All pieces together are the document.
type token struct {
	kind  tokenKind
	raw   []byte
	name  []byte // of a tag, with its prefix
	attrs []byte // of a tag, what stands between the name and the end
	cut   bool   // the document ended within it
}

// maxTag is how long a tag may be. Longer ones are taken for text.
const maxTag = 256 << 10

// lexer splits anything into tokens. It never fails: what is no markup is text.
type lexer struct{ doc []byte }

// next returns the next token, and false at the end.
func (l *lexer) next() (token, bool) {
	if len(l.doc) == 0 {
		return token{}, false
	}
	t := l.scan()
	l.doc = l.doc[len(t.raw):]
	return t, true
}

func (l *lexer) scan() token {
	d := l.doc
	switch {
	case d[0] != '<':
		end := bytes.IndexByte(d, '<')
		if end < 0 {
			end = len(d)
		}
		return token{kind: textToken, raw: d[:end]}
	case bytes.HasPrefix(d, []byte("<!--")):
		return until(d, droppedToken, len("<!--"), "-->")
	case bytes.HasPrefix(d, []byte("<![CDATA[")):
		return until(d, cdataToken, len("<![CDATA["), "]]>")
	case bytes.HasPrefix(d, []byte("<!")):
		return declaration(d)
	case bytes.HasPrefix(d, []byte("<?")):
		return instruction(d)
	case bytes.HasPrefix(d, []byte("</")) && nameLength(d[2:]) > 0:
		return closeTag(d)
	case nameLength(d[1:]) > 0:
		return openTag(d)
	}
	return token{kind: textToken, raw: d[:1]}
}

// until is the token that ends with end, or with the document.
func until(d []byte, kind tokenKind, start int, end string) token {
	if i := bytes.Index(d[start:], []byte(end)); i >= 0 {
		return token{kind: kind, raw: d[:start+i+len(end)]}
	}
	return token{kind: kind, raw: d, cut: true}
}

// instruction is a <?…?>. One that goes on over the next tag has lost its "?".
func instruction(d []byte) token {
	t := until(d, droppedToken, len("<?"), "?>")
	if end := bytes.IndexByte(t.raw, '>'); end >= 0 && bytes.IndexByte(t.raw[1:], '<') > end {
		return token{kind: droppedToken, raw: d[:end+1]}
	}
	return t
}

// declaration is a <!DOCTYPE …>, with its internal subset in brackets.
func declaration(d []byte) token {
	brackets := 0
	for i, c := range d {
		switch c {
		case '[':
			brackets++
		case ']':
			brackets--
		case '>':
			if brackets <= 0 {
				return token{kind: droppedToken, raw: d[:i+1]}
			}
		}
	}
	return token{kind: droppedToken, raw: d, cut: true}
}

func closeTag(d []byte) token {
	n := 2 + nameLength(d[2:])
	end := bytes.IndexAny(d[n:], "<>")
	switch {
	case end < 0:
		return token{kind: closeToken, raw: d, name: d[2:n], cut: true}
	case d[n+end] == '<':
		return token{kind: closeToken, raw: d[:n+end], name: d[2:n]}
	}
	return token{kind: closeToken, raw: d[:n+end+1], name: d[2:n]}
}

// openTag is an open or empty tag, or text when the tag has no end.
func openTag(d []byte) token {
	n := 1 + nameLength(d[1:])
	end := tagEnd(d[:min(len(d), maxTag)], n)
	if end < 0 {
		return token{kind: textToken, raw: d[:1], cut: len(d) < maxTag}
	}
	t := token{kind: openToken, raw: d[:end+1], name: d[1:n], attrs: d[n:end]}
	if bytes.HasSuffix(t.attrs, []byte("/")) {
		t.kind, t.attrs = emptyToken, t.attrs[:len(t.attrs)-1]
	}
	return t
}

// tagEnd is where the ">" of a tag is, from i on; -1 when there is none before
// the next "<" outside quotes.
func tagEnd(d []byte, i int) int {
	for i < len(d) {
		switch c := d[i]; {
		case c == '>':
			return i
		case c == '<':
			return -1
		case (c == '"' || c == '\'') && afterEquals(d[:i]):
			end := bytes.IndexByte(d[i+1:], c)
			if end < 0 {
				return -1
			}
			i += end + 1
		}
		i++
	}
	return -1
}

// afterEquals reports whether d ends in "=": only there a quote opens a value.
func afterEquals(d []byte) bool {
	d = bytes.TrimRight(d, " \t\r\n")
	return len(d) > 0 && d[len(d)-1] == '='
}

// nameLength is how many bytes of a tag's or attribute's name d starts with. Names
// are ASCII, as all names are that mean anything in a feed: the parser gives a
// document up over a letter that its tables do not know.
func nameLength(d []byte) int {
	for i, c := range d {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		inner := c >= '0' && c <= '9' || c == '-' || c == '.' || c == ':'
		if !letter && (i == 0 || !inner) {
			return i
		}
	}
	return len(d)
}

// localName is a name without its prefix, in lower case.
func localName(name []byte) string {
	if i := bytes.LastIndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return strings.ToLower(string(name))
}
