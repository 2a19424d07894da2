// Package feedback reads what people voted: how precise each rule is, and how a rule
// could be narrowed so that it rings less often for nothing.
//
// It is pure: votes, articles and rules go in, figures and a tuning file come out. It
// proposes only; what is not proven on the votes themselves is not proposed.
package feedback

import (
	"cmp"
	"math"
	"slices"
	"time"

	"tocsin/rules"
	"tocsin/store"
)

// Opinion is what people think of an alert, as it counts for a rule.
type Opinion struct {
	Rule, Alert, Article    string
	UsefulVotes, OtherVotes int
}

// Useful reports whether more people said so than not; decided is false where as many
// said the one as the other.
func (o Opinion) Useful() (useful, decided bool) {
	return o.UsefulVotes > o.OtherVotes, o.UsefulVotes != o.OtherVotes
}

// Opinions puts votes together by rule and alert, in the order of the first of each:
// what several people say of one alert is one observation of the rule.
func Opinions(votes []store.Vote) []Opinion {
	type key struct{ rule, alert string }
	at := make(map[key]int)
	var list []Opinion
	for _, v := range votes {
		k := key{v.Rule, v.Alert}
		i, known := at[k]
		if !known {
			i, at[k] = len(list), len(list)
			list = append(list, Opinion{Rule: v.Rule, Alert: v.Alert, Article: v.Article})
		}
		if v.Useful {
			list[i].UsefulVotes++
		} else {
			list[i].OtherVotes++
		}
	}
	return list
}

// Row is a rule in a report.
type Row struct {
	Rule  string
	Known bool         // there is such a rule now
	State rules.Status // of a known one

	Hits int       // articles that it matched
	Last time.Time // when the last of these was seen; zero: none

	// Alerts that people decided on, and those on which as many say the one as the
	// other.
	Useful, NotRelevant, Undecided int
}

// Decided is how many alerts of the rule people decided on.
func (r *Row) Decided() int { return r.Useful + r.NotRelevant }

// Precision is the share of useful alerts among those decided on, and the range in
// which it lies with a confidence of 95 %. Without any it may be anything: 0 to 1.
func (r *Row) Precision() (p, low, high float64) {
	low, high = Wilson(r.Useful, r.Decided())
	if r.Decided() == 0 {
		return 0, low, high
	}
	return float64(r.Useful) / float64(r.Decided()), low, high
}

// Report tells of every rule there is, and of those that are gone and have hits or
// votes. Those come first that need a look the most: with votes, by how good they can
// be at best; then those without votes, by their hits.
func Report(set []*rules.Rule, hits []store.RuleHits, votes []store.Vote) []Row {
	rows := make(map[string]*Row)
	row := func(rule string) *Row {
		if rows[rule] == nil {
			rows[rule] = &Row{Rule: rule}
		}
		return rows[rule]
	}
	for _, r := range set {
		x := row(r.ID)
		x.Known, x.State = true, r.Status
	}
	for _, h := range hits {
		x := row(h.Rule)
		x.Hits, x.Last = h.Hits, h.Last
	}
	for _, o := range Opinions(votes) {
		x := row(o.Rule)
		switch useful, decided := o.Useful(); {
		case !decided:
			x.Undecided++
		case useful:
			x.Useful++
		default:
			x.NotRelevant++
		}
	}
	list := make([]Row, 0, len(rows))
	for _, r := range rows {
		list = append(list, *r)
	}
	slices.SortFunc(list, func(a, b Row) int {
		_, _, highA := a.Precision()
		_, _, highB := b.Precision()
		return cmp.Or(-compareBool(a.Decided() > 0, b.Decided() > 0), cmp.Compare(highA, highB), cmp.Compare(b.Hits, a.Hits), cmp.Compare(a.Rule, b.Rule))
	})
	return list
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// Wilson returns the range in which the true share lies with a confidence of 95 %,
// where some of n were so: Wilson's score interval, which is right for few and for
// shares near 0 and 1, too. It is 0 to 1 for none.
func Wilson(some, n int) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	const z = 1.959963984540054 // of the normal distribution, 97.5 %
	p, m := float64(some)/float64(n), float64(n)
	middle := p + z*z/(2*m)
	half := z * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	whole := 1 + z*z/m
	return max(0, (middle-half)/whole), min(1, (middle+half)/whole)
}
