package learn

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"tocsin/rules"
)

// maxGram is how many words a term has at most.
const maxGram = 3

// gram is one to maxGram words that stand side by side; 0 is none.
type gram [maxGram]wordID

// words returns the words of the term.
func (g *gram) words() []wordID {
	n := 1
	for n < maxGram && g[n] != 0 {
		n++
	}
	return g[:n]
}

// within reports whether the words of g are side by side in other.
func (g *gram) within(other *gram) bool {
	own, others := g.words(), other.words()
	for i := 0; i+len(own) <= len(others); i++ {
		if slices.Equal(own, others[i:i+len(own)]) {
			return true
		}
	}
	return false
}

// term is a word or a phrase of the documents.
type term struct {
	gram   gram
	total  int // how often it occurs
	count  int // the same, at most maxPerDocument times for each document
	docs   int // how many documents have it
	lately int // the document that has it last, from 1
	inDoc  int // how often that one has it

	// Whether it is a name is told by where it stands inside a sentence.
	inside, named int            // how often it does, and with what capitals
	written       map[string]int // how it is written there

	general int     // how often the background has it
	odds    float64 // log-odds between documents and general news
	score   float64 // the lower end of their confidence interval
}

// maxPerDocument is how often a document counts a term at most, so that one that
// repeats itself does not speak for all.
const maxPerDocument = 6

// countTerms counts the words of the documents, and the phrases of words that occur
// more than once.
func countTerms(v *vocabulary, docs []document) map[gram]*term {
	terms := map[gram]*term{}
	for i, d := range docs {
		for _, s := range d.sentences {
			s.eachGram(func(g gram, at, n int) {
				if n > 1 && len(docs) > 1 && !v.recurs(g) || v.isFunction(g[0]) || v.isFunction(g[n-1]) {
					return
				}
				t := terms[g]
				if t == nil {
					t = &term{gram: g}
					terms[g] = t
				}
				t.add(i+1, &s, at, n)
			})
		}
	}
	return terms
}

// recurs reports whether each word of the term occurs more than once.
func (v *vocabulary) recurs(g gram) bool {
	return !slices.ContainsFunc(g.words(), func(id wordID) bool { return v.words[id].count < 2 })
}

// eachGram calls f for every term of the sentence, with where it begins and how many
// words it has. Words that no document has are in none.
func (s *sentence) eachGram(f func(g gram, at, n int)) {
	for at := range s.words {
		var g gram
		for n := 0; n < maxGram && at+n < len(s.words); n++ {
			w := &s.words[at+n]
			if w.id == 0 || n > 0 && !w.joined {
				break
			}
			g[n] = w.id
			f(g, at, n+1)
		}
	}
}

// add counts an occurrence of the term.
func (t *term) add(doc int, s *sentence, at, n int) {
	if t.lately != doc {
		t.lately, t.inDoc = doc, 0
		t.docs++
	}
	t.total++
	if t.inDoc++; t.inDoc <= maxPerDocument {
		t.count++
	}
	if at == 0 || s.titled {
		return // capitals tell nothing
	}
	t.inside++
	var whole []string
	for _, w := range s.words[at : at+n] {
		if !w.capital {
			return
		}
		whole = append(whole, w.whole)
	}
	t.named++
	if t.written == nil {
		t.written = map[string]int{}
	}
	t.written[strings.Join(whole, " ")]++
}

// general is the background.
type general struct {
	articles, words int
}

// add counts the terms of an article.
func (n *general) add(v *vocabulary, terms map[gram]*term, b Background) {
	n.articles++
	for _, text := range []string{b.Title, b.Summary} {
		s := newSentence(v.find, text)
		n.words += len(s.words)
		s.eachGram(func(g gram, _, _ int) {
			if t := terms[g]; t != nil {
				t.general++
			}
		})
	}
}

// What general English weighs beside the texts.
const (
	// priorWords is how many words of it the prior stands for.
	priorWords = 1_000
	// enoughWords is how many words a background has that needs no help: what it lacks
	// of them, the common words of English stand in for.
	enoughWords = 100_000
	// unseen is what is added to all counts, so that what never occurs is rare and
	// not impossible.
	unseen = 0.5
	// confidence is how many standard deviations below the log-odds the score is.
	confidence = 1.96
)

// score gives every term its log-odds with an informative Dirichlet prior (Monroe,
// Colaresi and Quinn, Fightin' Words, 2008), and their lower end.
func score(l *Learner) {
	known := float64(max(priorWords, enoughWords-l.general.words))
	for _, t := range l.terms {
		rate := l.vocab.rate(t.gram)
		prior := unseen + priorWords*rate
		here := float64(t.count) + prior
		there := float64(t.general) + unseen + known*rate
		allHere, allThere := float64(l.words)+priorWords, float64(l.general.words)+known
		t.odds = logit(here, allHere) - logit(there, allThere)
		t.score = t.odds - confidence*math.Sqrt(1/here+1/there)
	}
}

func logit(part, all float64) float64 { return math.Log(part / (all - part)) }

// ranked returns the terms that are good enough, the best first.
func (l *Learner) ranked(good func(*term) bool) []*term {
	var list []*term
	for _, t := range l.terms {
		if good(t) {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b *term) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.count, a.count), strings.Compare(l.key(a), l.key(b)))
	})
	return list
}

// key is a text that tells the term from all others.
func (l *Learner) key(t *term) string {
	var b strings.Builder
	for _, id := range t.gram.words() {
		b.WriteString(l.vocab.words[id].stem)
		b.WriteByte(' ')
	}
	return b.String()
}

// minScore is the score from which a term tells documents from general news: it is
// four times as frequent there, at least.
const minScore = 1.4

// recurs reports whether a term is more than a chance: it must be in several
// documents, where there are several, and occur several times, where there is text
// enough.
func (l *Learner) recurs(t *term) bool {
	const short = 150 // words of text in which nothing need occur twice
	return t.score >= minScore && t.docs >= min(len(l.docs), 2) && (t.total > 1 || l.words < short)
}

// isName reports whether a term is the name of somebody or something. Of a name of
// several words, some may be no names by themselves if it occurs often enough: Google
// Cloud is one beside clouds.
func (l *Learner) isName(t *term) bool {
	const often = 3
	words := t.gram.words()
	if !t.isCapitalised() {
		return false
	}
	if len(words) == 1 {
		w := &l.vocab.words[words[0]]
		return w.commonness() == rules.Rare && utf8.RuneCountInString(w.stem) > 1 && !isCalendar(w.stem)
	}
	return t.total >= often || !slices.ContainsFunc(words, func(id wordID) bool {
		single := l.terms[gram{id}]
		return single == nil || !single.isCapitalised()
	})
}

// isCapitalised reports whether the term has capitals nearly everywhere inside
// sentences.
func (t *term) isCapitalised() bool { return t.named > 0 && 5*t.named >= 4*t.inside }

// isCalendar reports whether a word is a day or a month, which have capitals and are
// no names. Those that are common words besides are none in any case.
func isCalendar(stem string) bool {
	return slices.ContainsFunc(calendar, func(day string) bool { return stemOf(day) == stem })
}

var calendar = strings.Fields(`monday tuesday wednesday thursday friday saturday sunday
	january february april june july august september october november december`)
