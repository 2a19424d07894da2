package learn

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// How much a draft has at most. People have to read it.
const (
	maxNames   = 12
	maxTerms   = 24
	maxSignals = 12 // terms that are evidence by themselves
	maxPoints  = 4  // of a term
)

// draftTerm is a term as it stands in the draft.
type draftTerm struct {
	*term
	query string // as a list's member: a name, a word or stem, or a phrase
}

// choose makes a rule of the best terms.
func (l *Learner) choose(theme string) *draftRule {
	r := &draftRule{theme: theme, general: l.general}
	r.draft.Documents, r.draft.Words, r.draft.Background = len(l.docs), l.words, l.general.articles
	l.chooseNames(r)
	l.chooseTerms(r)
	r.draft.Names, r.draft.Terms = len(r.names), len(r.terms)
	r.named = len(r.names) > 0 && l.haveNames(r.names)
	r.addSignals()
	return r
}

func (l *Learner) chooseNames(r *draftRule) {
	candidates := l.ranked(func(t *term) bool { return l.recurs(t) && l.isName(t) })
	for _, t := range wholes(candidates, nil) {
		if query := commonest(t.written); len(r.names) < maxNames && isWritten(query) && !repeats(t, r.names) {
			r.names = append(r.names, draftTerm{t, query})
		}
	}
}

// chooseTerms chooses terms that hold no name of one word.
func (l *Learner) chooseTerms(r *draftRule) {
	inNames := map[wordID]bool{}
	for _, n := range r.names {
		if words := n.gram.words(); len(words) == 1 {
			inNames[words[0]] = true
		}
	}
	candidates := l.ranked(func(t *term) bool {
		return l.recurs(t) && !l.isName(t) && !slices.ContainsFunc(t.gram.words(), func(id wordID) bool { return inNames[id] })
	})
	for _, t := range wholes(candidates, r.names) {
		if query, ok := l.write(t); ok && len(r.terms) < maxTerms && !repeats(t, r.terms) {
			r.terms = append(r.terms, draftTerm{t, query})
		}
	}
}

// wholes leaves out the terms that nearly always stand in a longer one of the list, or
// in a name.
func wholes(list []*term, names []draftTerm) []*term {
	around := map[gram]int{} // how often the longer ones occur, by what is in them
	longer := slices.Clone(list)
	for _, n := range names {
		longer = append(longer, n.term)
	}
	for _, t := range longer {
		words := t.gram.words()
		for from := range words {
			for to := from + 1; to <= len(words); to++ {
				if to-from < len(words) {
					var g gram
					copy(g[:], words[from:to])
					around[g] = max(around[g], t.total)
				}
			}
		}
	}
	return slices.DeleteFunc(list, func(t *term) bool { return 5*around[t.gram] >= 4*t.total })
}

// repeats reports whether a term holds one that was chosen, or is in it. Side by side
// in a list, the shorter one would make the other idle.
func repeats(t *term, chosen []draftTerm) bool {
	return slices.ContainsFunc(chosen, func(c draftTerm) bool {
		return c.gram.within(&t.gram) || t.gram.within(&c.gram)
	})
}

// commonest returns the text that is counted most; of several, the first in order.
func commonest(counts map[string]int) string {
	best := ""
	for text, n := range counts {
		if best == "" || cmp.Or(cmp.Compare(n, counts[best]), strings.Compare(best, text)) > 0 {
			best = text
		}
	}
	return best
}

// write returns a term as a list's member; ok is false where it cannot be one.
func (l *Learner) write(t *term) (query string, ok bool) {
	var words []string
	for _, id := range t.gram.words() {
		words = append(words, l.vocab.words[id].pattern())
	}
	query = strings.Join(words, " ")
	if n := utf8.RuneCountInString(query); n < 2 || n == 2 && strings.ToUpper(query) != query {
		return "", false
	}
	return query, isWritten(query)
}

// isWritten reports whether each word of a list's member can stand in it.
func isWritten(query string) bool {
	for _, w := range strings.Split(query, " ") {
		if !isWritable(strings.TrimSuffix(w, "*")) || slices.Contains([]string{"AND", "OR", "NOT"}, w) {
			return false
		}
	}
	return true
}

// points is what a term is worth as evidence: a point for about each factor of e² by
// which documents have it more often than general news, at least.
func (t *term) points() int {
	return min(max(int(t.score/2+0.5), 1), maxPoints)
}
