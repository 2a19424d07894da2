package htmltext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/atom"
)

// strip leaves what stands between the tags of a fragment, with its entities as
// they are.
func strip(t *tracer, fragment string) {
	w := writer{tracer: t}
	silent := atom.Atom(0) // the element whose content is dropped
	text := func(from, until int) {
		if silent == 0 {
			w.text(fragment[from:until], from)
		}
	}
	for at := 0; at < len(fragment); {
		m, ok := nextMarkup(fragment, at)
		if !ok {
			text(at, len(fragment))
			return
		}
		text(at, m.start)
		at = m.end
		switch m.kind {
		case comment:
		case unfinished:
			if isText := !strings.ContainsAny(fragment[m.start:], "=\"'/"); isText {
				text(m.start, len(fragment))
			}
		case endTag:
			if m.name == silent {
				silent = 0
			}
			w.tag(m.name)
		case startTag, emptyTag:
			if m.kind == startTag && silent == 0 && dropped[m.name] {
				silent = m.name
			}
			w.tag(m.name)
			if name, ok := raw[m.name]; ok {
				at = rawEnd(fragment, m.end, name)
				text(m.end, at)
			}
		}
	}
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
