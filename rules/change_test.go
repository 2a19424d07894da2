package rules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
)

// oneRule compiles a file with the rule r, whose block goes on with body.
func oneRule(t *testing.T, body string) *rules.Set {
	t.Helper()
	if body == "" {
		return nil
	}
	theme := "noise"
	if rest, ok := strings.CutPrefix(body, "THEME "); ok {
		theme, body, _ = strings.Cut(rest, "\n")
	}
	text := "version: 1\ntheme: " + theme + "\nlists: {loud: [loud, noisy]}\nrules:\n  - id: r\n    " +
		strings.ReplaceAll(strings.TrimSpace(body), "\n", "\n    ")
	f, problems := rules.Parse("test.yaml", []byte(text))
	if f == nil {
		t.Fatalf("%v\n%s", yamlfile.Problems(problems), text)
	}
	set, problems := rules.Compile(time.Time{}, f)
	if set == nil {
		t.Fatalf("%v\n%s", yamlfile.Problems(problems), text)
	}
	return set
}

// only is what the set's one rule says of an article; nil for no set.
func only(set *rules.Set, a *rules.Article) *rules.Verdict {
	if set == nil {
		return nil
	}
	return &set.Explain(a)[0]
}

func TestChanges(t *testing.T) {
	t.Parallel()
	const rings = "require: bell*\nsignals: [{when: $loud, points: 3}, {when: clear, points: 2}]\nthreshold: 5\nescalate: {high: 7}"
	with := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(rings) }
	for name, c := range map[string]struct {
		before, now string // "" for no such rule
		want        []string
	}{
		"nothing changed":                  {rings, rings, nil},
		"in neither set":                   {"", "", nil},
		"it rings in neither":              {with("bell*", "drum*"), with("threshold: 5", "threshold: 1", "bell*", "drum*"), nil},
		"a rule is new":                    {"", rings, []string{"rule is new"}},
		"a rule is gone":                   {rings, "", []string{"rule is gone"}},
		"a new rule that does not ring":    {"", with("bell*", "drum*"), nil},
		"a rule on trial goes live":        {"status: shadow\n" + rings, rings, []string{"status shadow → live"}},
		"a rule goes on trial":             {rings, "status: shadow\n" + rings, []string{"status live → shadow"}},
		"a rule is switched off":           {rings, "status: \"off\"\n" + rings, []string{"status live → off"}},
		"require comes to hold":            {with("bell*", "drum*"), with("bell*", "bell* OR drum*"), []string{"require now holds: bell* OR drum*"}},
		"require holds no longer":          {rings, with("bell*", "drum*"), []string{"require no longer holds: drum*"}},
		"exclude comes to hold":            {rings, "exclude: town\n" + rings, []string{"exclude now holds: town"}},
		"exclude holds no longer":          {"exclude: town\n" + rings, "exclude: village\n" + rings, []string{"exclude no longer holds: town"}},
		"the threshold falls":              {with("threshold: 5", "threshold: 6", "clear, points: 2", "clear, points: 2}, {when: absent, points: 9"), with("clear, points: 2", "clear, points: 2}, {when: absent, points: 9"), []string{"threshold 6 → 5"}},
		"the threshold rises":              {with(", points: 2}", ", points: 2}, {when: absent, points: 9}"), with("threshold: 5", "threshold: 6", ", points: 2}", ", points: 2}, {when: absent, points: 9}"), []string{"threshold 5 → 6"}},
		"a signal is new":                  {with(", {when: clear, points: 2}", "", "threshold: 5", "threshold: 3", "points: 3", "points: 2}, {when: absent, points: 9"), with("threshold: 5", "threshold: 3", "points: 3", "points: 2}, {when: absent, points: 9"), []string{"new signal +2: clear"}},
		"a signal is gone":                 {with("escalate: {high: 7}", ""), "require: bell*\nsignals: [{when: $loud, points: 3}, {when: absent, points: 9}]\nthreshold: 5", []string{"no signal +2 any more: clear"}},
		"a signal counts more":             {with("$loud, points: 3", "$loud, points: 1}, {when: absent, points: 9"), with("$loud, points: 3", "$loud, points: 3}, {when: absent, points: 9"), []string{"signal +1 → +3: $loud"}},
		"a signal speaks against it now":   {rings, with("clear, points: 2", "clear, points: 2}, {when: town, points: -4"), []string{"new signal -4: town"}},
		"the weightiest comes first":       {"require: bell*\nsignals: [{when: $loud, points: 1}, {when: absent, points: 9}]\nthreshold: 5", "require: bell*\nbase: 1\nsignals: [{when: town, points: -1}, {when: $loud, points: 3}, {when: clear, points: 4}]\nthreshold: 4", []string{"new signal +4: clear", "signal +1 → +3: $loud", "base 0 → 1", "threshold 5 → 4"}},
		"all that kept it":                 {"status: shadow\nrequire: drum*\nexclude: town\nsignals: [{when: absent, points: 5}]\nthreshold: 5", rings, []string{"status shadow → live", "require now holds: bell*", "exclude no longer holds: town", "new signal +3: $loud", "new signal +2: clear"}},
		"what merely differs is left out":  {"require: drum*\nsignals: [{when: $loud, points: 9}]\nthreshold: 1", rings, []string{"require now holds: bell*"}},
		"its severity is another":          {rings, "severity: low\n" + rings, []string{"severity medium → low"}},
		"its score escalates":              {rings, with("clear, points: 2", "clear, points: 4"), []string{"signal +2 → +4: clear"}},
		"its escalation is another":        {rings, with("high: 7", "high: 5"), []string{"escalate high 7 → 5"}},
		"its escalation is gone":           {with("high: 7", "high: 5"), with("escalate: {high: 7}", ""), []string{"escalate high 5 → never"}},
		"its theme is another":             {rings, "THEME sound\n" + rings, []string{"theme noise → sound"}},
		"another score of the same effect": {rings, with("clear, points: 2", "clear, points: 3"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &rules.Article{Title: "A loud bell in town, clear and near"}
			got := rules.Changes(only(oneRule(t, c.before), a), only(oneRule(t, c.now), a))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

// A list's members are not in the query that names it.
func TestASignalMayHoldByAnotherList(t *testing.T) {
	t.Parallel()
	const text = "version: 1\ntheme: t\nlists: {l: [LIST]}\nrules: [{id: r, require: bell, exclude: absent, signals: [{when: $l, points: 5}], threshold: 5}]"
	set := func(list string) *rules.Set {
		f, problems := rules.Parse("", []byte(strings.Replace(text, "LIST", list, 1)))
		s, more := rules.Compile(time.Time{}, f)
		if s == nil {
			t.Fatal(problems, more)
		}
		return s
	}
	a := &rules.Article{Title: "A loud bell"}
	narrow, wide := only(set("noisy"), a), only(set("noisy, loud"), a)
	if diff := cmp.Diff([]string{"signal +5 now holds: $l"}, rules.Changes(narrow, wide)); diff != "" {
		t.Errorf("a member more (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"signal +5 no longer holds: $l"}, rules.Changes(wide, narrow)); diff != "" {
		t.Errorf("a member less (-want +got):\n%s", diff)
	}
}
