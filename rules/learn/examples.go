package learn

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tocsin/rules"
)

const (
	maxMatch   = 6
	maxNoMatch = 4
	maxExample = 280 // bytes of an example's text
)

// chooseExamples chooses sentences that the rule matches, those first that show a
// signal for which there is none yet, and articles of the background that it just
// does not match.
func (l *Learner) chooseExamples(r *draftRule, set *rules.Set) {
	candidates := l.matching(set)
	shown := map[int]bool{}
	for len(r.match) < maxMatch {
		best, most := -1, 0
		for i, c := range candidates {
			if n := c.adds(shown); n > most {
				best, most = i, n
			}
		}
		if best < 0 {
			break
		}
		for _, s := range candidates[best].signals {
			shown[s] = true
		}
		r.match = append(r.match, candidates[best].example)
	}
	r.noMatch = l.nearMisses(set)
	r.draft.Match, r.draft.NoMatch = len(r.match), len(r.noMatch)
}

// candidate is an example that could be taken.
type candidate struct {
	example
	signals []int
}

// adds counts the signals that are not shown yet.
func (c *candidate) adds(shown map[int]bool) (n int) {
	for _, s := range c.signals {
		if !shown[s] {
			n++
		}
	}
	return n
}

// maxCandidates is how many sentences are looked at to choose from.
const maxCandidates = 2000

// matching returns sentences that the rule matches, by themselves or, where none
// does, as headlines with a summary.
func (l *Learner) matching(set *rules.Set) []candidate {
	var single, pieces []candidate
	for i := range l.docs {
		for _, a := range l.docs[i].pieces() {
			a.Title = cutWords(a.Title)
			alone := rules.Article{Title: a.Title}
			if c, ok := candidateOf(set, &alone, i); ok && len(single) < maxCandidates {
				single = append(single, c)
			}
			a.Summary = cutWords(a.Summary)
			if c, ok := candidateOf(set, &a, i); ok && len(pieces) < maxCandidates {
				pieces = append(pieces, c)
			}
		}
	}
	if len(single) == 0 {
		return pieces
	}
	return single
}

// candidateOf returns an article as an example, if the rule matches it.
func candidateOf(set *rules.Set, a *rules.Article, doc int) (candidate, bool) {
	v := set.Explain(a)[0]
	c := candidate{example: example{a.Title, a.Summary, fmt.Sprintf("document %d, score %d", doc+1, v.Score)}}
	for i, s := range v.Signals {
		if s.Holds {
			c.signals = append(c.signals, i)
		}
	}
	return c, v.Matched && a.Title != ""
}

// nearMisses returns the articles of the background that come closest to the
// threshold and do not reach it.
func (l *Learner) nearMisses(set *rules.Set) []example {
	const far = 1000 // below all that hold require
	type miss struct {
		example
		score int
	}
	var misses []miss
	for _, b := range l.sample.inOrder() {
		a := rules.Article{Title: cutWords(oneLine(b.Title)), Summary: cutWords(oneLine(b.Summary))}
		v := set.Explain(&a)[0]
		if a.Title == "" || v.Matched {
			continue
		}
		m := miss{example{a.Title, a.Summary, fmt.Sprintf("background, score %d", v.Score)}, v.Score}
		if !v.Require.Holds {
			m.note, m.score = m.note+" without require", m.score-far
		}
		misses = append(misses, m)
	}
	slices.SortStableFunc(misses, func(a, b miss) int { return cmp.Compare(b.score, a.score) })
	var out []example
	for _, m := range misses[:min(len(misses), maxNoMatch)] {
		if len(out) > 0 && m.score == -far {
			break // it has nothing that the rule looks for
		}
		out = append(out, m.example)
	}
	return out
}

// cutWords cuts a line to a length that people read, behind a word.
func cutWords(line string) string {
	if len(line) <= maxExample {
		return line
	}
	line = cut(line, maxExample)
	if i := strings.LastIndexByte(line, ' '); i > 0 {
		line = line[:i]
	}
	return line
}
