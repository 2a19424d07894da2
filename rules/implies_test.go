package rules_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
)

// A rule whose require implies its exclude never says anything, and is refused.
func TestWhatFollowsFromAQueryIsKnown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p, q string
		want bool // q follows from p
	}{
		{"alpha", "alpha", true},
		{"alpha", "beta", false},
		{"alphas", "alph*", true},
		{"alph*", "alphas", false},
		{`"one alpha two"`, `"alpha two"`, true},
		{`"one alpha"`, `"alpha one"`, false},
		{"AWS", "Aws", true},
		{"Aws", "AWS", false},
		{"title:alpha", "alpha", true},
		{"alpha", "title:alpha", false},
		{"alpha AND beta", "alpha OR gamma", true},
		{"alpha OR beta", "alpha", false},
		{"alpha OR beta", "beta OR gamma OR alpha", true},
		{"alpha AND (beta OR gamma)", "(beta OR gamma) AND alpha", true},
		{"NOT alph*", "NOT alphas", true},
		{"NOT alphas", "NOT alph*", false},
		{"alpha NEAR/3 beta", "beta NEAR/5 alpha", true},
		{"alpha NEAR/5 beta", "alpha NEAR/3 beta", false},
		{"alpha BEFORE/3 beta", "alpha NEAR/3 beta", true},
		{"alpha BEFORE/3 beta", "beta NEAR/3 alpha", true},
		{"alpha BEFORE/3 beta", "alpha BEFORE/4 beta", true},
		{"alpha BEFORE/4 beta", "alpha BEFORE/3 beta", false},
		{"alpha BEFORE/3 beta", "beta BEFORE/3 alpha", false},
		{"alpha NEAR/3 beta", "alpha BEFORE/3 beta", false},
		{"alpha NEAR/3 beta", "beta", true},
		{"alpha NOT NEAR/3 beta", "alpha", true},
		{"alpha NOT NEAR/3 beta", "beta", false},
		{"alpha NOT NEAR/5 beta", "alpha NOT NEAR/3 beta", true},
		{"alpha NOT NEAR/3 beta", "alpha NOT NEAR/5 beta", false},
		{"ATLEAST/2 $l", "$l", true},
		{"ATLEAST/2 $l", "ATLEAST/2 $l", true},
		{"$l", "ATLEAST/2 $l", false},
		{"red", "$l", true},
		{"$l", "red OR blue", true},
		{"tag:x", "tag:X", true},
		{"tag:x", "category:x", false},
		{"alpha AND /x/", "/x/ AND alpha", true},
		{"alpha AND /x/", "/y/ AND alpha", false},
	} {
		t.Run(c.p+" gives "+c.q, func(t *testing.T) {
			t.Parallel()
			text := ruleFile("lists: {l: [red, blue]}", c.p) + "    exclude: '" + strings.ReplaceAll(c.q, "'", "''") + "'\n"
			f, problems := rules.Parse("x.yaml", []byte(text))
			if f == nil {
				t.Fatal(problems)
			}
			_, problems = rules.Compile(now, f)
			got := slices.ContainsFunc(problems, func(p yamlfile.Problem) bool { return p.Code == "never-holds" })
			if got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
