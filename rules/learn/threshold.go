package learn

import (
	"slices"

	"tocsin/rules"
)

// Pieces of a document are tried as articles: a headline, and a summary of two
// sentences. That is what feeds have.
const (
	summarySentences = 2
	maxPieces        = 300 // of a document
)

// maxFalse is what part of the background a draft may match: one article in so many.
const maxFalse = 300

// setThreshold sets the threshold of a rule that was compiled with that of 1: as low
// as the background permits. Without a background it takes the best term and something
// besides. In any case it is low enough for four of five documents to have a piece that
// reaches it.
func (l *Learner) setThreshold(r *draftRule, set *rules.Set) {
	best := make([]int, len(l.docs))
	for i := range l.docs {
		for _, a := range l.docs[i].pieces() {
			best[i] = max(best[i], scoreOf(set, &a))
		}
	}
	var others []int
	for _, b := range l.sample.inOrder() {
		others = append(others, scoreOf(set, b.article()))
	}
	r.threshold = r.bestPoints() + 1
	if len(others) > 0 {
		slices.Sort(others)
		r.threshold = others[len(others)-1-len(others)/maxFalse] + 1
	}
	sorted := slices.Sorted(slices.Values(best))
	r.threshold = max(min(r.threshold, sorted[len(sorted)/5]), 1)
	r.draft.Threshold, r.draft.Sampled = r.threshold, len(others)
	r.draft.Found, r.draft.FalseAlerts = atLeast(best, r.threshold), atLeast(others, r.threshold)
}

// bestPoints returns the points of the best signal.
func (r *draftRule) bestPoints() (best int) {
	for _, s := range r.signals {
		best = max(best, s.points)
	}
	return best
}

// atLeast counts the scores that reach a threshold.
func atLeast(scores []int, threshold int) (n int) {
	for _, s := range scores {
		if s >= threshold {
			n++
		}
	}
	return n
}

// scoreOf returns what the set's one rule makes of an article, 0 where require does
// not hold.
func scoreOf(set *rules.Set, a *rules.Article) int {
	for _, m := range set.Evaluate(a) {
		return m.Score
	}
	return 0
}

// pieces returns the first pieces of the document.
func (d *document) pieces() []rules.Article {
	var out []rules.Article
	for i := range d.sentences[:min(len(d.sentences), maxPieces)] {
		a := rules.Article{Title: d.sentences[i].text}
		for _, s := range d.sentences[i+1 : min(i+1+summarySentences, len(d.sentences))] {
			if a.Summary != "" {
				a.Summary += " "
			}
			a.Summary += s.text
		}
		out = append(out, a)
	}
	return out
}

// article returns the article as rules see it.
func (b *Background) article() *rules.Article {
	return &rules.Article{Title: oneLine(b.Title), Summary: oneLine(b.Summary)}
}

// haveNames reports whether half of the pieces of the documents have one of the names
// at least, so that what has none is about something else.
func (l *Learner) haveNames(names []draftTerm) bool {
	known := map[gram]bool{}
	for _, n := range names {
		known[n.gram] = true
	}
	pieces, named := 0, 0
	for _, d := range l.docs {
		last := -1 - summarySentences // sentence that has a name
		for i := range slices.Backward(d.sentences) {
			d.sentences[i].eachGram(func(g gram, _, _ int) {
				if known[g] {
					last = i
				}
			})
			pieces++
			if last >= i && last <= i+summarySentences {
				named++
			}
		}
	}
	return 2*named >= pieces
}
