package rules

import (
	"cmp"
	"regexp"
	"slices"
)

// program is all rules of a Set in the form in which they are evaluated: apart
// from the words that people read, and the nodes of their queries' trees in one
// slice. So ten thousand rules take a few megabytes, those that are looked at lie
// side by side, and the garbage collector has nothing to follow.
type program struct {
	rules   []scoring // by the number of the rule in its Set
	signals []weight  // of all rules
	steps   []step    // steps[0] is no query
	terms   []uint32  // the members of lists, and of alternatives that are terms alone
	regexps []*regexp.Regexp

	lists map[*node]run // the lists in terms, by their first member; until all are known
}

// scoring is what decides whether a rule matches.
type scoring struct {
	require     query
	exclude     query // 0 excludes nothing
	signals     run   // of program.signals, those that cost the least first
	base        int
	threshold   int
	reach       int32    // the sum of the points above 0
	terms       uint32   // where in program.terms those begin that its queries name themselves
	requireLast bool     // it has a regular expression, which is tried last
	escalates   bool     // the score may raise the severity
	severity    Severity // at the threshold
}

// weight is a signal.
type weight struct {
	when   query
	signal uint32 // its index in Rule.Signals
	points int8
}

// query is where the root of a query stands in program.steps; 0 for none.
type query uint32

// step is a node of a query. What it works on is a run: of program.steps for
// its kids, of program.terms for the members of a list, and else its first is a
// number alone, of a term or of a regular expression.
type step struct {
	op     op
	fields fieldSet
	n      uint16 // of NEAR/n and the like
	run
}

// run is a piece of a slice: from (inclusive) to to (exclusive).
type run struct{ from, to uint32 }

func newProgram() *program {
	return &program{steps: make([]step, 1), lists: map[*node]run{}}
}

// addRule appends a rule.
func (p *program) addRule(r *boundRule) {
	s := scoring{
		base: r.Base, threshold: r.Threshold, severity: r.Severity, escalates: len(r.Escalate) > 0,
		terms: uint32(len(p.terms)), signals: run{from: uint32(len(p.signals))},
		require: p.add(r.require), requireLast: r.require.cost() == costRegexp,
	}
	if r.exclude != nil {
		s.exclude = p.add(r.exclude)
	}
	order := make([]int, len(r.signals))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(r.signals[a].cost(), r.signals[b].cost()) })
	for _, i := range order {
		points := r.Signals[i].Points
		p.signals = append(p.signals, weight{p.add(r.signals[i]), uint32(i), int8(points)})
		s.reach += int32(max(points, 0))
	}
	s.signals.to = uint32(len(p.signals))
	p.rules = append(p.rules, s)
}

// add appends a bound query.
func (p *program) add(n *node) query {
	at := len(p.steps)
	p.steps = append(p.steps, step{})
	p.fill(at, n)
	return query(at)
}

// fill makes the step at a place, and its kids behind all that is there.
func (p *program) fill(at int, n *node) {
	s := step{op: n.op, fields: n.fields, n: uint16(n.n)}
	switch n.op {
	case opTerm:
		s.from = n.term.id
	case opMeta:
		s.from, s.fields = n.label, allFields
	case opRegexp:
		s.from = uint32(len(p.regexps))
		p.regexps = append(p.regexps, n.re)
	case opList, opAtLeast:
		s.run = p.members(n.kids)
	case opOr:
		if fields, ok := ofTerms(n.kids); ok {
			// What is a third as long as steps is as good as a list.
			s.op, s.fields, s.run = opList, fields, p.addTerms(n.kids)
			break
		}
		s.run = p.addKids(n.kids)
	default:
		s.run = p.addKids(n.kids)
	}
	p.steps[at] = s
}

// addKids appends steps side by side, and theirs behind them.
func (p *program) addKids(kids []*node) run {
	r := run{uint32(len(p.steps)), uint32(len(p.steps) + len(kids))}
	p.steps = append(p.steps, make([]step, len(kids))...)
	for i, k := range kids {
		p.fill(int(r.from)+i, k)
	}
	return r
}

// ofTerms reports whether all kids are terms in the same fields, and in which.
func ofTerms(kids []*node) (fields fieldSet, ok bool) {
	for _, k := range kids {
		if k.op != opTerm || k.fields != kids[0].fields {
			return 0, false
		}
	}
	return kids[0].fields, true
}

// members keeps the members of a list, once for all queries that share them.
func (p *program) members(kids []*node) run {
	if len(kids) == 0 {
		return run{}
	}
	r, ok := p.lists[kids[0]]
	if !ok {
		r = p.addTerms(kids)
		p.lists[kids[0]] = r
	}
	return r
}

func (p *program) addTerms(kids []*node) run {
	r := run{from: uint32(len(p.terms))}
	for _, k := range kids {
		p.terms = append(p.terms, k.term.id)
	}
	r.to = uint32(len(p.terms))
	return r
}

// touch reads a little of all that the rules are evaluated by. It lies in memory
// that is far away: asked for side by side, it comes at once.
func (p *program) touch(rules []uint32) (sum uint32) {
	for _, i := range rules {
		s := &p.rules[i]
		sum += p.at(s.terms) + p.at(s.terms+perLine) + uint32(p.steps[s.require].op)
		if s.signals.from < s.signals.to {
			last := &p.signals[s.signals.to-1]
			sum += uint32(p.signals[s.signals.from].points) + uint32(last.points) + uint32(p.steps[last.when].op)
		}
	}
	return sum
}

// at returns a number in terms, and 0 behind its end.
func (p *program) at(i uint32) uint32 {
	if int(i) < len(p.terms) {
		return p.terms[i]
	}
	return 0
}

// perLine is how many numbers of terms a processor reads at once.
const perLine = 16

// finish gives back what only adding needs.
func (p *program) finish() { p.lists = nil }

func (p *program) kids(s *step) []step     { return p.steps[s.from:s.to] }
func (p *program) listed(s *step) []uint32 { return p.terms[s.from:s.to] }
