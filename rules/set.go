package rules

import (
	"slices"
	"sync"
)

// Set is rules that were compiled together. It does not change, and any number
// of goroutines may use it at once.
type Set struct {
	rules    []*Rule // by ID
	lexicon  *lexicon
	readings sync.Pool // of *reading
}

// Rules returns the rules of the set by ID, those that are off too.
func (s *Set) Rules() []*Rule { return slices.Clone(s.rules) }

// Evaluate returns the rules that hold for an article, by ID. Rules that are off
// are left out; those in shadow are not.
func (s *Set) Evaluate(a *Article) []Match {
	in := s.read(a)
	defer s.release(in)
	var matches []Match
	for _, r := range s.rules {
		if r.Status == Off {
			continue
		}
		if _, ok := r.holds(in); ok {
			v := r.explain(in)
			matches = append(matches, v.match())
		}
	}
	return matches
}

// Explain returns what each rule says of an article, by ID, those that are off
// too.
func (s *Set) Explain(a *Article) []Verdict {
	in := s.read(a)
	defer s.release(in)
	verdicts := make([]Verdict, len(s.rules))
	for i, r := range s.rules {
		verdicts[i] = r.explain(in)
	}
	return verdicts
}

// read returns a reading of the article, to be released after use.
func (s *Set) read(a *Article) *reading {
	in, ok := s.readings.Get().(*reading)
	if !ok {
		in = newReading(s.lexicon)
	}
	in.read(a)
	return in
}

func (s *Set) release(in *reading) {
	in.forget()
	s.readings.Put(in)
}
