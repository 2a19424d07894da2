package rules

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/rules/yamlfile"
)

// warningCodes are the codes of all warnings, which a comment can silence.
var warningCodes = []string{
	"bare-list", "common-word", "dead-signal", "duplicate-member", "empty-regexp", "expired-tuning", "failing-example", "list-query",
	"no-example", "no-threshold", "not-exercised", "short-stem", "subsumed", "too-common", "unknown-allow",
	"unreachable-escalate", "unused-list", "wide-near",
}

// checkMeaning looks at what rules, queries and lists mean, once all of them
// are there.
func (c *compiler) checkMeaning(s *Set) {
	broken := map[string]bool{} // rules of which nothing can be said
	for _, p := range c.problems {
		if p.Level == yamlfile.Error {
			broken[p.Rule] = true
		}
	}
	for _, u := range c.unknown {
		broken[u.rule] = true
	}
	for _, q := range c.bound {
		c.checkBound(q)
		c.checkBare(q)
	}
	for _, f := range c.files {
		c.checkListsOf(f)
		for i := range f.Rules {
			src := &f.Rules[i]
			r := c.byID[src.ID.Value]
			if r.source != src || broken[r.ID] {
				continue
			}
			k := &ruleCheck{c, f, src, r, r.Base, map[int]bool{}}
			k.run(s)
		}
	}
}

// checkBound looks at one query.
func (c *compiler) checkBound(q boundQuery) {
	warn := func(at int, code, msg, hint string) {
		c.report(q.file, q.rule, yamlfile.Warningf(q.text.PosAt(at), code, "%s", msg).WithHint(hint))
	}
	q.node.each(func(n *node) {
		switch n.op {
		case opNear, opBefore, opNotNear:
			if n.n > 10 {
				warn(n.at, "wide-near", fmt.Sprintf("%d words apart is hardly near", n.n), "10 is about a sentence; beyond, AND says the same")
			}
		case opRegexp:
			if n.re.MatchString("") {
				warn(n.at, "empty-regexp", "this regular expression meets the empty text, so it always holds", "")
			}
		case opOr:
			alts := alternatives(n)
			if c.effort += len(alts); c.effort > maxEffort {
				return
			}
			for _, s := range subsumed(alts) {
				warn(s.narrow.at, "subsumed", s.msg(), "delete it")
			}
		}
	})
	for _, n := range ownTerms(q.node) {
		if msg := wideStem(n.term); msg != "" {
			warn(n.at, "short-stem", msg, "write out the words that are meant")
		}
	}
}

// ownTerms returns the terms that the query itself names, not its lists.
func ownTerms(n *node) []*node {
	if n.op == opTerm {
		return []*node{n}
	}
	if n.op == opList || n.op == opAtLeast {
		return nil
	}
	var terms []*node
	for _, k := range n.kids {
		terms = append(terms, ownTerms(k)...)
	}
	return terms
}

// alternative is a term among others of which one suffices.
type alternative struct {
	term   *term
	fields fieldSet
	at     int
	listed bool // it is a list's member, not the query's own
}

// alternatives returns the terms of an OR, with those of its lists.
func alternatives(or *node) []alternative {
	var alts []alternative
	for _, k := range or.kids {
		switch k.op {
		case opTerm:
			alts = append(alts, alternative{k.term, k.fields, k.at, false})
		case opList:
			for _, m := range k.kids {
				alts = append(alts, alternative{m.term, m.fields, m.at, true})
			}
		}
	}
	return alts
}

// subsumption is an alternative that adds nothing to a wider one.
type subsumption struct{ narrow, wide alternative }

func (s subsumption) msg() string {
	return fmt.Sprintf("%s is taken in by %s, an alternative to it", s.narrow.term, s.wide.term)
}

// String returns the term as people would write it.
func (t *term) String() string {
	words := make([]string, len(t.words))
	for i, p := range t.words {
		words[i] = p.folded
		if p.capitals {
			words[i] = strings.ToUpper(p.folded)
		}
		if p.stem {
			words[i] += "*"
		}
	}
	if len(words) == 1 {
		return words[0]
	}
	return `"` + strings.Join(words, " ") + `"`
}

// subsumed finds the alternatives, lists' members aside, that stand only where
// another stands anyway. Of two that are the same it is the later one.
func subsumed(alts []alternative) []subsumption {
	index := newFirstWords(alts)
	var found []subsumption
	for i, a := range alts {
		if a.listed {
			continue
		}
		if j := index.widerThan(i); j >= 0 {
			found = append(found, subsumption{a, alts[j]})
		}
	}
	return found
}

// firstWords finds alternatives by their first word.
type firstWords struct {
	alts  []alternative
	words map[string][]int // indexes of alts
	stems map[string][]int // likewise, by the first minStem bytes, which every stem has
}

