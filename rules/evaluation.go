package rules

import (
	"cmp"
	"math/bits"
	"slices"
)

// evaluation is the reading of an article with what the rules of a Set say of
// it, and the room that this takes.
type evaluation struct {
	reading
	set    *Set
	layers [layers]bitset // of rules: those that have a term of that layer
	runs   []run          // of index.found: what the terms stand for
	rules  []uint32
	found  []finding
	marks  []mark
	spans  []Span
}

// finding is a rule that holds.
type finding struct {
	rule    uint32
	score   int
	require run // of spans
	signals run // of marks
}

// mark is a signal that holds.
type mark struct {
	signal int32 // its index in Rule.Signals
	spans  run
}

func newEvaluation(s *Set) *evaluation {
	e := &evaluation{reading: *newReading(s.lexicon, s.program), set: s}
	for l := range e.layers {
		e.layers[l] = newBitset(len(s.rules))
	}
	return e
}

// candidates returns the rules that may hold, by ID. The result is good until
// the next call.
func (e *evaluation) candidates() []uint32 {
	x := &e.set.index
	for l := range e.layers {
		copy(e.layers[l], x.open[l])
	}
	e.runs = e.runs[:0]
	for _, t := range e.reading.found {
		// These come from memory that is far away: asked for side by side, they
		// come at once.
		e.runs = append(e.runs, run{x.starts[t], x.starts[t+1]})
	}
	for _, r := range e.runs {
		for _, f := range x.found[r.from:r.to] {
			layer, rule := f.of()
			e.layers[layer].set(rule)
		}
	}
	e.rules = e.rules[:0]
	for i := range e.layers[0] {
		all := ^uint64(0)
		for l := range e.layers {
			all &= e.layers[l][i]
		}
		for ; all != 0; all &= all - 1 {
			e.rules = append(e.rules, uint32(64*i+bits.TrailingZeros64(all)))
		}
	}
	return e.rules
}

// report returns the rules that hold, by ID; nil when there are none.
func (e *evaluation) report() []Match {
	e.found, e.marks, e.spans = e.found[:0], e.marks[:0], e.spans[:0]
	for _, i := range e.candidates() {
		s := &e.program.rules[i]
		if score, ok := e.reading.matches(s); ok {
			// At once, while what the rule asks for is at hand.
			e.locate(i, score, s)
		}
	}
	if len(e.found) == 0 {
		return nil
	}
	return e.copies()
}

// locate notes a rule that matches, and where it and its signals hold.
func (e *evaluation) locate(rule uint32, score int, s *scoring) {
	f := finding{rule: rule, score: score, require: e.where(s.require)}
	f.signals.from = uint32(len(e.marks))
	for _, w := range e.held {
		e.marks = append(e.marks, mark{w.signal, e.where(w.when)})
	}
	f.signals.to = uint32(len(e.marks))
	slices.SortFunc(e.marks[f.signals.from:], func(a, b mark) int { return cmp.Compare(a.signal, b.signal) })
	e.found = append(e.found, f)
}

// where returns the spans of a query.
func (e *evaluation) where(q query) (r run) {
	r.from = uint32(len(e.spans))
	e.spans = e.appendSpans(e.spans, q)
	r.to = uint32(len(e.spans))
	return r
}

// copies returns what was found in memory of its own: one piece for all signals,
// and one for all spans.
func (e *evaluation) copies() []Match {
	matches := make([]Match, len(e.found))
	signals := make([]Signal, len(e.marks))
	spans := slices.Clone(e.spans)
	piece := func(r run) []Span {
		if r.from == r.to {
			return nil
		}
		return spans[r.from:r.to:r.to]
	}
	for i, f := range e.found {
		r := e.set.rules[f.rule]
		for j, m := range e.marks[f.signals.from:f.signals.to] {
			s := r.Signals[m.signal]
			signals[int(f.signals.from)+j] = Signal{s.When, s.Points, piece(m.spans)}
		}
		matches[i] = Match{Rule: r, Score: f.score, Severity: r.severityAt(f.score), Require: piece(f.require)}
		if f.signals.from < f.signals.to {
			matches[i].Signals = signals[f.signals.from:f.signals.to:f.signals.to]
		}
	}
	return matches
}
