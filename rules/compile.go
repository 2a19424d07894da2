package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/rules/yamlfile"
)

// Compile makes files one set: it joins rules, the lists that files share, and
// tunings, and looks at what the queries mean. now is when tunings and silenced
// warnings count as expired. A nil file stands for one that Parse refused: the
// problems of the others are found all the same.
//
// problems has errors and warnings, in the order of the files' names and of
// places. s is nil when there is an error among them, or a nil file. The order
// of the files makes no difference.
func Compile(now time.Time, files ...*File) (s *Set, problems []yamlfile.Problem) {
	c := &compiler{
		now: now, lexicon: newLexicon(), byID: map[string]*boundRule{},
		used: map[listUse][]*node{}, bare: map[*yamlfile.Entry[[]yamlfile.String]]bool{}, explained: map[string]bool{}, partly: map[*File]bool{},
	}
	for _, f := range files {
		if f == nil {
			c.incomplete = true
			continue
		}
		c.files = append(c.files, f)
	}
	slices.SortStableFunc(c.files, func(a, b *File) int { return cmp.Compare(a.name, b.name) })
	c.addRules()
	c.applyTunings()
	slices.SortFunc(c.rules, func(a, b *boundRule) int { return compareRules(a.Rule, b.Rule) })
	if c.listed <= maxListed {
		s = c.set()
		c.reportUnknownLists()
		c.checkMeaning(s)
	}
	allowed, wrong := allowedIn(c.files, now)
	problems = yamlfile.Sort(allowed.silence(append(c.problems, wrong...)))
	if c.incomplete || yamlfile.AnyError(problems) {
		return nil, problems
	}
	return s, problems
}

// compiler makes a Set of files.
type compiler struct {
	now        time.Time
	files      []*File // by name, without nil
	incomplete bool    // there was a nil file
	lexicon    *lexicon
	rules      []*boundRule
	byID       map[string]*boundRule
	used       map[listUse][]*node // the members of the lists that queries name
	listed     int                 // members of these, a list counted for each use
	bound      []boundQuery
	unknown    []unknownList                               // lists of other files that queries name and that are not there
	bare       map[*yamlfile.Entry[[]yamlfile.String]]bool // lists whose names queries have as words
	guesses    int                                         // how often a near ID was looked for
	tuned      int                                         // rules that tunings change, a rule counted for each
	explained  map[string]bool                             // IDs of rules with a warning that explains why examples fail
	partly     map[*File]bool                              // files with a rule that was refused, whose queries were not looked at
	effort     int                                         // that the checks of the meaning took; see maxEffort
	problems   []yamlfile.Problem
}

// boundRule is a rule with its queries as trees, in which the checks can see
// what they mean.
type boundRule struct {
	*Rule
	file     *File
	source   *RuleSource
	require  *node
	exclude  *node // nil excludes nothing
	signals  []*node
	raisedBy *tunedAt // where the tuning is whose threshold it has; nil: it has its own
	group    group    // the terms that it is found by
}

// tunedAt is a place in a tuning.
type tunedAt struct {
	file *File
	pos  yamlfile.Pos
}

// boundQuery is a query of a file, ready to be evaluated, for the checks of its
// meaning.
type boundQuery struct {
	file *File
	rule string // "" a tuning's
	text yamlfile.String
	node *node
}

func (c *compiler) report(f *File, rule string, p yamlfile.Problem) {
	p.File, p.Rule = f.name, rule
	c.problems = append(c.problems, p)
}

func (c *compiler) addRules() {
	for _, f := range c.files {
		for i := range f.Rules {
			src := &f.Rules[i]
			if first, taken := c.byID[src.ID.Value]; taken {
				p := yamlfile.Errorf(src.ID.Pos, "duplicate-id", "this id is taken")
				c.report(f, src.ID.Value, p.WithHint(fmt.Sprintf("by %s:%d", first.File, first.Pos.Line)))
				c.partly[f] = true
				continue
			}
			r := c.rule(f, src)
			c.rules = append(c.rules, r)
			c.byID[r.ID] = r
		}
	}
}

// rule makes a rule of what the file says.
func (c *compiler) rule(f *File, src *RuleSource) *boundRule {
	r := &boundRule{file: f, source: src, Rule: &Rule{
		ID: src.ID.Value, Theme: f.Theme.Value, Title: cmp.Or(src.Title, src.ID.Value), Why: src.Why,
		Status: src.Status, Severity: src.severity(), Base: src.Base, Threshold: src.Threshold.Value,
		Require: src.Require.Value, File: f.name, Pos: src.ID.Pos, examples: src.Examples.list(),
	}}
	for _, e := range src.Escalate {
		to, _ := ParseSeverity(e.Key.Value)
		r.Escalate = append(r.Escalate, Escalation{to, e.Value.Value})
	}
	slices.SortFunc(r.Escalate, func(a, b Escalation) int { return cmp.Compare(a.Severity, b.Severity) })
	r.require = c.bind(f, r.ID, src.Require)
	r.addExclude(src.Exclude, c.bind(f, r.ID, src.Exclude))
	for _, s := range src.Signals {
		r.addSignal(s, c.bind(f, r.ID, s.When))
	}
	return r
}

