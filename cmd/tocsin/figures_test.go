package main

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFigures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		tally
		want string // precision, recall, F1
	}{
		{"all right", tally{tp: 4}, "1.000 1.000 1.000"},
		{"half of what rang is right", tally{tp: 2, fp: 2}, "0.500 1.000 0.667"},
		{"half of what should ring did", tally{tp: 2, fn: 2}, "1.000 0.500 0.667"},
		{"of each something", tally{tp: 6, fp: 2, fn: 4}, "0.750 0.600 0.667"},
		{"nothing rang", tally{fn: 3}, "– 0.000 0.000"},
		{"nothing should have rung", tally{fp: 3}, "0.000 – 0.000"},
		{"only wrong ones", tally{fp: 1, fn: 1}, "0.000 0.000 0.000"},
		{"nothing at all", tally{}, "– – –"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := fmt.Sprintf("%s %s %s", tt.precision().format(3), tt.recall().format(3), tt.f1().format(3))
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestMeanIsOfWhatIsDefined(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		figures []figure
		want    string
	}{
		{"of none", nil, "–"},
		{"of an undefined one", []figure{{}}, "–"},
		{"of some", []figure{ratio(1, 2), {}, ratio(0, 5), ratio(4, 4)}, "0.50"},
	} {
		if got := mean(tt.figures).format(2); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestFiguresForPrograms(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal([]figure{ratio(1, 4), ratio(0, 3), ratio(3, 3), ratio(1, 0), perTenThousand(3, 40_000), perTenThousand(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	if want := "[0.25,0,1,null,0.75,null]"; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	l := labels{themes: []string{"a", "b"}, ok: []string{"c", "b"}}
	for _, tt := range []struct {
		theme string
		rang  bool
		want  outcome
	}{
		{"a", true, truePositive},
		{"a", false, falseNegative},
		{"b", false, falseNegative}, // what must ring must, though it also may
		{"c", true, noOutcome},
		{"c", false, noOutcome},
		{"d", true, falsePositive},
		{"d", false, noOutcome},
	} {
		if got := l.outcomeOf(tt.theme, tt.rang); got != tt.want {
			t.Errorf("%s, rang %v: got %d, want %d", tt.theme, tt.rang, got, tt.want)
		}
	}
}

func TestScorecard(t *testing.T) {
	t.Parallel()
	c := scorecard{themes: map[string]*themeCard{"ruled": {rules: 2}, "quiet": {rules: 1}}, hasBackground: true}
	for _, row := range []struct {
		labels
		rang []string
	}{
		{labels{themes: []string{"ruled"}}, []string{"ruled"}},
		{labels{themes: []string{"ruled", "ruled", "labelled"}}, nil}, // named twice, missed once
		{labels{themes: []string{}, ok: []string{"ruled"}}, []string{"ruled"}},
		{labels{themes: []string{}}, []string{"ruled"}},
		{labels{themes: []string{}}, nil},
	} {
		c.add(row.labels, row.rang)
	}
	c.addBackground(labels{}, []string{"quiet", "ruled"})
	c.addBackground(labels{}, []string{"ruled"})
	c.addBackground(labels{themes: []string{"ruled"}}, []string{"ruled"})
	c.addBackground(labels{}, nil)
	got, err := json.Marshal(c.report())
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"articles":5,"left_out":{"ambiguous":0,"unlabelled":0},"macro_f1":0.25,"themes":[` +
		`{"theme":"labelled","rules":0,"tp":0,"fp":0,"fn":1,"precision":null,"recall":0,"f1":0,"false_alerts":0,"false_alerts_per_10000":0},` +
		`{"theme":"quiet","rules":1,"tp":0,"fp":0,"fn":0,"precision":null,"recall":null,"f1":null,"false_alerts":1,"false_alerts_per_10000":2500},` +
		`{"theme":"ruled","rules":2,"tp":1,"fp":1,"fn":1,"precision":0.5,"recall":0.5,"f1":0.5,"false_alerts":2,"false_alerts_per_10000":5000}],` +
		`"background":{"articles":4,"false_alerts":3,"false_alerts_per_10000":7500}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}
