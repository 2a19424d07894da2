package rules_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
)

// check parses and compiles files, and returns everything that is wrong with
// them, in the order of files and places.
func check(files map[string]string) (*rules.Set, []yamlfile.Problem) {
	var parsed []*rules.File
	var problems []yamlfile.Problem
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, ps := rules.Parse(name, []byte(files[name]))
		parsed, problems = append(parsed, f), append(problems, ps...)
	}
	s, ps := rules.Compile(now, parsed...)
	return s, yamlfile.Sort(append(problems, ps...))
}

// Each archive is named after the one mistake in its rule files, and "want" is
// what people are told, with the line and a caret.
func TestMistakes(t *testing.T) {
	t.Parallel()
	forEachArchive(t, "mistakes", func(t *testing.T, files map[string]string) string {
		s, problems := check(files)
		var got strings.Builder
		for _, p := range problems {
			got.WriteString(p.Error() + "\n" + yamlfile.Snippet([]byte(files[p.File]), p) + "\n")
		}
		if (s == nil) != yamlfile.AnyError(problems) {
			t.Errorf("there is a set: %v, with the problems %v", s != nil, problems)
		}
		return got.String()
	})
}

// What nothing is wrong with is told of by nobody.
func TestAFaultlessFileHasNoProblems(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/faultless.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, problems := check(map[string]string{"x.yaml": string(data)})
	if diff := cmp.Diff([]yamlfile.Problem(nil), problems); diff != "" {
		t.Error(diff)
	}
}
