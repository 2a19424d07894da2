package rules

import (
	"cmp"
	"slices"
)

// index tells which rules need a look at an article from the terms that occur
// in it. For each rule there are groups of terms, of each of which one must occur
// for the rule to match; those that are likely met by the fewest articles, up to
// layers of them, are its layers. Only a rule with a term in each of its layers is
// looked at, so that one which asks for OpenAI near a rare phrase costs next to
// nothing where only OpenAI occurs.
type index struct {
	found  []layered // by term, one term behind the other
	starts []uint32  // by term: where they begin in found, and one more for the end
	open   []uint8   // by rule: the layers that need no term, one bit each
	always bitset    // the rules of which that is all
}

// layers is how many groups of a rule are looked for.
const layers = 2

// layered is a layer of a rule: the number of the rule, and below it a bit for
// each layer.
type layered uint32

func (l layered) of() (layer uint8, rule uint32) { return uint8(l & allLayers), uint32(l >> layers) }

// allLayers has the bits of all layers.
const allLayers = 1<<layers - 1

// newIndex makes the index of rules whose groups are given, by rule. A rule
// without a group is found always, and one with the group of no term never.
func newIndex(groups [][]group, terms int) index {
	x := index{starts: make([]uint32, terms+1), open: make([]uint8, len(groups)), always: newBitset(len(groups))}
	n := 0
	for _, gs := range groups {
		for _, g := range gs {
			n += len(g.terms)
			for _, t := range g.terms {
				x.starts[t+1]++
			}
		}
	}
	for t := range terms {
		x.starts[t+1] += x.starts[t]
	}
	x.found = make([]layered, n)
	next := slices.Clone(x.starts)
	for r, gs := range groups {
		for l, g := range gs {
			for _, t := range g.terms {
				x.found[next[t]] = layered(r<<layers | 1<<l)
				next[t]++
			}
		}
		for l := len(gs); l < layers; l++ {
			x.open[r] |= 1 << l
		}
		if x.open[r] == allLayers {
			x.always.set(uint32(r))
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

// ofRule returns the groups of a rule, the cheapest first.
func (x *grouper) ofRule(r *boundRule) []group {
	groups := x.all(nil, r.require)
	groups = x.add(groups, x.ofSignals(r))
	slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(a.cost, b.cost) })
	return groups[:min(len(groups), layers)]
}

// all adds all groups of a bound query of which each must occur.
func (x *grouper) all(groups []group, n *node) []group {
	switch n.op {
	case opAnd, opNear, opBefore:
		for _, k := range n.kids {
			groups = x.all(groups, k)
		}
		return groups
	case opNotNear:
		return x.all(groups, n.kids[0])
	}
	return x.add(groups, x.of(n))
}

func (x *grouper) add(groups []group, g group) []group {
	if g.open {
		return groups
	}
	return append(groups, g)
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