func newFirstWords(alts []alternative) *firstWords {
	x := &firstWords{alts, map[string][]int{}, map[string][]int{}}
	for i, a := range alts {
		if first := a.term.words[0]; first.stem {
			head := first.folded[:minStem]
			x.stems[head] = append(x.stems[head], i)
		} else {
			x.words[first.folded] = append(x.words[first.folded], i)
		}
	}
	return x
}

// widerThan returns which alternative takes in alts[i], -1 for none.
func (x *firstWords) widerThan(i int) int {
	for _, p := range x.alts[i].term.words {
		if j := x.wider(i, x.words[p.folded]); j >= 0 {
			return j
		}
		if len(p.folded) < minStem {
			continue
		}
		if j := x.wider(i, x.stems[p.folded[:minStem]]); j >= 0 {
			return j
		}
	}
	return -1
}

// wider returns which of some alternatives takes in alts[i], -1 for none.
func (x *firstWords) wider(i int, among []int) int {
	a := x.alts[i]
	for _, j := range among {
		b := x.alts[j]
		if j == i || a.fields&^b.fields != 0 || !a.term.within(b.term) {
			continue
		}
		if b.fields == a.fields && b.term.within(a.term) && !b.listed && j > i {
			continue // the same, and the later one is told
		}
		return j
	}
	return -1
}

// checkListsOf looks at the lists of a file.
func (c *compiler) checkListsOf(f *File) {
	for i := range f.Lists {
		l := &f.Lists[i]
		if !c.uses(l) && !f.Share && !c.partly[f] && !c.bare[l] && !c.wanted(f, l.Key.Value) {
			c.report(f, "", yamlfile.Warningf(l.Key.Pos, "unused-list", "no query uses $%s", l.Key.Value).WithHint("delete it, or write share: true for other files"))
		}
		c.checkMembers(f, l)
	}
}

// uses reports whether a query names the list.
func (c *compiler) uses(l *yamlfile.Entry[[]yamlfile.String]) bool {
	for fields := range allFields + 1 {
		if _, ok := c.used[listUse{l, fields}]; ok {
			return true
		}
	}
	return false
}

func (c *compiler) checkMembers(f *File, l *yamlfile.Entry[[]yamlfile.String]) {
	var alts []alternative
	first := map[string]int{} // line of the member
	for i, m := range l.Value {
		t := f.terms[m.Pos]
		warn := func(code, hint, format string, args ...any) {
			c.report(f, "", yamlfile.Warningf(m.Pos, code, format, args...).WithHint(hint))
		}
		if line, twice := first[t.key()]; twice {
			warn("duplicate-member", fmt.Sprintf("first in line %d", line), "%s is in $%s twice", t, l.Key.Value)
			continue
		}
		first[t.key()] = m.Pos.Line
		if msg := wideStem(t); msg != "" {
			warn("short-stem", "write out the words that are meant", "%s", msg)
			continue // it takes in other members as well
		}
		if looksLikeQuery(m.Value) {
			warn("list-query", "make it several members, or a query", "a list's member is a phrase, and its operators are words in it")
			continue
		}
		alts = append(alts, alternative{t, allFields, i, false})
		if isCommonName(m.Value, t) {
			warn("common-word", "add a word that tells the name from it, such as the first name or Inc", "%s is also a common English word", m.Value)
		}
	}
	for _, s := range subsumed(alts) {
		c.report(f, "", yamlfile.Warningf(l.Value[s.narrow.at].Pos, "subsumed", "%s", s.msg()).WithHint("delete it"))
	}
}

func looksLikeQuery(s string) bool {
	return slices.ContainsFunc(strings.Fields(s), func(w string) bool {
		return w == "AND" || w == "OR" || w == "NOT" || operator.MatchString(w)
	})
}

// maxEffort bounds what the checks look at that compare queries with each other;
// a set that takes more, some seconds, is checked in part.
const maxEffort = 20_000_000

// implies reports whether q is known to hold for every article that p holds for.
func (c *compiler) implies(p, q *node) bool {
	return c.prove(func(pr *prover) bool { return pr.implies(p, q) })
}

// never reports whether a query is known to hold for no article.
func (c *compiler) never(n *node) bool {
	return c.prove(func(pr *prover) bool { return pr.never(n) })
}

func (c *compiler) prove(what func(*prover) bool) bool {
	var pr prover
	known := c.effort <= maxEffort && what(&pr)
	c.effort += pr.steps
	return known
}

// ruleCheck looks at one rule as a whole.
type ruleCheck struct {
	*compiler
	file *File
	src  *RuleSource
	rule *boundRule
	best int          // the highest score that can be
	dead map[int]bool // the signals that can never add anything
}

func (k *ruleCheck) fail(at yamlfile.Pos, code, msg, hint string) {
	k.report(k.file, k.rule.ID, yamlfile.Errorf(at, code, "%s", msg).WithHint(hint))
}

