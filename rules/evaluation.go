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
	layers []uint8 // by rule: those that have a term, or need none
	whole  bitset  // the rules that have all layers
	runs   []run   // of index.found: what the terms stand for
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
	signal uint32 // its index in Set.evidence
	spans  run
}

func newEvaluation(s *Set) *evaluation {
	return &evaluation{
		reading: *newReading(s.lexicon, s.program), set: s,
		layers: make([]uint8, len(s.rules)), whole: newBitset(len(s.rules)),
	}
}

// candidates returns the rules that may hold, by ID. The result is good until
// the next call.
func (e *evaluation) candidates() []uint32 {
	x := &e.set.index
	copy(e.layers, x.open)
	copy(e.whole, x.always)
	e.runs = e.runs[:0]
	for _, t := range e.reading.found {
		// These come from memory that is far away: asked for side by side, they
		// come at once.
		e.runs = append(e.runs, run{x.starts[t], x.starts[t+1]})
	}
	has := e.layers
	for _, r := range e.runs {
		for _, f := range x.found[r.from:r.to] {
			layer, rule := f.of()
			has[rule] |= layer
			if has[rule] == allLayers {
				e.whole.set(rule)
			}
		}
	}
	e.rules = e.rules[:0]
	for i, w := range e.whole {
		for ; w != 0; w &= w - 1 {
			e.rules = append(e.rules, uint32(64*i+bits.TrailingZeros64(w)))
		}
	}
	return e.rules
}

// report returns the rules that hold, by ID; nil when there are none.
func (e *evaluation) report() []Match {
	e.found, e.marks, e.spans = e.found[:0], e.marks[:0], e.spans[:0]
	candidates := e.candidates()
	e.touched += e.program.touch(candidates)
	for _, i := range candidates {
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
		e.marks = append(e.marks, mark{s.signals.from + w.signal, e.where(w.when)})
	}
	f.signals.to = uint32(len(e.marks))
	if added := e.marks[f.signals.from:]; len(added) > 1 {
		slices.SortFunc(added, func(a, b mark) int { return cmp.Compare(a.signal, b.signal) })
	}
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
		for j := f.signals.from; j < f.signals.to; j++ {
			m := e.marks[j]
			signals[j] = Signal{&e.set.evidence[m.signal], piece(m.spans)}
		}
		r, s := e.set.rules[f.rule], &e.program.rules[f.rule]
		m := &matches[i]
		m.Rule, m.Score, m.Severity, m.Require = r, f.score, s.severity, piece(f.require)
		if s.escalates {
			m.Severity = r.severityAt(f.score)
		}
		if f.signals.from < f.signals.to {
			m.Signals = signals[f.signals.from:f.signals.to:f.signals.to]
		}
	}
	return matches
}
