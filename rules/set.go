package rules

import (
	"slices"
	"sync"
)

// Set is rules that were compiled together. It does not change, and any number
// of goroutines may use it at once.
type Set struct {
	rules       []*Rule    // by ID
	evidence    []Evidence // Rule.Signals of all rules
	lexicon     *lexicon
	program     *program
	index       index
	evaluations sync.Pool // of *evaluation
}

// Rules returns the rules of the set by ID, those that are off too.
func (s *Set) Rules() []*Rule { return slices.Clone(s.rules) }

// Evaluate returns the rules that hold for an article, by ID. Rules that are off
// are left out; those in shadow are not.
func (s *Set) Evaluate(a *Article) []Match {
	e := s.begin(a)
	defer s.end(e)
	return e.report()
}

// Explain returns what each rule says of an article, by ID, those that are off
// too.
func (s *Set) Explain(a *Article) []Verdict {
	e := s.begin(a)
	defer s.end(e)
	verdicts := make([]Verdict, len(s.rules))
	for i, r := range s.rules {
		verdicts[i] = e.explain(r)
	}
	return verdicts
}

// Candidates returns the rules that Evaluate has to look at closely for an
// article, by ID: those that match it, and those that it has enough words of to
// make them worth a look. The fewer there are, the less the article costs.
func (s *Set) Candidates(a *Article) []*Rule {
	e := s.begin(a)
	defer s.end(e)
	var rules []*Rule
	for _, i := range e.candidates() {
		rules = append(rules, s.rules[i])
	}
	return rules
}

// begin returns an evaluation of the article, to be ended after use.
func (s *Set) begin(a *Article) *evaluation {
	e, ok := s.evaluations.Get().(*evaluation)
	if !ok {
		e = newEvaluation(s)
	}
	e.read(a)
	return e
}

func (s *Set) end(e *evaluation) {
	e.forget()
	s.evaluations.Put(e)
}
