package htmltext

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// The tags of a fragment are found as the tokenizer of golang.org/x/net/html
// finds them, without what a text needs nothing of: attributes, and a copy of the
// fragment. A fuzz test holds the two together.

// markup is a piece of a fragment that is no text.
type markup struct {
	kind  markupKind
	name  atom.Atom // of a tag; 0 for a comment, and for a tag that HTML has not
	start int       // where it starts in the fragment
	end   int       // where what follows it starts
}

type markupKind int

const (
	comment    markupKind = iota // declarations and instructions, too
	startTag                     // <name …>
	emptyTag                     // <name …/>
	endTag                       // </name>
	unfinished                   // a tag that the fragment ends in
)

// nextMarkup returns the first markup of s from at on, and false when there is
// only text.
func nextMarkup(s string, at int) (markup, bool) {
	for {
		i := strings.IndexByte(s[at:], '<')
		if i < 0 || at+i+1 >= len(s) {
			return markup{}, false
		}
		at += i
		switch c := s[at+1]; {
		case isLetter(c):
			return tagAt(s, at, at+1, startTag), true
		case c == '!':
			return markup{kind: comment, start: at, end: declarationEnd(s, at+2)}, true
		case c == '?':
			return markup{kind: comment, start: at, end: angle(s, at+2)}, true
		case c == '/' && at+2 == len(s):
			return markup{}, false
		case c == '/' && isLetter(s[at+2]):
			return tagAt(s, at, at+2, endTag), true
		case c == '/':
			return markup{kind: comment, start: at, end: angle(s, at+2)}, true
		}
		at++
	}
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' }

// angle is where s goes on behind the next ">"; its end when there is none.
func angle(s string, at int) int {
	if i := strings.IndexByte(s[at:], '>'); i >= 0 {
		return at + i + 1
	}
	return len(s)
}

// tagAt is the tag at start, whose name is at at.
func tagAt(s string, start, at int, kind markupKind) markup {
	m := markup{kind: kind, start: start, end: len(s)}
	name := at
	for at < len(s) && !isBlank(s[at]) && s[at] != '/' && s[at] != '>' {
		at++
	}
	m.name = lookup(s[name:at])
	valueEnd := 0 // of the last attribute
	for {
		at = skipBlanks(s, at)
		switch {
		case at == len(s):
			m.kind = unfinished
			return m
		case s[at] == '>':
			if kind == startTag && s[at-1] == '/' && valueEnd != at {
				m.kind = emptyTag
			}
			m.end = at + 1
			return m
		}
		at, valueEnd = attributeEnd(s, at)
	}
}

// lookup is what HTML calls an element; 0 for a name that it does not know.
func lookup(name string) atom.Atom {
	var lower [16]byte
	if len(name) > len(lower) {
		return 0
	}
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	return atom.Lookup(lower[:len(name)])
}

func skipBlanks(s string, at int) int {
	for at < len(s) && isBlank(s[at]) {
		at++
	}
	return at
}

// attributeEnd is where s goes on behind an attribute, and where its value ends,
// if it is one without quotes.
func attributeEnd(s string, at int) (end, valueEnd int) {
	key := at
	for at < len(s) && !isBlank(s[at]) && s[at] != '/' && s[at] != '>' && (s[at] != '=' || at == key) {
		at++
	}
	at = skipBlanks(s, at)
	if at == len(s) || s[at] != '/' && s[at] != '=' {
		return at, 0
	}
	if at++; s[at-1] == '/' {
		return at, 0
	}
	at = skipBlanks(s, at)
	if at == len(s) || s[at] == '>' {
		return at, 0
	}
	if quote := s[at]; quote == '"' || quote == '\'' {
		if i := strings.IndexByte(s[at+1:], quote); i >= 0 {
			return at + 1 + i + 1, 0
		}
		return len(s), 0
	}
	for at < len(s) && !isBlank(s[at]) && s[at] != '>' {
		at++
	}
	return at, at
}

// declarationEnd is where s goes on behind a "<!", which ends at at.
func declarationEnd(s string, at int) int {
	if !strings.HasPrefix(s[at:], "--") {
		return angle(s, at)
	}
	dashes, first := 0, true
	for at += 2; at < len(s); at++ {
		switch c := s[at]; {
		case c == '-':
			dashes++
			continue
		case c == '>' && (dashes >= 2 || first):
			return at + 1
		case c == '!' && dashes >= 2 && at+1 < len(s) && s[at+1] == '>':
			return at + 2
		case c == '!' && dashes >= 2 && at+1 < len(s) && s[at+1] == '-':
			at++
			dashes, first = 1, false
			continue
		case c == '!' && dashes >= 2:
			at++ // it was looked at
		}
		dashes, first = 0, false
	}
	return len(s)
}

// raw are the elements whose content is no markup.
var raw = map[atom.Atom]string{
	atom.Iframe: "iframe", atom.Noembed: "noembed", atom.Noframes: "noframes", atom.Noscript: "noscript",
	atom.Plaintext: "plaintext", atom.Script: "script", atom.Style: "style", atom.Textarea: "textarea",
	atom.Title: "title", atom.Xmp: "xmp",
}

// rawEnd is where the content of such an element ends that starts at at.
func rawEnd(s string, at int, name string) int {
	for name != "plaintext" {
		i := strings.Index(s[at:], "</")
		if i < 0 {
			break
		}
		at += i + 2
		if rest := s[at:]; len(rest) > len(name) && strings.EqualFold(rest[:len(name)], name) {
			if c := rest[len(name)]; isBlank(c) || c == '/' || c == '>' {
				return at - 2
			}
		}
	}
	return len(s)
}
