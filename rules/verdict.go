package rules

// Verdict is what a rule says of an article, with the arithmetic.
type Verdict struct {
	Rule     *Rule
	Matched  bool         // Require holds, Exclude does not, and Score is Rule.Threshold or more; whatever Rule.Status
	Require  Finding      //
	Exclude  Finding      // of all of Rule.Exclude together
	Signals  []SignalMark // one for each of Rule.Signals, in order
	Score    int          // Rule.Base and the points of the signals that hold
	Severity Severity     // of a match with this score
}

// Finding says whether a query holds, and where.
type Finding struct {
	Holds bool
	Spans []Span // as of Signal.Spans; nil when it does not hold
}

// SignalMark is a signal with what it found.
type SignalMark struct {
	Evidence
	Finding
}

// explain returns a rule's verdict on what was read.
func (r *reading) explain(rule *Rule) Verdict {
	s := &r.program.rules[rule.number]
	v := Verdict{Rule: rule, Score: rule.Base, Require: r.find(s.require), Signals: make([]SignalMark, len(rule.Signals))}
	if s.exclude != 0 {
		v.Exclude = r.find(s.exclude)
	}
	for _, w := range r.program.signals[s.signals.from:s.signals.to] {
		mark := SignalMark{rule.Signals[w.signal], r.find(w.when)}
		if mark.Holds {
			v.Score += mark.Points
		}
		v.Signals[w.signal] = mark
	}
	_, v.Matched = r.matches(s)
	v.Severity = rule.severityAt(v.Score)
	return v
}

// find answers a query with its spans.
func (r *reading) find(q query) Finding {
	if !r.holds(q) {
		return Finding{}
	}
	return Finding{Holds: true, Spans: r.appendSpans(nil, q)}
}
