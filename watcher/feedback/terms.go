package feedback

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/rules"
)

// term is a word, or two side by side, as a query has it.
type term struct {
	query string
	words int
	has   []int // indexes of the articles voted not relevant that have it, ascending
}

// minWord is how many letters a word must have to be proposed.
const minWord = 3

// propose chooses signals that only articles voted not relevant have: time and again
// the one that silences the most of those that still ring.
func propose(useful, bad []rung) []Signal {
	candidates := terms(useful, bad)
	silenced := make([]bool, len(bad))
	var chosen []Signal
	for len(chosen) < maxSignals {
		var best *term
		most := support - 1
		for i := range candidates {
			if n := newly(&candidates[i], bad, silenced); n > most {
				best, most = &candidates[i], n
			}
		}
		if best == nil {
			break
		}
		points := 0
		for _, i := range best.has {
			if excess(bad[i]) <= maxPoints && !silenced[i] {
				points, silenced[i] = max(points, excess(bad[i])), true
			}
		}
		chosen = append(chosen, Signal{When: best.query, Points: -points, Has: len(best.has)})
	}
	return chosen
}

// excess is how many points an article has to lose in order to be silent.
func excess(r rung) int { return r.verdict.Score - r.verdict.Rule.Threshold + 1 }

// newly is how many articles the term would silence that no other one does.
func newly(t *term, bad []rung, silenced []bool) (n int) {
	for _, i := range t.has {
		if !silenced[i] && excess(bad[i]) <= maxPoints {
			n++
		}
	}
	return n
}

// remaining are the articles that the signals do not silence.
func remaining(bad []rung, signals []Signal) (left []rung) {
	for _, b := range bad {
		queries := queriesOf(b.article, false)
		loss := 0
		for _, s := range signals {
			if queries[s.When] {
				loss -= s.Points
			}
		}
		if loss < excess(b) {
			left = append(left, b)
		}
	}
	return left
}

// terms are those in title and summary of several articles voted not relevant, and in
// no text of any voted useful. Those that most have come first, and of these the rarer
// and longer ones, as they tell more.
func terms(useful, bad []rung) []term {
	taken := make(map[string]bool)
	own := ownWords(useful, bad)
	for _, u := range useful {
		for q := range queriesOf(u.article, true) {
			taken[q] = true
		}
	}
	byQuery := make(map[string]*term)
	for i, b := range bad {
		for q := range queriesOf(b.article, false) {
			if taken[q] || within(q, own) {
				continue
			}
			if byQuery[q] == nil {
				byQuery[q] = &term{query: q, words: 1 + strings.Count(q, " ")}
			}
			byQuery[q].has = append(byQuery[q].has, i)
		}
	}
	var list []term
	for _, t := range byQuery {
		if len(t.has) >= support {
			list = append(list, *t)
		}
	}
	slices.SortFunc(list, func(a, b term) int {
		return cmp.Or(cmp.Compare(len(b.has), len(a.has)), cmp.Compare(commonness(a.query), commonness(b.query)),
			cmp.Compare(b.words, a.words), cmp.Compare(a.query, b.query))
	})
	return list
}

// ownWords are the words by which the rule matches: to take points away for them would
// be to switch the rule off.
func ownWords(lists ...[]rung) map[string]bool {
	own := make(map[string]bool)
	add := func(a *rules.Article, spans []rules.Span) {
		texts := [...]string{rules.Title: a.Title, rules.Summary: a.Summary, rules.Body: a.Body}
		for _, s := range spans {
			for _, w := range rules.Words(texts[s.Field][s.From:s.To]) {
				own[w.Folded] = true
			}
		}
	}
	for _, list := range lists {
		for _, r := range list {
			add(r.article, r.verdict.Require.Spans)
			for _, s := range r.verdict.Signals {
				if s.Points > 0 {
					add(r.article, s.Spans)
				}
			}
		}
	}
	return own
}

// within reports whether a query is made of these words alone.
func within(query string, words map[string]bool) bool {
	for w := range strings.FieldsSeq(strings.Trim(query, `"`)) {
		if !words[w] {
			return false
		}
	}
	return true
}

// commonness is that of the rarest word of a query.
func commonness(query string) rules.Commonness {
	least := rules.Everyday
	for w := range strings.FieldsSeq(strings.Trim(query, `"`)) {
		least = min(least, rules.CommonnessOf(w))
	}
	return least
}

// queriesOf are the queries of one word or two that hold for an article, of its title
// and summary, or of its body as well.
func queriesOf(a *rules.Article, whole bool) map[string]bool {
	queries := make(map[string]bool)
	texts := []string{a.Title, a.Summary}
	if whole {
		texts = append(texts, a.Body)
	}
	for _, text := range texts {
		before := ""
		for _, w := range rules.Words(text) {
			word := w.Folded
			if !plain(word) {
				before = ""
				continue
			}
			if utf8.RuneCountInString(word) >= minWord && rules.CommonnessOf(word) != rules.Everyday && letters(word) {
				queries[word] = true
			}
			if before != "" && (rules.CommonnessOf(word) != rules.Everyday || rules.CommonnessOf(before) != rules.Everyday) {
				queries[`"`+before+" "+word+`"`] = true
			}
			before = word
		}
	}
	return queries
}

// plain reports whether a word stands for itself in a query: letters and digits alone.
func plain(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}

func letters(word string) bool { return strings.ContainsFunc(word, unicode.IsLetter) }
