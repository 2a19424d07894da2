package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
)

// compileFiles makes a set of files that have no errors.
func compileFiles(t *testing.T, at time.Time, texts ...string) *rules.Set {
	t.Helper()
	var files []*rules.File
	for i, text := range texts {
		f, problems := rules.Parse(fmt.Sprintf("%c.yaml", 'a'+i), []byte(text))
		if f == nil {
			t.Fatal(problems)
		}
		files = append(files, f)
	}
	s, problems := rules.Compile(at, files...)
	if s == nil {
		t.Fatal(problems)
	}
	return s
}

const floods = `
version: 1
theme: floods
share: true
lists: {river: [Elbe, Rhine, "Rio Grande"]}
rules:
  - id: floods.rising
    title: A river rises
    severity: low
    base: 1
    require: $river
    exclude: film
    signals:
      - {when: title:flood*, points: 3}
      - {when: dyke NEAR/3 broke, points: 4}
      - {when: practice, points: -2}
    threshold: 4
    escalate: {high: 6, critical: 8}
  - {id: floods.off, status: off, require: $river}
  - {id: floods.hidden, status: shadow, require: $river AND dyke}
`

func TestARuleMatchesByItsScore(t *testing.T) {
	t.Parallel()
	s := compileFiles(t, now, floods)
	for _, c := range []struct {
		name, title string
		want        []string
	}{
		{"below the threshold", "The Elbe rises", nil},
		{"at the threshold", "Floods on the Elbe", []string{"floods.rising 4 low"}},
		{"with a signal that takes away", "Flood practice at the Elbe", nil},
		{"a signal counts once", "Flood, flood, flood on the Rhine", []string{"floods.rising 4 low"}},
		{"escalated as far as the score goes", "Flood: dyke broke on the Elbe", []string{"floods.hidden 0 medium", "floods.rising 8 critical"}},
		{"excluded", "Flood film: the Elbe", nil},
		{"not required", "Flood: dyke broke", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, m := range s.Evaluate(&rules.Article{Title: c.title}) {
				got = append(got, fmt.Sprint(m.Rule.ID, " ", m.Score, " ", m.Severity))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAMatchCarriesItsEvidence(t *testing.T) {
	t.Parallel()
	s := compileFiles(t, now, floods)
	got := s.Evaluate(&rules.Article{Title: "Elbe flood", Summary: "A dyke at last broke."})
	want := []rules.Match{
		{Rule: s.Rules()[0], Severity: rules.Medium, Require: []rules.Span{{Field: rules.Title, From: 0, To: 4}, {Field: rules.Summary, From: 2, To: 6}}},
		{
			Rule: s.Rules()[2], Score: 8, Severity: rules.Critical,
			Require: []rules.Span{{Field: rules.Title, From: 0, To: 4}},
			Signals: []rules.Signal{
				{Evidence: &rules.Evidence{When: "title:flood*", Points: 3}, Spans: []rules.Span{{Field: rules.Title, From: 5, To: 10}}},
				{Evidence: &rules.Evidence{When: "dyke NEAR/3 broke", Points: 4}, Spans: []rules.Span{{Field: rules.Summary, From: 2, To: 6}, {Field: rules.Summary, From: 15, To: 20}}},
			},
		},
	}
	if diff := cmp.Diff(want, got, sameRule); diff != "" {
		t.Error(diff)
	}
}

var sameRule = cmp.Comparer(func(a, b *rules.Rule) bool { return a == b })

func TestATuningNarrowsOtherRules(t *testing.T) {
	t.Parallel()
	const title, quiet = "Floods on the Elbe", "Floods on the Elbe, again"
	for _, c := range []struct{ name, tuning, want string }{
		{"none", "", "title quiet"},
		{"an exclude adds to the rule's own", "{rules: [floods.rising], exclude: again}", "title"},
		{"a trailing star", "{rules: [floods.*], exclude: again}", "title"},
		{"a signal adds to the rule's own", "{rules: [floods.rising], signals: [{when: again, points: -1}]}", "title"},
		{"a threshold", "{rules: [floods.rising], threshold: 5}", ""},
		{"the highest of several thresholds", "{rules: [floods.rising], threshold: 5}, {rules: [floods.rising], threshold: 2}", ""},
		{"its last day is not over", "{rules: [floods.rising], exclude: again, expires: 2026-11-01}", "title"},
		{"its last day is over", "{rules: [floods.rising], exclude: again, expires: 2026-10-31}", "title quiet"},
		{"shared lists serve it", "{rules: [floods.rising], exclude: $floods.river AND again}", "title"},
		{"the rule's own exclude stays", "{rules: [floods.rising], exclude: again}, {rules: ['*'], exclude: on}", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := compileFiles(t, now, floods, "version: 1\ntune: ["+c.tuning+"]")
			var got []string
			if len(s.Evaluate(&rules.Article{Title: title})) > 0 {
				got = append(got, "title")
			}
			if len(s.Evaluate(&rules.Article{Title: quiet})) > 0 {
				got = append(got, "quiet")
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("got %q, want %q", s, c.want)
			}
		})
	}
}

// Lists of one name in two files are two lists, and a tuning's queries use the
// tuning's own.
func TestListsArePrivate(t *testing.T) {
	t.Parallel()
	s := compileFiles(t, now, floods, "version: 1\nlists: {river: [Thames]}\ntune: [{rules: [floods.rising], exclude: $river}]")
	if n := len(s.Evaluate(&rules.Article{Title: "Flood on the Elbe"})); n != 1 {
		t.Errorf("%d matches on the Elbe, want 1", n)
	}
	if n := len(s.Evaluate(&rules.Article{Title: "Flood on the Elbe and the Thames"})); n != 0 {
		t.Errorf("%d matches on the Thames, want 0", n)
	}
}

func TestTheOrderOfFilesMakesNoDifference(t *testing.T) {
	t.Parallel()
	texts := []string{
		floods,
		"version: 1\ntheme: a\nrules: [{id: a.b, require: $floods.river AND alpha NEAR/20 x}, {id: a.a, require: dyke AND $nolist}]",
		"version: 1\ntune: [{rules: [floods.rising], threshold: 5, signals: [{when: dyke, points: 1}]}, {rules: [zz], exclude: x}]",
		"version: 1\ntune: [{rules: [floods.*], threshold: 3, signals: [{when: x, points: 2}]}]",
	}
	texts2 := slices.Clone(texts)
	texts2[1] = strings.Replace(texts2[1], " AND $nolist", "", 1)
	texts2[2] = strings.Replace(texts2[2], ", {rules: [zz], exclude: x}", "", 1)
	for _, texts := range [][]string{texts, texts2} {
		var first string
		for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}} {
			var files []*rules.File
			for _, i := range order {
				f, _ := rules.Parse(fmt.Sprint(i), []byte(texts[i]))
				files = append(files, f)
			}
			s, problems := rules.Compile(now, files...)
			got := fmt.Sprintln(problems)
			if s != nil {
				a := &rules.Article{Title: "x dyke flood on the Elbe"}
				for _, v := range s.Explain(a) {
					got += v.Rule.ID + "\n" + v.Text(a)
				}
			}
			if first == "" {
				first = got
			}
			if diff := cmp.Diff(first, got); diff != "" {
				t.Error(diff)
			}
		}
	}
}

func TestASetMayBeUsedByManyAtOnce(t *testing.T) {
	t.Parallel()
	s := compileFiles(t, now, floods)
	articles := []*rules.Article{{Title: "Floods on the Elbe"}, {Title: "nothing"}, {Title: "Elbe", Body: strings.Repeat("dyke broke ", 50)}}
	var want [][]rules.Match
	for _, a := range articles {
		want = append(want, s.Evaluate(a))
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				k := (i + j) % len(articles)
				if diff := cmp.Diff(want[k], s.Evaluate(articles[k]), sameRule); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	wg.Wait()
}

func TestOnlyRulesThatMayHoldAreLookedAt(t *testing.T) {
	t.Parallel()
	s := compileFiles(t, now, `
version: 1
theme: look
lists: {bank: [Elbe, Rhine], craft: [barge, ferry, tug]}
rules:
  - {id: a.both, require: $bank AND $craft}
  - {id: b.near, require: $bank NEAR/2 sank}
  - {id: c.threshold, require: $bank, signals: [{when: flood, points: 3}, {when: storm, points: 1}], threshold: 3}
  - {id: d.several, require: ATLEAST/2 $craft}
  - {id: e.always, require: NOT film}
  - {id: f.off, status: off, require: $bank}
  - {id: g.five, require: Elbe AND barge AND flood AND storm AND dyke}
`)
	for _, c := range []struct{ name, title, want string }{
		{"nothing is there", "Nothing at all", "e.always"},
		{"half of an AND", "The Elbe", "e.always"},
		{"both halves; one of several may be the second", "A ferry on the Rhine", "a.both d.several e.always"},
		{"near or not, both words are there", "It sank, said a man far from the Rhine", "b.near e.always"},
		{"what cannot reach the threshold", "A storm on the Rhine", "e.always"},
		{"what can", "A flood on the Rhine", "c.threshold e.always"},
		{"two of several", "A barge and a ferry", "d.several e.always"},
		{"all of five", "Elbe barge flood storm dyke", "a.both c.threshold e.always g.five"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, r := range s.Candidates(&rules.Article{Title: c.title}) {
				got = append(got, r.ID)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRulesAreSortedAndFilledIn(t *testing.T) {
	t.Parallel()
	s := compileFiles(t, now, floods)
	want := []rules.Rule{
		{ID: "floods.hidden", Theme: "floods", Title: "floods.hidden", Status: rules.Shadow, Severity: rules.Medium, Require: "$river AND dyke"},
		{ID: "floods.off", Theme: "floods", Title: "floods.off", Status: rules.Off, Severity: rules.Medium, Require: "$river"},
		{
			ID: "floods.rising", Theme: "floods", Title: "A river rises", Severity: rules.Low, Base: 1, Threshold: 4,
			Escalate: []rules.Escalation{{Severity: rules.High, Score: 6}, {Severity: rules.Critical, Score: 8}},
			Require:  "$river", Exclude: []string{"film"},
			Signals: []rules.Evidence{{When: "title:flood*", Points: 3}, {When: "dyke NEAR/3 broke", Points: 4}, {When: "practice", Points: -2}},
		},
	}
	var got []rules.Rule
	for _, r := range s.Rules() {
		got = append(got, *r)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(rules.Rule{}), cmpopts.IgnoreFields(rules.Rule{}, "File", "Pos")); diff != "" {
		t.Error(diff)
	}
}

// The results of a rule's examples as people read them.
func TestExamples(t *testing.T) {
	t.Parallel()
	forEachArchive(t, "examples", func(t *testing.T, files map[string]string) string {
		s, problems := check(files)
		if s == nil {
			t.Fatal(problems)
		}
		var want strings.Builder
		for _, r := range s.Test() {
			want.WriteString(r.Text())
		}
		return want.String()
	})
}

func TestLargeInputIsRefusedOrQuick(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"10,000 parentheses", ruleFile("", strings.Repeat("(", 10_000)+"a"+strings.Repeat(")", 10_000)), "more than 50 parentheses or NOTs are inside each other here"},
		{"10,000 negations", ruleFile("", strings.Repeat("NOT ", 10_000)+"a"), "more than 50 parentheses or NOTs are inside each other here"},
		{"10,000 fields", ruleFile("", strings.Repeat("title:", 10_000)+"a"), "more than 50 parentheses or NOTs are inside each other here"},
		{"a query of 1 MB", ruleFile("", strings.Repeat("alpha OR ", 1<<17)+"a"), "the query has 1179649 characters, more than 65536"},
		{"a regular expression of 50 KB", ruleFile("", "a AND /"+strings.Repeat("(ab?)*", 9000)+"/"), "the regular expression has 54000 characters, more than 1000"},
		{"a regular expression that repeats repeats", ruleFile("", "a AND /((x{100}){100}){100}/"), "bad regular expression"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, problems := rules.Parse("x.yaml", []byte(c.text))
			if len(problems) != 1 || !strings.Contains(problems[0].Msg, c.want) {
				t.Errorf("got %v, want %s", problems, c.want)
			}
		})
	}
}

// Queries that are alike in many ways must not take the checks of their meaning
// for ever.
func TestCheckingTheMeaningComesToAnEnd(t *testing.T) {
	t.Parallel()
	query := func(word string) string {
		q := word
		for i := range 20 {
			q = fmt.Sprintf("((%s AND %s%d) OR (%s%d AND x%d))", q, word, i, word, i, i)
		}
		return q
	}
	f, problems := rules.Parse("x.yaml", []byte(ruleFile("", query("alpha"))+"    exclude: "+query("beta")))
	if f == nil {
		t.Fatal(problems)
	}
	if s, problems := rules.Compile(now, f); s == nil {
		t.Fatal(problems)
	}
}

// Of a file that is wrong throughout, the first mistakes are told, and that
// there are more.
func TestAFileWithAThousandMistakesIsToldInPart(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("version: 1\ntheme: t\nrules:\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "  - {id: t.r%d, require: $none%d}\n", i, i)
	}
	f, problems := rules.Parse("x.yaml", []byte(b.String()))
	if f != nil || len(problems) != yamlfile.MaxProblems+1 {
		t.Fatalf("a file: %v, with %d problems", f != nil, len(problems))
	}
	if got, want := problems[0].Error(), `x.yaml:4:25: rule "t.r0": $none0 is no list`; got != want {
		t.Errorf("the first is %s, want %s", got, want)
	}
	if got, want := problems[yamlfile.MaxProblems].Error(), "x.yaml:1004:28: there is more wrong from here on (mend what is above first)"; got != want {
		t.Errorf("the last is %s, want %s", got, want)
	}
}

// A small file cannot make a set of gigabytes by using a long list often.
func TestListsThatAreUsedTooMuchAreRefused(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("version: 1\ntheme: t\nlists: {a: [w0")
	for i := range 5000 {
		fmt.Fprintf(&b, ", w%d", i+1)
	}
	b.WriteString("]}\nrules:\n")
	for i := range 2100 {
		fmt.Fprintf(&b, "  - {id: t.r%d, require: $a}\n", i)
	}
	f, problems := rules.Parse("x.yaml", []byte(b.String()))
	if f == nil {
		t.Fatal(problems)
	}
	s, problems := rules.Compile(now, f)
	if s != nil || len(problems) != 1 || problems[0].Code != "too-large" {
		t.Errorf("a set: %v, with %v", s != nil, problems)
	}
}

func TestTuningsOfTooMuchAreRefused(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("version: 1\ntheme: t\nrules:\n")
	for i := range 1001 {
		fmt.Fprintf(&b, "  - {id: t.r%d, require: alpha}\n", i)
	}
	b.WriteString("tune:\n" + strings.Repeat("  - {rules: [t.*], threshold: 0}\n", 1000))
	f, problems := rules.Parse("x.yaml", []byte(b.String()))
	if f == nil {
		t.Fatal(problems)
	}
	s, problems := rules.Compile(now, f)
	problems = slices.DeleteFunc(problems, func(p yamlfile.Problem) bool { return p.Level == yamlfile.Warning })
	if s != nil || len(problems) != 1 || problems[0].Code != "too-large" || problems[0].Pos.Line != 2005 {
		t.Errorf("a set: %v, with %v", s != nil, problems)
	}
}
