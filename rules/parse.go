package rules

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tocsin/rules/yamlfile"
)

// Parse reads one rule file; name is what problems call it. It finds everything
// that is wrong with the file as it stands alone, in the order of the file; what
// depends on other files, and all warnings, come from Compile. f is nil when
// there are problems.
func Parse(name string, data []byte) (f *File, problems []yamlfile.Problem) {
	p := parser{file: &File{name: name, data: data, queries: map[yamlfile.Pos]*node{}, terms: map[yamlfile.Pos]*term{}}, wrong: map[yamlfile.Pos]bool{}, named: map[string]bool{}}
	p.problems = yamlfile.Decode(name, data, p.file)
	for _, q := range p.problems {
		p.wrong[q.Pos] = true
	}
	if !syntaxError(p.problems) {
		p.checkFile()
	}
	if len(p.problems) > 0 {
		return nil, most(yamlfile.Sort(p.problems))
	}
	return p.file, nil
}

// most returns the first problems of a file that has too many, and says so.
func most(problems []yamlfile.Problem) []yamlfile.Problem {
	if len(problems) <= yamlfile.MaxProblems {
		return problems
	}
	last := problems[yamlfile.MaxProblems]
	last.Code, last.Rule, last.Msg, last.Hint = "too-many", "", "there is more wrong from here on", "mend what is above first"
	return append(problems[:yamlfile.MaxProblems], last)
}

// full reports whether as much is wrong as is looked for.
func (p *parser) full() bool { return len(p.problems) > yamlfile.MaxProblems }

// syntaxError reports whether the file could not be read at all, so that
// nothing more can be said of it.
func syntaxError(problems []yamlfile.Problem) bool {
	return slices.ContainsFunc(problems, func(p yamlfile.Problem) bool {
		return p.Code == "syntax" || p.Code == "too-large" || p.Code == "encoding"
	})
}

// parser collects what is wrong with one file.
type parser struct {
	file     *File
	problems yamlfile.Problems
	wrong    map[yamlfile.Pos]bool // where decoding found something, so that the value there says nothing
	rule     string                // the ID of the rule that is looked at
	machine  int                   // instructions of all regular expressions so far
	named    map[string]bool       // the file's own lists that queries name
	unknown  []unknownList         // and those of them that are not there
}

// report adds a problem of the rule that is looked at.
func (p *parser) report(prob yamlfile.Problem) {
	prob.File, prob.Rule = p.file.name, p.rule
	p.problems = append(p.problems, prob)
}

var (
	idForm   = regexp.MustCompile(`^[\pL\pN_-]+(\.[\pL\pN_-]+)*$`)
	nameForm = regexp.MustCompile(`^[\pL\pN_-]+$`)
)

func (p *parser) checkFile() {
	f := p.file
	switch {
	case p.problems.Meant("version"):
	case !f.Version.Given():
		p.report(yamlfile.Errorf(yamlfile.Pos{Line: 1, Col: 1}, "version", "the version of the rule language is missing").WithHint("write version: 1"))
	case f.Version.Value != 1 && !p.wrong[f.Version.Pos]:
		p.report(yamlfile.Errorf(f.Version.Pos, "version", "version %d of the rule language is not known", f.Version.Value).WithHint("write version: 1"))
	}
	switch {
	case f.Theme.Given() && !p.wrong[f.Theme.Pos] && !nameForm.MatchString(f.Theme.Value):
		p.report(yamlfile.Errorf(f.Theme.Pos, "bad-name", "a theme has letters, digits, _ and - only"))
	case !f.Theme.Given() && !p.problems.Meant("theme") && (len(f.Rules) > 0 || f.Share):
		p.report(yamlfile.Errorf(yamlfile.Pos{Line: 1, Col: 1}, "no-theme", "the theme is missing").WithHint("write theme: name"))
	}
	if f.Fold.Given() && !p.wrong[f.Fold.Pos] && f.Fold.Value != "accents" {
		p.report(yamlfile.Errorf(f.Fold.Pos, "fold", "fold must be accents, not %q", f.Fold.Value))
	}
	p.checkLists()
	ids := map[string]yamlfile.Pos{}
	for i := 0; i < len(f.Rules) && !p.full(); i++ {
		p.checkRule(&f.Rules[i], ids)
	}
	for i := 0; i < len(f.Tune) && !p.full(); i++ {
		p.checkTuning(&f.Tune[i])
	}
	p.reportUnknownLists()
}