// addExclude adds a query to what the rule excludes; nil adds nothing.
func (r *boundRule) addExclude(text yamlfile.String, n *node) {
	switch {
	case n == nil:
		return
	case len(r.Exclude) == 0:
		r.exclude = n
	case len(r.Exclude) == 1:
		r.exclude = &node{op: opOr, kids: []*node{r.exclude, n}}
	default:
		r.exclude.kids = append(r.exclude.kids, n)
	}
	r.Exclude = append(r.Exclude, text.Value)
}

func (r *boundRule) addSignal(s SignalSource, n *node) {
	r.Signals = append(r.Signals, Evidence{s.When.Value, s.Points.Value})
	r.signals = append(r.signals, n)
}

// set makes a Set of the rules, in the form in which it is evaluated.
func (c *compiler) set() *Set {
	s := &Set{lexicon: c.lexicon, program: newProgram()}
	groups := make([][]group, len(c.rules))
	grouper := grouper{c.lexicon.finish(), map[*node]group{}}
	for i, r := range c.rules {
		r.number, r.Rule.digest = i, r.digest()
		s.rules = append(s.rules, r.Rule)
		s.program.addRule(r)
		s.evidence = append(s.evidence, r.Signals...)
		groups[i] = []group{{}}
		if r.Status != Off {
			groups[i] = grouper.ofRule(r)
		}
		if r.group = everywhere; len(groups[i]) > 0 {
			r.group = groups[i][0]
		}
	}
	s.program.finish()
	s.index = newIndex(groups, c.lexicon.size())
	return s
}

func (c *compiler) applyTunings() {
	for _, f := range c.files {
		for i := range f.Tune {
			if t := &f.Tune[i]; t.expired(c.now) {
				c.report(f, "", yamlfile.Warningf(t.Expires.Pos, "expired-tuning", "this tuning expired and is off").WithHint("delete it, or give it a later day"))
			} else {
				c.tune(f, t)
			}
		}
	}
}

func (c *compiler) tune(f *File, t *Tuning) {
	exclude := c.bind(f, "", t.Exclude)
	signals := make([]*node, len(t.Signals))
	for i, s := range t.Signals {
		signals[i] = c.bind(f, "", s.When)
	}
	if c.tuned > maxTuned {
		return // that was said
	}
	targets := c.targets(f, t)
	if c.tuned += len(targets); c.tuned > maxTuned {
		p := yamlfile.Errorf(t.pos, "too-large", "with this one, tunings change rules more than %d times together", maxTuned)
		c.report(f, "", p.WithHint("use fewer tunings, or fewer rules"))
		return
	}
	for _, r := range targets {
		r.addExclude(t.Exclude, exclude)
		for i, s := range t.Signals {
			r.addSignal(s, signals[i])
		}
		if th := t.Threshold; th.Given() && (r.raisedBy == nil || th.Value > r.Threshold) {
			r.Threshold, r.raisedBy = th.Value, &tunedAt{f, th.Pos}
		}
	}
}

// targets returns the rules that a tuning names, each once.
func (c *compiler) targets(f *File, t *Tuning) []*boundRule {
	var targets []*boundRule
	for _, pattern := range t.Rules {
		found := c.named(pattern.Value)
		if targets = append(targets, found...); len(found) == 0 && !c.incomplete {
			p := yamlfile.Errorf(pattern.Pos, "unknown-rule", "there is no rule %s", pattern.Value)
			c.report(f, "", p.WithHint(c.nearestRule(pattern.Value)))
		}
	}
	slices.SortFunc(targets, func(a, b *boundRule) int { return compareRules(a.Rule, b.Rule) })
	return slices.Compact(targets)
}

// named returns the rules that have an ID, or one that begins so where a * ends
// the pattern.
func (c *compiler) named(pattern string) (found []*boundRule) {
	start, wild := strings.CutSuffix(pattern, "*")
	if r := c.byID[pattern]; r != nil {
		found = append(found, r)
	}
	for i := 0; wild && i < len(c.rules); i++ {
		if strings.HasPrefix(c.rules[i].ID, start) {
			found = append(found, c.rules[i])
		}
	}
	return found
}

// nearestRule returns a hint for a rule that does not exist.
func (c *compiler) nearestRule(id string) string {
	if c.guesses++; c.guesses > maxHints {
		return ""
	}
	var ids []string
	for _, r := range c.rules {
		ids = append(ids, r.ID)
	}
	return yamlfile.DidYouMean(id, ids)
}

