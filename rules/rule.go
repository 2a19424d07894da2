package rules

import "tocsin/rules/yamlfile"

// Rule is a rule of a Set, with its tunings applied.
type Rule struct {
	ID        string
	Theme     string
	Title     string // the ID where the file gives none
	Why       string // "" not given
	Status    Status
	Severity  Severity // at the threshold
	Base      int
	Threshold int
	Escalate  []Escalation // by rising severity and score
	Require   string       // the query, as written
	Exclude   []string     // queries, as written: the rule's own, then those of tunings
	Signals   []Evidence   // the rule's own, then those of tunings

	File string       // where it stands
	Pos  yamlfile.Pos // its id in File

	require     *node
	requireLast bool  // it has a regular expression, which is tried last
	exclude     *node // nil excludes nothing
	signals     []*node
	examples    *ExamplesSource
}

// Escalation is a severity that a match has from a score on.
type Escalation struct {
	Severity Severity
	Score    int
}

// Evidence is a signal of a rule.
type Evidence struct {
	When   string // the query, as written
	Points int
}

// severityAt returns the severity of a match with that score.
func (r *Rule) severityAt(score int) Severity {
	s := r.Severity
	for _, e := range r.Escalate {
		if score >= e.Score {
			s = e.Severity
		}
	}
	return s
}

// holds reports whether the rule matches what was read, and with what score.
// It is the one place that decides.
func (r *Rule) holds(in *reading) (score int, matched bool) {
	if !r.passes(in) {
		return 0, false
	}
	score = r.score(in)
	return score, score >= r.Threshold
}

// passes reports whether require holds and exclude does not.
func (r *Rule) passes(in *reading) bool {
	if r.requireLast {
		return !r.excludes(in) && in.holds(r.require)
	}
	return in.holds(r.require) && !r.excludes(in)
}

func (r *Rule) excludes(in *reading) bool { return r.exclude != nil && in.holds(r.exclude) }

// score adds the points of the signals that hold to the base.
func (r *Rule) score(in *reading) int {
	score := r.Base
	for i, s := range r.signals {
		if in.holds(s) {
			score += r.Signals[i].Points
		}
	}
	return score
}
