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

// explain returns the rule's verdict on what was read.
func (r *Rule) explain(in *reading) Verdict {
	v := Verdict{Rule: r, Require: in.find(r.require), Signals: make([]SignalMark, len(r.signals))}
	if r.exclude != nil {
		v.Exclude = in.find(r.exclude)
	}
	for i, s := range r.signals {
		v.Signals[i] = SignalMark{r.Signals[i], in.find(s)}
	}
	v.Score = r.score(in)
	_, v.Matched = r.holds(in)
	v.Severity = r.severityAt(v.Score)
	return v
}

// find answers a query with its spans.
func (r *reading) find(n *node) Finding {
	if !r.holds(n) {
		return Finding{}
	}
	return Finding{Holds: true, Spans: r.spans(n)}
}

// match returns the verdict of a rule that holds as a Match.
func (v *Verdict) match() Match {
	m := Match{Rule: v.Rule, Score: v.Score, Severity: v.Severity, Require: v.Require.Spans}
	for _, s := range v.Signals {
		if s.Holds {
			m.Signals = append(m.Signals, Signal{s.When, s.Points, s.Spans})
		}
	}
	return m
}
