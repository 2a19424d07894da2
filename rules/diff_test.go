package rules_test

import (
	"strings"
	"testing"

	"tocsin/rules"
)

func TestCompareSaysWhatIsDifferent(t *testing.T) {
	t.Parallel()
	const tuned = "version: 1\ntune: [{rules: [floods.rising], exclude: opinion, expires: 2026-11-02}]"
	replace := func(old, by string) []string {
		if !strings.Contains(floods, old) {
			t.Fatalf("no %q to replace", old)
		}
		return []string{strings.Replace(floods, old, by, 1)}
	}
	for _, c := range []struct {
		name          string
		before, after []string
		want          string
	}{
		{"the same", []string{floods}, []string{floods}, "none"},
		{"comments and places", []string{floods}, []string{"# about rivers\n" + floods}, "none"},
		{"other examples", []string{floods}, replace("exclude: film", "exclude: film\n    examples: {match: [A flood on the Elbe]}"), "none"},
		{"the order in a list", []string{floods}, replace("[Elbe, Rhine,", "[Rhine, Elbe,"), "none"},
		{"other rules beside, with terms of their own", []string{floods}, []string{floods, "version: 1\ntheme: a\nrules: [{id: a.a, require: aardvark}]"}, "1 added"},
		{"a rule less", []string{floods}, replace("  - {id: floods.off, status: off, require: $river}\n", ""), "1 gone"},
		{"a rule under another name", []string{floods}, replace("floods.off", "floods.out"), "1 added, 1 gone"},
		{"a title", []string{floods}, replace("A river rises", "A river falls"), "1 changed"},
		{"a threshold", []string{floods}, replace("threshold: 4", "threshold: 5"), "1 changed"},
		{"a status", []string{floods}, replace("status: off", "status: live"), "1 changed"},
		{"a signal", []string{floods}, replace("points: 3", "points: 4"), "1 changed"},
		{"a member of the list that all rules use", []string{floods}, replace("Elbe", "Oder"), "3 changed"},
		{"accents", []string{floods}, []string{"fold: accents" + floods}, "3 changed"},
		{"a tuning more", []string{floods}, []string{floods, tuned}, "1 changed"},
		{"all at once", []string{floods}, []string{strings.NewReplacer("floods.off", "floods.out", "exclude: film", "exclude: theatre").Replace(floods)}, "1 added, 1 gone, 1 changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := rules.Compare(compileFiles(t, now, c.before...), compileFiles(t, now, c.after...))
			if got := d.String(); got != c.want {
				t.Errorf("got %s %+v, want %s", got, d, c.want)
			}
			if d.None() != (c.want == "none") {
				t.Errorf("None() is %v of %+v", d.None(), d)
			}
		})
	}
	t.Run("a tuning that expires", func(t *testing.T) {
		t.Parallel()
		before, after := compileFiles(t, now, floods, tuned), compileFiles(t, now.AddDate(0, 0, 2), floods, tuned)
		if got := rules.Compare(before, after).String(); got != "1 changed" {
			t.Errorf("got %s", got)
		}
	})
}
