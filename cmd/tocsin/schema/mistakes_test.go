package schema_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// mistakes says who sees what is wrong in each archive of a folder.
type mistakes struct {
	shape   string // the schema
	syntax  string // every editor: it is no YAML
	meaning string // tocsin check only
}

// who returns the class of an archive; "" when nobody said.
func (m mistakes) who(name string) string {
	who := ""
	for class, names := range map[string]string{"shape": m.shape, "syntax": m.syntax, "meaning": m.meaning} {
		if slices.Contains(strings.Fields(names), name) {
			who += class // one that is in two classes is in none
		}
	}
	return who
}

var inRules = mistakes{
	shape: `all-at-once bad-names broken-list-file empty-blocks empty-example empty-list empty-query empty-signals escalate fold
		misplaced-keys misspelt-needed-keys mistyped-lists nested-list no-id no-require no-score no-theme points star-in-member status tuning
		unknown-key version wrong-type`,
	syntax: `dropped-quote two-quoted-phrases`,
	meaning: `bare-list failing-example foreign-operators member-quotes misspelt-definition unknown-theme at-least-none at-least-too-many at-least-without-list bad-regexp closed-parenthesis
		colon-in-word contradicting-example dead-signals duplicate-id duplicate-id-elsewhere
		empty-parentheses empty-regexp expired-tuning field-in-field field-of-data inner-star
		list-members list-without-name lone-regexp lone-star missing-operator near-chain near-misspelt
		near-number near-operand near-without-number never-holds never-holds-excluded
		never-holds-fields never-holds-not-near no-examples no-threshold no-value no-words not-before
		not-exercised not-without-and open-parenthesis open-quote-in-query open-regexp operator-first
		operator-without-terms place-in-query short-stem silenced small-operator subsumed
		large-regexps nested-too-deep too-common subsumed-by-list tuning-without-rule unknown-field unknown-list unknown-shared-list
		unreachable-escalation unreachable-threshold unreachable-threshold-tuned unused-list wide-near
		wide-stem`,
}

var inConfig = mistakes{
	shape: `feeds-that-are-none nothing-to-poll problems-in-a-feed-list-are-at-their-place unknown-key
		routes-that-cannot-be wrong-types`,
	meaning: `a-callback-that-is-none
		a-callback-without-a-path a-database-that-is-none a-database-whose-password-is-not-there a-feed-twice
		a-store-elsewhere a-webhook a-webhook-beside-a-token everything-is-right listening-nowhere listening-to-others-without-a-token
		matched-articles-kept-for-less matched-articles-kept-for-less-than-stories-last
		profiles-for-others proxies-without-a-header signing-in-that-cannot-be`,
}

// What is wrong in shape is refused, what is wrong in meaning is taken, and it is
// known of every archive which it is.
func TestMistakesInShapeAreSeen(t *testing.T) {
	t.Parallel()
	for _, folder := range []struct {
		name  string
		known mistakes
		kind  func(file string) kind
	}{
		{"rules/testdata/mistakes", inRules, func(string) kind { return ruleFile }},
		{"watcher/config/testdata", inConfig, func(file string) kind {
			if file == "tocsin.yaml" {
				return configFile
			}
			return feedList
		}},
	} {
		found := archives(t, folder.name)
		for name, a := range found {
			t.Run(folder.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				want, got := folder.known.who(name), seen(t, a, folder.kind)
				if want == "" {
					t.Fatalf("nobody said what is wrong here: list it in the test, as %s", got)
				}
				if want != got {
					t.Errorf("it is listed under %s, and is wrong in %s", want, got)
				}
			})
		}
		for _, name := range strings.Fields(folder.known.shape + " " + folder.known.syntax + " " + folder.known.meaning) {
			if found[name] == nil {
				t.Errorf("%s has no %s any more", folder.name, name)
			}
		}
	}
}

// seen returns the class of what is wrong in an archive.
func seen(t *testing.T, a *txtar.Archive, kindOf func(string) kind) string {
	class := "meaning"
	told := string(a.Files[len(a.Files)-1].Data)
	for _, f := range a.Files {
		if filepath.Ext(f.Name) != ".yaml" {
			continue
		}
		if err := kindOf(f.Name).says(f.Data); err == nil {
			continue
		} else if !strings.Contains(told, f.Name+":") {
			t.Errorf("%s is right, and refused: %v", f.Name, err)
		}
		if _, err := document(f.Data); err == nil {
			return "shape"
		}
		class = "syntax"
	}
	return class
}
