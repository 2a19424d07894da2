package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Changes says why a rule that was changed judges an article differently, in a
// few words each, the weightiest first: from its verdict before and its verdict
// now, nil where there is no such rule. It names what made the difference and
// leaves out what merely differs: of a rule that rings now and did not before,
// that is what kept it from ringing before; of one that rings in both, what
// made its severity or theme another. It is empty where the rule rings in
// neither, or just as before.
func Changes(before, now *Verdict) []string {
	switch {
	case now.rings() && before.rings():
		return severityChanges(before, now)
	case now.rings():
		if before == nil {
			return []string{"rule is new"}
		}
		return obstacles(before, now, +1)
	case before.rings():
		if now == nil {
			return []string{"rule is gone"}
		}
		return obstacles(before, now, -1)
	}
	return nil
}

// rings reports whether the rule's match would be said.
func (v *Verdict) rings() bool { return v != nil && v.Matched && v.Rule.Status == Live }

// obstacles says what kept the rule from ringing before (sign is 1) or keeps it
// from ringing now (-1), and does not in the other verdict.
func obstacles(before, now *Verdict, sign int) []string {
	silent, won, lost := before, "now holds", "no longer holds"
	if sign < 0 {
		silent, won, lost = now, lost, won
	}
	var why []string
	if silent.Rule.Status != Live {
		why = append(why, fmt.Sprintf("status %s → %s", before.Rule.Status, now.Rule.Status))
	}
	if !silent.Require.Holds {
		why = append(why, fmt.Sprintf("require %s: %s", won, printable(now.Rule.Require)))
	}
	if silent.Exclude.Holds {
		why = append(why, fmt.Sprintf("exclude %s: %s", lost, printable(strings.Join(silent.Rule.Exclude, " | "))))
	}
	if silent.Score < silent.Rule.Threshold {
		why = append(why, scoreChanges(before, now, sign)...)
		if b, n := before.Rule.Threshold, now.Rule.Threshold; sign*(b-n) > 0 {
			why = append(why, fmt.Sprintf("threshold %d → %d", b, n))
		}
	}
	return why
}

// severityChanges says why a rule that rings before and now does so with
// another severity or for another theme.
func severityChanges(before, now *Verdict) []string {
	var why []string
	if b, n := before.Rule.Theme, now.Rule.Theme; b != n {
		why = append(why, fmt.Sprintf("theme %s → %s", printable(b), printable(n)))
	}
	if before.Severity == now.Severity {
		return why
	}
	sign := cmp.Compare(now.Severity, before.Severity)
	why = append(why, scoreChanges(before, now, sign)...)
	if b, n := before.Rule.Severity, now.Rule.Severity; sign*cmp.Compare(n, b) > 0 {
		why = append(why, fmt.Sprintf("severity %s → %s", b, n))
	}
	return append(why, escalationChanges(before, now)...)
}

// escalationChanges says which escalation another score leads to now.
func escalationChanges(before, now *Verdict) []string {
	var why []string
	for s := range Severity(len(severityNames)) {
		b, n := before.Rule.escalation(s), now.Rule.escalation(s)
		if b != n && (s == before.Severity || s == now.Severity) {
			why = append(why, fmt.Sprintf("escalate %s %s → %s", s, b, n))
		}
	}
	return why
}

// escalation is the score from which a match has that severity, in words.
func (r *Rule) escalation(s Severity) string {
	for _, e := range r.Escalate {
		if e.Severity == s {
			return fmt.Sprint(e.Score)
		}
	}
	return "never"
}

// pointsChange is a signal that counts otherwise than before.
type pointsChange struct {
	by   int // what the score gains
	text string
}

// scoreChanges says which signals, and whether the base, moved the score up
// (sign is 1) or down (-1), the weightiest first.
func scoreChanges(before, now *Verdict, sign int) []string {
	changes := signalChanges(before, now)
	if b, n := before.Rule.Base, now.Rule.Base; b != n {
		changes = append(changes, pointsChange{n - b, fmt.Sprintf("base %d → %d", b, n)})
	}
	changes = slices.DeleteFunc(changes, func(c pointsChange) bool { return sign*c.by <= 0 })
	slices.SortStableFunc(changes, func(x, y pointsChange) int { return cmp.Compare(sign*y.by, sign*x.by) })
	var why []string
	for _, c := range changes {
		why = append(why, c.text)
	}
	return why
}

// signalChanges compares the signals by their queries as written: first those
// that there are now, then those that are gone.
func signalChanges(before, now *Verdict) []pointsChange {
	var changes []pointsChange
	was := slices.Clone(before.Signals)
	for _, n := range now.Signals {
		i := slices.IndexFunc(was, func(b SignalMark) bool { return b.When == n.When })
		if i < 0 {
			changes = append(changes, pointsChange{n.counts(), fmt.Sprintf("new signal %+d: %s", n.Points, printable(n.When))})
			continue
		}
		b := was[i]
		was = slices.Delete(was, i, i+1)
		changes = append(changes, pointsChange{n.counts() - b.counts(), signalChange(b, n)})
	}
	for _, b := range was {
		changes = append(changes, pointsChange{-b.counts(), fmt.Sprintf("no signal %+d any more: %s", b.Points, printable(b.When))})
	}
	return changes
}

// signalChange says how one signal counts otherwise.
func signalChange(before, now SignalMark) string {
	when := printable(now.When)
	switch {
	case now.Holds && before.Holds:
		return fmt.Sprintf("signal %+d → %+d: %s", before.Points, now.Points, when)
	case now.Holds:
		return fmt.Sprintf("signal %+d now holds: %s", now.Points, when)
	}
	return fmt.Sprintf("signal %+d no longer holds: %s", before.Points, when)
}

// counts is what the signal adds to the score.
func (s SignalMark) counts() int {
	if !s.Holds {
		return 0
	}
	return s.Points
}