func (p *parser) checkLists() {
	p.file.byName = make(map[string]int, len(p.file.Lists))
	for i, l := range p.file.Lists {
		p.file.byName[l.Key.Value] = i
		if !nameForm.MatchString(l.Key.Value) {
			p.report(yamlfile.Errorf(l.Key.Pos, "bad-name", "the name of a list has letters, digits, _ and - only"))
		}
		if len(l.Value) == 0 && !p.wrong[l.Pos] {
			p.report(yamlfile.Errorf(l.Key.Pos, "empty-list", "the list %s has no members", l.Key.Value))
		}
		for _, m := range l.Value {
			if m.Given() && !p.wrong[m.Pos] && !p.full() {
				p.checkMember(l.Key.Value, m)
			}
		}
	}
}

func (p *parser) checkMember(list string, m yamlfile.String) {
	if strings.HasPrefix(m.Value, "$") {
		p.report(yamlfile.Errorf(m.Pos, "nested-list", "a list takes words and phrases, not the list %s", m.Value).WithHint("write out its members, or use both lists in the query"))
		return
	}
	t, err := parseTerm(m.Value, p.plain())
	if i := strings.IndexByte(m.Value, '"'); err == nil && strings.Count(m.Value, `"`)%2 == 1 {
		err = &queryError{i, "query", "a quote is missing", "put all of the phrase in quotes"}
	} else if err == nil && i > 0 && strings.HasSuffix(m.Value, `"`) {
		err = &queryError{i, "query", "a phrase begins inside another member", "put a comma before it"}
	}
	if err != nil {
		p.report(problemAt(m, err))
		return
	}
	p.file.terms[m.Pos] = t
}

func (p *parser) plain() bool { return p.file.Fold.Value == "accents" }

// problemAt returns what is wrong with a query at its place in the file.
func problemAt(s yamlfile.String, e *queryError) yamlfile.Problem {
	return yamlfile.Errorf(s.PosAt(e.at), e.code, "%s", e.msg).WithHint(e.fix)
}

func (p *parser) checkRule(r *RuleSource, ids map[string]yamlfile.Pos) {
	p.rule = r.ID.Value
	defer func() { p.rule = "" }()
	if r.pos == (yamlfile.Pos{}) {
		return // nothing, or something else than a block: said already
	}
	at := cmp.Or(r.ID.Pos, r.pos)
	switch first, twice := ids[r.ID.Value]; {
	case !r.ID.Given() && r.unread.Meant("id"):
	case !r.ID.Given():
		p.report(yamlfile.Errorf(at, "no-id", "a rule has no id").WithHint("write id: theme.name"))
	case p.wrong[r.ID.Pos]:
	case !idForm.MatchString(r.ID.Value):
		p.report(yamlfile.Errorf(r.ID.Pos, "bad-name", "an id has letters, digits, _ and -, in parts joined by dots"))
	case twice:
		p.report(yamlfile.Errorf(r.ID.Pos, "duplicate-id", "this id is taken").WithHint(fmt.Sprintf("by the rule in line %d", first.Line)))
	default:
		ids[r.ID.Value] = r.ID.Pos
	}
	if !r.Require.Given() && !r.unread.Meant("require") {
		p.report(yamlfile.Errorf(at, "no-require", "require is missing").WithHint("write what must hold for the rule to say anything"))
	}
	p.checkQuery(r.Require)
	p.checkQuery(r.Exclude)
	p.checkSignals(r.Signals)
	p.checkEscalate(r)
	p.checkExamples(&r.Examples)
}

