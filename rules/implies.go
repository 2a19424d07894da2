package rules

import "strings"

// prover finds out what follows from how queries are built. It may miss what is
// so, and never finds what is not: it does not know all of logic, and it gives
// up on a question that takes too many steps.
type prover struct{ steps int }

// maxSteps is far above what queries that people write take, and a few
// milliseconds.
const maxSteps = 20_000

// implies reports whether q holds for every article that p holds for.
func (pr *prover) implies(p, q *node) bool {
	if pr.steps++; pr.steps > maxSteps {
		return false
	}
	toQ := func(k *node) bool { return pr.implies(k, q) }
	fromP := func(k *node) bool { return pr.implies(p, k) }
	switch {
	case p.op == opTerm && q.op == opTerm:
		return p.fields&^q.fields == 0 && p.term.within(q.term)
	case same(p, q):
		return true
	case p.op == opOr || p.op == opList:
		return all(p.kids, toQ)
	case q.op == opAnd:
		return all(q.kids, fromP)
	case q.op == opNot && p.op == opNot:
		return pr.implies(q.kids[0], p.kids[0])
	case (q.op == opOr || q.op == opList) && some(q.kids, fromP), narrower(p, q):
		return true
	}
	switch p.op {
	case opAnd, opNear, opBefore:
		return some(p.kids, toQ)
	case opNotNear:
		return toQ(p.kids[0])
	case opAtLeast:
		return all(p.kids, toQ)
	}
	return false
}

// same reports whether two bound queries are the same word for word.
func same(p, q *node) bool {
	if p.op != q.op || p.fields != q.fields || p.n != q.n || len(p.kids) != len(q.kids) || p.op == opTerm && p.term.id != q.term.id {
		return false
	}
	if p.op == opMeta && (p.key != q.key || p.value != q.value) || p.op == opRegexp && p.re.String() != q.re.String() {
		return false
	}
	for i := range p.kids {
		if !same(p.kids[i], q.kids[i]) {
			return false
		}
	}
	return true
}

// narrower compares two queries that differ in their distance or order only.
func narrower(p, q *node) bool {
	if len(p.kids) != 2 || len(q.kids) != 2 {
		return false
	}
	straight := same(p.kids[0], q.kids[0]) && same(p.kids[1], q.kids[1])
	turned := same(p.kids[0], q.kids[1]) && same(p.kids[1], q.kids[0])
	switch {
	case p.op == opNotNear && q.op == opNotNear:
		return p.n >= q.n && straight
	case p.op == opBefore && q.op == opBefore:
		return p.n <= q.n && straight
	case (p.op == opNear || p.op == opBefore) && q.op == opNear:
		return p.n <= q.n && (straight || turned)
	}
	return false
}

// never reports whether the query holds for no article at all.
func (pr *prover) never(n *node) bool {
	switch n.op {
	case opOr, opList:
		return len(n.kids) > 0 && all(n.kids, pr.never)
	case opNear, opBefore:
		return n.kids[0].groupFields()&n.kids[1].groupFields() == 0
	case opNotNear:
		return pr.implies(n.kids[0], n.kids[1]) // each a overlaps a b, so has one near
	case opAnd:
		return some(n.kids, pr.never) || pr.contradicts(n)
	}
	return false
}

// contradicts reports whether one side of an AND is the negation of what the
// whole implies.
func (pr *prover) contradicts(and *node) bool {
	whole := &node{op: opAnd, kids: conjuncts(and, nil)}
	return some(whole.kids, func(k *node) bool { return k.op == opNot && pr.implies(whole, k.kids[0]) })
}

// conjuncts appends what an AND joins, ANDs inside it taken apart.
func conjuncts(n *node, out []*node) []*node {
	if n.op != opAnd {
		return append(out, n)
	}
	for _, k := range n.kids {
		out = conjuncts(k, out)
	}
	return out
}

// groupFields returns the fields in which the terms of a group are looked for.
func (n *node) groupFields() (fields fieldSet) {
	n.each(func(k *node) {
		if k.op == opTerm {
			fields |= k.fields
		}
	})
	return fields
}

// within reports whether other stands wherever t does: other's words are a run
// of t's, each no narrower.
func (t *term) within(other *term) bool {
	if t.plain != other.plain {
		return false
	}
	for i := 0; i+len(other.words) <= len(t.words); i++ {
		match := true
		for j, q := range other.words {
			match = match && t.words[i+j].within(q)
		}
		if match {
			return true
		}
	}
	return false
}

// within reports whether q meets every word that p meets.
func (p pattern) within(q pattern) bool {
	if q.capitals && !p.capitals {
		return false
	}
	if q.stem {
		return strings.HasPrefix(p.folded, q.folded)
	}
	return !p.stem && p.folded == q.folded
}

func all(kids []*node, f func(*node) bool) bool {
	return !some(kids, func(k *node) bool { return !f(k) })
}

func some(kids []*node, f func(*node) bool) bool {
	for _, k := range kids {
		if f(k) {
			return true
		}
	}
	return false
}
