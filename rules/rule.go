package rules

import (
	"cmp"
	"crypto/sha256"

	"tocsin/rules/yamlfile"
)

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

	number   int               // in its Set
	digest   [sha256.Size]byte // of its queries; see boundRule.digest
	examples []example
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

// compareRules orders rules by ID.
func compareRules(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) }