func (k *ruleCheck) warn(at yamlfile.Pos, code, msg, hint string) {
	k.report(k.file, k.rule.ID, yamlfile.Warningf(at, code, "%s", msg).WithHint(hint))
}

func (k *ruleCheck) run(s *Set) {
	if k.checkRequire(); k.never(k.rule.require) {
		return // whatever else is so follows from it
	}
	k.checkSignals()
	k.checkThreshold()
	k.checkGroup()
	k.checkExamples(s)
}

// checkGroup finds a rule that has to be looked at closely for nearly every
// article, which slows down the judging of all.
func (k *ruleCheck) checkGroup() {
	const hint = "ask for a rarer word beside it, joined by AND"
	at := k.src.Require.Pos
	if k.rule.group.open {
		k.warn(at, "too-common", "no word is needed for this to hold, so every article needs a close look", hint)
		return
	}
	for _, t := range k.rule.group.terms {
		if ps := k.lexicon.patternsOf(t); len(ps) == 1 && isEveryday(k.lexicon.patterns[ps[0]].folded) {
			k.warn(at, "too-common", fmt.Sprintf("nearly every article has %q, and so needs a close look", k.lexicon.patterns[ps[0]].folded), hint)
			return
		}
	}
}

func (k *ruleCheck) checkRequire() {
	switch r := k.rule; {
	case k.never(r.require):
		k.fail(k.src.Require.Pos, "never-holds", "require can never hold", "")
	case r.exclude != nil && k.implies(r.require, r.exclude):
		k.fail(k.src.Require.Pos, "never-holds", "whenever require holds, exclude does too, so the rule never says anything", "")
	}
}

// checkSignals finds the signals that can never add anything, and the best
// score of the others.
func (k *ruleCheck) checkSignals() {
	r := k.rule
	for i, n := range r.signals {
		why := ""
		switch {
		case k.never(n):
			why = "this can never hold"
		case k.never(&node{op: opAnd, kids: []*node{r.require, n}}):
			why = "this can never hold together with require"
		case r.exclude != nil && k.implies(n, r.exclude):
			why = "whenever this holds, exclude does too, so it never adds anything"
		default:
			k.best += max(r.Signals[i].Points, 0)
			continue
		}
		k.dead[i] = true
		if i < len(k.src.Signals) {
			k.warn(k.src.Signals[i].When.Pos, "dead-signal", why, "")
		}
	}
}

func (k *ruleCheck) checkThreshold() {
	r, src := k.rule, k.src
	if !src.Threshold.Given() && len(src.Signals) > 0 {
		k.explained[r.ID] = true
		k.warn(src.ID.Pos, "no-threshold", "the rule has signals and no threshold, so that require alone suffices", "write threshold: 5, or 0 if that is meant")
	}
	if r.Threshold > k.best {
		at := src.Threshold.Pos
		file := k.file
		if r.raisedBy != nil {
			at, file = r.raisedBy.pos, r.raisedBy.file
		}
		p := yamlfile.Errorf(at, "unreachable-threshold", "the threshold %d cannot be reached", r.Threshold)
		k.report(file, r.ID, p.WithHint(fmt.Sprintf("the points add up to %d at most", k.best)))
		return
	}
	for _, e := range src.Escalate {
		if score := e.Value.Value; score > k.best {
			k.warn(e.Value.Pos, "unreachable-escalate", fmt.Sprintf("the score %d for %s cannot be reached", score, e.Key.Value), fmt.Sprintf("the points add up to %d at most", k.best))
		}
	}
}

// checkExamples finds what the examples leave untried.
func (k *ruleCheck) checkExamples(s *Set) {
	ex := &k.src.Examples
	missing := ""
	switch match, no := len(ex.Match)+len(ex.TodoMatch) > 0, len(ex.NoMatch)+len(ex.TodoNoMatch) > 0; {
	case !match && !no:
		missing = "the rule has no examples"
	case !match:
		missing = "the rule has no example that it matches"
	case !no:
		missing = "the rule has no example that it does not match"
	}
	if missing != "" {
		k.warn(k.src.ID.Pos, "no-example", missing, "write some under examples: match and no_match")
	}
	if len(ex.Match)+len(ex.NoMatch)+len(ex.TodoMatch)+len(ex.TodoNoMatch) == 0 || yamlfile.AnyError(k.problems) {
		return
	}
	result := s.testRule(k.rule.Rule)
	for _, x := range result.Examples {
		if msg, hint := x.failure(); msg != "" && !k.incomplete && !k.explained[k.rule.ID] {
			k.warn(x.Pos, "failing-example", msg, hint)
		}
	}
	for _, i := range result.Unexercised {
		if i < len(k.src.Signals) && !k.dead[i] {
			k.warn(k.src.Signals[i].When.Pos, "not-exercised", "this signal holds in none of the examples", "add one with it")
		}
	}
}