// checkQuery reads a query and looks at the lists that it names.
func (p *parser) checkQuery(s yamlfile.String) {
	if !s.Given() || p.wrong[s.Pos] || p.machine > maxFileMachine {
		return
	}
	n, err := parseQuery(s.Value, p.plain())
	if err != nil {
		if err.fix == sideBySide && s.DoubleQuoted() && !strings.Contains(s.Value, `"`) {
			err.fix = "YAML takes these quotes away: '\"a b\"' is a phrase; or write AND or OR between the words"
		}
		p.report(problemAt(s, err))
		return
	}
	p.file.queries[s.Pos] = n
	n.each(func(k *node) {
		if k.op == opRegexp {
			p.checkMachine(s, k)
		}
		if (k.op == opList || k.op == opAtLeast) && !strings.Contains(k.value, ".") {
			p.checkOwnList(s, k)
		}
	})
}

// checkMachine counts the instructions of a regular expression, and refuses the
// first that is one too many.
func (p *parser) checkMachine(s yamlfile.String, k *node) {
	before := p.machine
	if p.machine += k.n; before <= maxFileMachine && p.machine > maxFileMachine {
		p.report(yamlfile.Errorf(s.PosAt(k.at), "bad-regexp", "the regular expressions of this file are too large together").WithHint("use terms, lists and phrases"))
	}
}

func (p *parser) checkOwnList(s yamlfile.String, k *node) {
	p.named[k.value] = true
	list := p.file.list(k.value)
	if list == nil {
		at := s.PosAt(k.at + strings.Index(s.Value[k.at:], "$"))
		p.unknown = append(p.unknown, unknownList{p.file, p.rule, at, k.value})
		return
	}
	if members := list.Value; k.op == opAtLeast && k.n > len(members) && len(members) > 0 {
		at := s.PosAt(k.at + strings.Index(s.Value[k.at:], "ATLEAST"))
		p.report(yamlfile.Errorf(at, "never-holds", "ATLEAST/%d can never hold: $%s has %d members", k.n, k.value, len(members)))
	}
}

// maxHints is how many problems of a file get the nearest right name, which
// takes a look at all names for each.
const maxHints = 100

func (p *parser) nearestList(name string) string {
	if len(p.problems) > maxHints {
		return ""
	}
	return nearestList(name, p.file.listNames())
}

// listNames returns the names of the file's lists, in order.
func (f *File) listNames() []string {
	var names []string
	for _, l := range f.Lists {
		names = append(names, l.Key.Value)
	}
	return names
}

func (p *parser) checkSignals(signals []SignalSource) {
	for _, s := range signals {
		if p.full() {
			return
		}
		if s.pos == (yamlfile.Pos{}) {
			continue // nothing, or something else than a block: said already
		}
		at := s.When.Pos
		if !s.When.Given() && !s.unread.Meant("when") {
			at = cmp.Or(s.Points.Pos, s.pos)
			p.report(yamlfile.Errorf(at, "no-when", "a signal has no query").WithHint("write when: query"))
		}
		p.checkQuery(s.When)
		switch pts := s.Points; {
		case !pts.Given() && s.unread.Meant("points"):
		case !pts.Given():
			p.report(yamlfile.Errorf(at, "points", "a signal has no points").WithHint("write points: 3"))
		case p.wrong[pts.Pos]:
		case pts.Value < -10 || pts.Value > 10 || pts.Value == 0:
			p.report(yamlfile.Errorf(pts.Pos, "points", "points must be from -10 to 10 and not 0, not %d", pts.Value))
		}
	}
}

