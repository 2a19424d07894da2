package rules

import (
	"strings"
	"unicode/utf8"
)

// lexicon is every term that the queries of a Set look for, each once, by the
// word that it begins with. Reading an article once against it finds the places
// of all of them.
type lexicon struct {
	ids   map[string]int // by term.key
	terms []*term
	kept  wordIndex // terms that keep accents
	plain wordIndex // terms that leave them out
}

// wordIndex finds terms by their first word.
type wordIndex struct {
	words map[string][]*term
	stems map[string][]*term // by the first minStem bytes, which every stem has
}

func newLexicon() *lexicon {
	return &lexicon{
		ids:   map[string]int{},
		kept:  wordIndex{map[string][]*term{}, map[string][]*term{}},
		plain: wordIndex{map[string][]*term{}, map[string][]*term{}},
	}
}

// intern returns the lexicon's own copy of t, which has a number.
func (l *lexicon) intern(t *term) *term {
	key := t.key()
	if id, ok := l.ids[key]; ok {
		return l.terms[id]
	}
	own := &term{words: t.words, plain: t.plain, id: len(l.terms)}
	l.ids[key] = own.id
	l.terms = append(l.terms, own)
	index := &l.kept
	if t.plain {
		index = &l.plain
	}
	if first := t.words[0]; first.stem {
		head := first.folded[:minStem]
		index.stems[head] = append(index.stems[head], own)
	} else {
		index.words[first.folded] = append(index.words[first.folded], own)
	}
	return own
}

// candidates calls f for the terms whose first word may be w, a folded word.
func (x *wordIndex) candidates(w string, f func(*term)) {
	for _, t := range x.words[w] {
		f(t)
	}
	if len(w) < minStem {
		return
	}
	for _, t := range x.stems[w[:minStem]] {
		f(t)
	}
}

// meets reports whether t stands in x from the word i on.
func (t *term) meets(x *text, i int) bool {
	if i+len(t.words) > len(x.words) {
		return false
	}
	for j := range t.words {
		if !t.words[j].meets(x, &x.words[i+j], t.plain) {
			return false
		}
	}
	return true
}

// meets reports whether w, a word of x, is what the pattern says.
func (p *pattern) meets(x *text, w *word, plain bool) bool {
	form := w.folded
	if plain {
		form = w.plain
	}
	if p.stem && !strings.HasPrefix(form, p.folded) || !p.stem && form != p.folded {
		return false
	}
	if !p.capitals || x.shouting || w.capitals {
		return true
	}
	return p.stem && isCapitals(firstRunes(x.original[w.from:w.to], utf8.RuneCountInString(p.folded)))
}

// firstRunes returns the first n characters of s.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
