package htmltext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// strip is the text between the tags of a fragment.
//
// It uses the tokenizer and not the parser: the text needs no tree, and the
// parser refuses what is nested deeper than 512.
func strip(fragment string) string {
	var w writer
	z := html.NewTokenizer(strings.NewReader(fragment))
	silent := atom.Atom(0) // the element whose content is dropped
	for {
		switch z.Next() {
		case html.ErrorToken:
			if silent == 0 {
				w.text(unfinished(z.Raw()))
			}
			return w.String()
		case html.TextToken:
			if silent == 0 {
				w.text(string(z.Text()))
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
func unfinished(raw []byte) string {
	s := string(raw)
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

// writer collects text and collapses its white space as it comes.
type writer struct {
	b       strings.Builder
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

func (w *writer) text(s string) {
	if s == "" {
		return
	}
	if first, _ := utf8.DecodeRuneInString(s); unicode.IsSpace(first) {
		w.space()
	}
	for i, word := range strings.Fields(s) {
		if i > 0 {
			w.space()
		}
		if w.pending != 0 && w.b.Len() > 0 {
			w.b.WriteByte(w.pending)
		}
		w.pending = 0
		w.b.WriteString(word)
	}
	if last, _ := utf8.DecodeLastRuneInString(s); unicode.IsSpace(last) {
		w.space()
	}
}

func (w *writer) space() {
	if w.pending == 0 {
		w.pending = ' '
	}
}

func (w *writer) String() string { return w.b.String() }
