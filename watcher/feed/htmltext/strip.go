package htmltext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// strip leaves what stands between the tags of a fragment, with its entities as
// they are.
//
// It uses the tokenizer and not the parser: the text needs no tree, and the
// parser refuses what is nested deeper than 512.
func strip(t *tracer, fragment string) {
	w := writer{tracer: t}
	z := html.NewTokenizer(strings.NewReader(fragment))
	silent := atom.Atom(0) // the element whose content is dropped
	for at, end := 0, 0; ; at = end {
		token := z.Next()
		end = at + len(z.Raw())
		switch token {
		case html.ErrorToken:
			if silent == 0 {
				w.text(unfinished(fragment[at:end]), at)
			}
			return
		case html.TextToken:
			if silent == 0 {
				w.text(fragment[at:end], at)
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			if silent == 0 && dropped[a] {
				silent = a
			}
			w.tag(a)
		case html.EndTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			if a == silent {
				silent = 0
			}
			w.tag(a)
		case html.SelfClosingTagToken:
			name, _ := z.TagName()
			w.tag(atom.Lookup(name))
		}
	}
}

// unfinished is what a fragment ends with when its last tag has no end: text,
// if what it starts with is not a tag's name.
func unfinished(s string) string {
	if strings.HasPrefix(s, "<") && !strings.ContainsAny(s, "=\"'/") {
		return s
	}
	return ""
}

// dropped are the elements that hold nothing for readers.
var dropped = map[atom.Atom]bool{atom.Script: true, atom.Style: true, atom.Template: true}

// breaks are the elements that stand on lines of their own.
var breaks = map[atom.Atom]bool{
	atom.Address: true, atom.Article: true, atom.Aside: true, atom.Blockquote: true, atom.Br: true, atom.Caption: true,
	atom.Center: true, atom.Dd: true, atom.Details: true, atom.Div: true, atom.Dl: true, atom.Dt: true,
	atom.Fieldset: true, atom.Figcaption: true, atom.Figure: true, atom.Footer: true, atom.Form: true,
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true,
	atom.Header: true, atom.Hr: true, atom.Li: true, atom.Main: true, atom.Nav: true, atom.Ol: true,
	atom.P: true, atom.Pre: true, atom.Section: true, atom.Summary: true, atom.Table: true, atom.Tr: true, atom.Ul: true,
}

// collapse makes every run of white space a space.
func collapse(t *tracer, text string) {
	w := writer{tracer: t}
	w.text(text, 0)
}

// collapseLines does so line by line, and drops empty lines.
func collapseLines(t *tracer, text string) {
	w := writer{tracer: t}
	at := 0
	for line := range strings.SplitAfterSeq(text, "\n") {
		w.text(line, at)
		w.pending = '\n'
		at += len(line)
	}
}

// writer collapses white space as text comes.
type writer struct {
	*tracer
	pending byte // what separates the next word: 0, ' ' or '\n'
}

func (w *writer) tag(a atom.Atom) {
	switch {
	case breaks[a]:
		w.pending = '\n'
	case (a == atom.Td || a == atom.Th) && w.pending == 0:
		w.pending = ' '
	}
}

// text writes the words of s, which begins at from.
func (w *writer) text(s string, from int) {
	for at := 0; at < len(s); {
		if size := spaceAt(s, at); size > 0 {
			w.space()
			at += size
			continue
		}
		end := at
		for end < len(s) && spaceAt(s, end) == 0 {
			end++
		}
		w.separate(at > 0 && s[at-1] == ' ', from+at-1)
		w.keep(s[at:end], from+at)
		at = end
	}
}

// spaceAt is how many bytes the white space has that stands at that place; 0 for
// none.
func spaceAt(s string, at int) int {
	switch c := s[at]; {
	case c == ' ', c >= '\t' && c <= '\r':
		return 1
	case c < utf8.RuneSelf:
		return 0
	}
	r, size := utf8.DecodeRuneInString(s[at:])
	if !unicode.IsSpace(r) {
		return 0
	}
	return size
}

func (w *writer) space() {
	if w.pending == 0 {
		w.pending = ' '
	}
}

// separate writes what is to stand before the next word. there says that a space
// does, at from.
func (w *writer) separate(there bool, from int) {
	switch {
	case w.pending == 0 || w.b.Len() == 0:
	case w.pending == ' ' && there:
		w.keep(" ", from)
	default:
		w.b.WriteByte(w.pending)
	}
	w.pending = 0
}
