// Package htmltext turns HTML into plain text for reading and matching. It is
// lenient as a browser is and knows nothing of style; it is not for making HTML
// safe to show.
package htmltext

import (
	"regexp"
	"strings"

	"golang.org/x/net/html/atom"
)

// Text is the text of an HTML fragment: paragraphs, list items and rows on lines
// of their own, white space collapsed, entities as characters, no markup, and
// nothing of scripts and styles.
//
// Feeds often escape once too often, so a text without markup that turns out to
// be HTML when its entities are read is taken for HTML. Plain text passes with its
// white space collapsed, line feeds included.
func Text(fragment string) string {
	if isText(fragment) {
		return fragment
	}
	t := traced{text: fragment, untraced: true}
	t.read()
	return t.text
}

// Trace is Text with the way back to the fragment.
func Trace(fragment string) (string, Origin) {
	t := traced{text: fragment}
	t.read()
	return t.text, t.origin
}

// read makes text of HTML.
func (t *traced) read() {
	marked := hasMarkup(t.text)
	if !marked {
		t.change(unescape)
		marked = hasMarkup(t.text)
	}
	if marked {
		t.change(strip)
		t.change(unescape)
		t.change(collapseLines)
	} else {
		t.change(collapse)
	}
	if entity.MatchString(t.text) {
		t.change(unescape)
		t.change(collapseLines)
	}
}

// isText reports whether s is its own text: one line in ASCII, without markup or
// an entity and with single spaces. Names, categories and most titles are.
func isText(s string) bool {
	last := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= 0x7f || c == '<' || c == '&' || c == ' ' && last == ' ' {
			return false
		}
		last = c
	}
	return last != ' ' || s == ""
}

// IsPlain reports whether there is nothing of HTML in s: no tag, no comment, no
// entity.
func IsPlain(s string) bool { return !hasMarkup(s) && !entity.MatchString(s) }

// Line is Text on one line.
func Line(fragment string) string { return strings.ReplaceAll(Text(fragment), "\n", " ") }

var (
	tag    = regexp.MustCompile(`</?([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>`)
	entity = regexp.MustCompile(`&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});`)
)

// hasMarkup reports whether s holds a tag of HTML or a comment. A "<T>" of a
// programming language is none, nor is an address in angle brackets.
func hasMarkup(s string) bool {
	for rest := s; ; {
		start := strings.IndexByte(rest, '<')
		if start < 0 {
			return false
		}
		rest = rest[start:]
		if strings.HasPrefix(rest, "<!--") {
			return true
		}
		if m := tag.FindStringSubmatchIndex(rest); m == nil {
			return false
		} else if atom.Lookup([]byte(strings.ToLower(rest[m[2]:m[3]]))) != 0 {
			return true
		} else {
			rest = rest[m[1]:]
		}
	}
}