// maxTuned bounds how many rules tunings change, a rule counted for each of them.
const maxTuned = 1_000_000

// bind returns a query of the file ready to be evaluated, nil for one that is
// not given.
func (c *compiler) bind(f *File, rule string, text yamlfile.String) *node {
	parsed := f.queries[text.Pos]
	if parsed == nil {
		return nil
	}
	b := &binder{c, f, rule, text}
	n := b.bind(parsed)
	c.bound = append(c.bound, boundQuery{f, rule, text, n})
	return n
}

// binder copies one query, with the members of its lists and the lexicon's
// terms in it.
type binder struct {
	*compiler
	file *File
	rule string
	text yamlfile.String
}

func (b *binder) bind(parsed *node) *node {
	n := *parsed
	n.kids = nil
	switch n.op {
	case opTerm:
		n.term = b.intern(parsed.term)
	case opList, opAtLeast:
		n.kids = b.members(parsed)
	case opMeta:
		n.label = b.lexicon.addLabel(label{n.key, n.value})
	}
	for _, k := range parsed.kids {
		n.kids = append(n.kids, b.bind(k))
	}
	if n.op == opAnd || n.op == opOr {
		// What costs more comes last, and is not looked at when the rest decides.
		slices.SortStableFunc(n.kids, func(x, y *node) int { return cmp.Compare(x.cost(), y.cost()) })
	}
	return &n
}

// intern returns a copy of t that has its number.
func (b *binder) intern(t *term) *term {
	return &term{words: t.words, plain: t.plain, id: b.lexicon.add(t)}
}

// What queries take to evaluate, from little to much.
const (
	costTerms = iota
	costNear
	costRegexp
)

// cost returns what the most costly part of the query takes.
func (n *node) cost() int {
	switch n.op {
	case opTerm, opList, opAtLeast:
		return costTerms
	case opNear, opBefore, opNotNear:
		return costNear
	case opRegexp:
		return costRegexp
	}
	cost := costTerms
	for _, k := range n.kids {
		cost = max(cost, k.cost())
	}
	return cost
}

// members returns the members of the list that n names, each once. All queries
// that look for them in the same fields share them.
func (b *binder) members(n *node) []*node {
	file, list := b.list(n)
	if list == nil {
		return nil
	}
	key := listUse{list, n.fields}
	kids, bound := b.used[key]
	if !bound {
		seen := map[uint32]bool{}
		for _, m := range list.Value {
			if t := b.intern(file.terms[m.Pos]); !seen[t.id] {
				seen[t.id] = true
				kids = append(kids, &node{op: opTerm, fields: n.fields, term: t})
			}
		}
		b.used[key] = kids
	}
	if b.listed += len(kids); b.listed > maxListed && b.listed-len(kids) <= maxListed {
		b.problem(n.at, "too-large", fmt.Sprintf("with this one, the lists that queries use have more than %d members together", maxListed), "use shorter lists, or fewer rules")
	}
	if n.op == opAtLeast && n.n > len(kids) && file != b.file {
		at := n.at + strings.Index(b.text.Value[n.at:], "ATLEAST")
		b.problem(at, "never-holds", fmt.Sprintf("ATLEAST/%d can never hold: $%s has %d members", n.n, n.value, len(kids)), "")
	}
	return kids
}

// listUse is a list with the fields in which its members are looked for.
type listUse struct {
	list   *yamlfile.Entry[[]yamlfile.String]
	fields fieldSet
}

// maxListed bounds the members of all lists that queries use, a list counted for
// each use. It is far above what people write, and keeps a small file from
// being a set of gigabytes.
const maxListed = 10_000_000

// problem reports an error at a byte of the query.
func (b *binder) problem(at int, code, msg, hint string) {
	b.report(b.file, b.rule, yamlfile.Errorf(b.text.PosAt(at), code, "%s", msg).WithHint(hint))
}

// list finds a list of the file, or of another that shares its own; nil after
// having noted that there is none.
func (b *binder) list(n *node) (*File, *yamlfile.Entry[[]yamlfile.String]) {
	theme, name, dotted := strings.Cut(n.value, ".")
	if !dotted {
		return b.file, b.file.list(n.value)
	}
	for _, f := range b.files {
		if f.Theme.Value != theme || !f.Share && f != b.file {
			continue
		}
		if l := f.list(name); l != nil {
			return f, l
		}
	}
	at := b.text.PosAt(n.at + strings.Index(b.text.Value[n.at:], "$"))
	b.unknown = append(b.unknown, unknownList{b.file, b.rule, at, n.value})
	return nil, nil
}

// list returns the file's list of that name, nil if there is none.
func (f *File) list(name string) *yamlfile.Entry[[]yamlfile.String] {
	if i, ok := f.byName[name]; ok {
		return &f.Lists[i]
	}
	return nil
}