func (p *parser) checkEscalate(r *RuleSource) {
	scores := map[Severity]int{}
	for _, e := range r.Escalate {
		to, ok := ParseSeverity(e.Key.Value)
		switch {
		case !ok:
			p.report(yamlfile.Errorf(e.Key.Pos, "severity", "%q is no severity", e.Key.Value).WithHint("write " + yamlfile.OneOf(severityNames[:], "or")))
		case !e.Value.Given():
			p.report(yamlfile.Errorf(e.Key.Pos, "escalate", "the score for %s is missing", to))
		case p.wrong[e.Value.Pos] || p.wrong[r.Severity.Pos]:
		case to <= r.severity():
			p.report(yamlfile.Errorf(e.Key.Pos, "escalate", "%s is not above the rule's severity, which is %s", to, r.severity()))
		default:
			scores[to] = e.Value.Value
		}
	}
	for _, e := range r.Escalate {
		to, _ := ParseSeverity(e.Key.Value)
		own, right := scores[to]
		for low := range to {
			if score, ok := scores[low]; ok && right && own <= score {
				p.report(yamlfile.Errorf(e.Value.Pos, "escalate", "%s begins at %d already", low, score).WithHint("a higher severity needs a higher score"))
			}
		}
	}
}

// severity returns the severity at the threshold.
func (r *RuleSource) severity() Severity {
	if r.Severity.Given() {
		return r.Severity.Value
	}
	return Medium
}

// checkExamples finds articles that are said both to match and not to.
func (p *parser) checkExamples(ex *ExamplesSource) {
	seen := map[string]bool{} // what the article is to do
	line := map[string]int{}
	for _, l := range ex.lists() {
		for _, e := range l.examples {
			if !e.Given() || p.wrong[e.Pos] {
				continue
			}
			x := &e.Value
			text := foldWhole(strings.Join(slices.Concat([]string{x.Title, x.Summary, x.Body, x.Source, x.URL, x.Author, x.Lang}, x.Tags, []string{""}, x.Categories), "\x1f"))
			if x.Title+x.Summary+x.Body == "" {
				p.report(yamlfile.Errorf(e.Pos, "empty-example", "this example has no text"))
				continue
			}
			if want, ok := seen[text]; ok && want != l.match {
				p.report(yamlfile.Errorf(e.Pos, "contradiction", "this example is said both to match and not to").WithHint(fmt.Sprintf("see line %d", line[text])))
			}
			seen[text], line[text] = l.match, e.Pos.Line
		}
	}
}

// exampleList is one of the four lists of examples.
type exampleList struct {
	examples    []yamlfile.At[Example]
	match, todo bool
}

func (ex *ExamplesSource) lists() []exampleList {
	return []exampleList{
		{ex.Match, true, false},
		{ex.NoMatch, false, false},
		{ex.TodoMatch, true, true},
		{ex.TodoNoMatch, false, true},
	}
}

func (p *parser) checkTuning(t *Tuning) {
	if t.pos == (yamlfile.Pos{}) {
		return // nothing, or something else than a block: said already
	}
	if len(t.Rules) == 0 && len(t.unread) == 0 {
		p.report(yamlfile.Errorf(t.pos, "no-rules", "a tuning names no rules").WithHint("write rules: [id]"))
	}
	for _, r := range t.Rules {
		if p.wrong[r.Pos] {
			continue
		}
		if id := strings.TrimSuffix(strings.TrimSuffix(r.Value, "*"), "."); id != "" && !idForm.MatchString(id) {
			p.report(yamlfile.Errorf(r.Pos, "bad-name", "%q is neither the id of a rule nor the beginning of one with a * behind it", r.Value))
		}
	}
	if !t.Exclude.Given() && len(t.Signals) == 0 && !t.Threshold.Given() && len(t.unread) == 0 {
		p.report(yamlfile.Errorf(t.pos, "no-effect", "a tuning changes nothing").WithHint("give it exclude, signals or threshold"))
	}
	p.checkQuery(t.Exclude)
	p.checkSignals(t.Signals)
}
