// Package htmltext turns HTML into plain text for reading and matching. It is
// lenient as a browser is and knows nothing of style; it is not for making HTML
// safe to show.
package htmltext

import (
	"html"
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
	if hasMarkup(fragment) {
		return unescape(strip(fragment))
	}
	text := html.UnescapeString(fragment)
	if hasMarkup(text) {
		return unescape(strip(text))
	}
	return unescape(collapse(text))
}

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

// unescape reads the entities that are left in a text, line by line.
func unescape(text string) string {
	if !entity.MatchString(text) {
		return text
	}
	lines := strings.Split(text, "\n")
	kept := lines[:0]
	for _, line := range lines {
		if line = collapse(html.UnescapeString(line)); line != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// collapse makes every run of white space a space.
func collapse(s string) string { return strings.Join(strings.Fields(s), " ") }
