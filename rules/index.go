package rules

import (
	"cmp"
	"slices"
)

// index tells which rules need a look at an article from the terms that occur
// in it. For each rule there is a group of terms of which one must occur for the
// rule to match, and the rule is found by these alone: of all such groups the one
// that is likely met by the fewest articles. So a rule that asks for OpenAI and a
// rare phrase costs nothing where only OpenAI occurs.
type index struct {
	rules  []uint32 // the rules found by each term, one term behind the other
	starts []uint32 // by term: where they begin in rules, and one more for the end
	always []uint32 // rules that no term is needed for
}

// found returns the rules that are found by a term.
func (x *index) found(term uint32) []uint32 { return x.rules[x.starts[term]:x.starts[term+1]] }

// newIndex makes the index of rules whose groups are given, by rule; a rule with
// the group nil is never found, and one with the group everywhere always.
func newIndex(groups []group, terms int) index {
	x := index{starts: make([]uint32, terms+1)}
	n := 0
	for _, g := range groups {
		n += len(g.terms)
		for _, t := range g.terms {
			x.starts[t+1]++
		}
	}
	for t := range terms {
		x.starts[t+1] += x.starts[t]
	}
	x.rules = make([]uint32, n)
	next := slices.Clone(x.starts)
	for r, g := range groups {
		if g.open {
			x.always = append(x.always, uint32(r))
		}
		for _, t := range g.terms {
			x.rules[next[t]] = uint32(r)
			next[t]++
		}
	}
	return x
}

// group is terms of which one must occur for a query to hold. The zero group is
// that of a query that never holds.
type group struct {
	terms []uint32
	open  bool    // there is no such group: the query may hold where no term occurs
	cost  float64 // a guess of the share of articles that have one of terms
}

var everywhere = group{open: true, cost: 1}

// cheaper returns the group that fewer articles have.
func cheaper(a, b group) group {
	if b.open || !a.open && a.cost <= b.cost {
		return a
	}
	return b
}

// or widens g, which nobody else has, to a group of a query that holds where one
// of two does.
func (g *group) or(other group) {
	if g.open || other.open {
		*g = everywhere
		return
	}
	g.terms, g.cost = append(g.terms, other.terms...), g.cost+other.cost
}

// grouper finds the groups of queries.
type grouper struct {
	frequency []float64       // of terms, by number: a guess of the share of articles that have them
	lists     map[*node]group // of lists, by their first member
}

// of returns the cheapest group of a bound query that is easy to find.
func (x *grouper) of(n *node) group {
	switch n.op {
	case opTerm:
		return x.single(n.term.id)
	case opMeta:
		return x.single(n.label)
	case opList:
		return x.ofList(n)
	case opOr:
		var g group
		for _, k := range n.kids {
			g.or(x.of(k))
		}
		return g
	case opAnd, opNear, opBefore:
		g := everywhere
		for _, k := range n.kids {
			g = cheaper(g, x.of(k))
		}
		return g
	case opNotNear:
		return x.of(n.kids[0])
	case opAtLeast:
		return x.most(n)
	}
	return everywhere // NOT, and regular expressions
}

// ofList returns the group of a list, found once for all queries that share it.
func (x *grouper) ofList(n *node) group {
	if len(n.kids) == 0 {
		return group{}
	}
	g, known := x.lists[n.kids[0]]
	if !known {
		for _, k := range n.kids {
			g.or(x.of(k))
		}
		x.lists[n.kids[0]] = g
	}
	return g
}

func (x *grouper) single(term uint32) group {
	return group{terms: []uint32{term}, cost: x.frequency[term]}
}

// most returns the group of an ATLEAST/n: where n members occur, one occurs of
// any that leave n-1 out, and the commonest are left out.
func (x *grouper) most(n *node) group {
	kids := slices.Clone(n.kids)
	slices.SortStableFunc(kids, func(a, b *node) int { return cmp.Compare(x.of(b).cost, x.of(a).cost) })
	var g group
	for _, k := range kids[min(n.n-1, len(kids)):] {
		g.or(x.of(k))
	}
	return g
}

// ofRule returns the group of a rule: that of its require, or that of its
// signals if that is cheaper.
func (x *grouper) ofRule(r *boundRule) group {
	return cheaper(x.of(r.require), x.ofSignals(r))
}

// ofSignals returns a group of the signals that one must hold of to reach the
// threshold: the commonest are left out for as long as they do not reach it
// alone.
func (x *grouper) ofSignals(r *boundRule) group {
	type candidate struct {
		group
		points int
	}
	var signals []candidate
	for i, s := range r.signals {
		if points := r.Signals[i].Points; points > 0 {
			signals = append(signals, candidate{x.of(s), points})
		}
	}
	slices.SortStableFunc(signals, func(a, b candidate) int { return cmp.Compare(b.cost, a.cost) })
	missing := r.Threshold - r.Base
	if missing <= 0 {
		return everywhere
	}
	var g group
	for _, s := range signals {
		if s.points < missing {
			missing -= s.points
			continue
		}
		g.or(s.group)
	}
	return g
}
