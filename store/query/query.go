// Package query is the language of searches over the archive: how a text becomes
// words, and what people write to find some. Engines index what Words returns and
// turn a Query into their own language, so that all find the same.
//
// It knows no engine and ranks nothing.
package query

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxText is how many bytes of a query are read.
	maxText = 4 << 10
	// maxWords is how many words a query has at the most; the others are passed
	// over.
	maxWords = 64
)

// Query is what is looked for: one of the alternatives. Without any, nothing is
// found.
type Query []Alternative

// Alternative is what an article must have, and what it must not have.
type Alternative struct {
	All  []Term // at least one
	None []Term
}

// Term is words that follow one another.
type Term struct {
	Words  []string // at least one, each as Words has them
	Prefix bool     // the last word is the beginning of one
}

// Parse reads what people write:
//
//	antitrust cloud     both words, wherever they are
//	"cloud market"      the words one after the other
//	anti*               a word that begins like this
//	-cloud              not this word; also -"cloud market" and -anti*
//	cloud OR chips      either side, and each may be several words
//
// Case and accents do not matter. A word with signs in it, such as AT&T, is what
// its parts are one after the other. Any text is a query: what is left open ends
// with the text, and signs that mean nothing are passed over. Where an
// alternative only says what is not to be there, it finds nothing.
func Parse(text string) Query {
	p := parser{rest: truncate(text, maxText)}
	for p.next() {
	}
	p.endAlternative()
	return p.query
}

// truncate cuts a text to n bytes or a little less, between two characters.
func truncate(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// parser reads a query term by term.
type parser struct {
	rest  string
	query Query
	now   Alternative
	words int // that were read so far
}

// next reads the next term; false at the end.
func (p *parser) next() bool {
	p.rest = strings.TrimSpace(p.rest)
	if p.rest == "" {
		return false
	}
	not := strings.HasPrefix(p.rest, "-")
	p.rest = strings.TrimPrefix(p.rest, "-")
	text, quoted := p.take()
	if text == "OR" && !quoted && !not {
		p.endAlternative()
		return true
	}
	text, prefix := strings.CutSuffix(text, "*")
	if quoted && strings.HasPrefix(p.rest, "*") {
		prefix, p.rest = true, p.rest[1:]
	}
	t := Term{Words: strings.Fields(Words(text)), Prefix: prefix}
	if p.words += len(t.Words); len(t.Words) == 0 || p.words > maxWords {
		return true
	}
	if not {
		p.now.None = append(p.now.None, t)
	} else {
		p.now.All = append(p.now.All, t)
	}
	return true
}

// take takes the text of the next term off the rest, without its quotes.
func (p *parser) take() (text string, quoted bool) {
	if rest, ok := strings.CutPrefix(p.rest, `"`); ok {
		text, p.rest, _ = strings.Cut(rest, `"`)
		return text, true
	}
	end := strings.IndexFunc(p.rest, func(r rune) bool { return r == '"' || unicode.IsSpace(r) })
	if end < 0 {
		end = len(p.rest)
	}
	text, p.rest = p.rest[:end], p.rest[end:]
	return text, false
}

// endAlternative ends the alternative that is being read.
func (p *parser) endAlternative() {
	if len(p.now.All) > 0 {
		p.query = append(p.query, p.now)
	}
	p.now = Alternative{}
}
