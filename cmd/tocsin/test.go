package main

import (
	"encoding/xml"
	"fmt"
	"os"
	"path"
	"slices"

	"github.com/spf13/cobra"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
)

func newTest(e *env) *cobra.Command {
	var o testOptions
	cmd := &cobra.Command{
		Use:   "test [PATH...]",
		Short: "Runs the examples in the rules, which are their tests",
		Long: `Runs the examples of the rules in each PATH (a file, a folder, builtin: or builtin:THEME),
without a PATH those of the rules that the configuration names. An example that fails
shows the arithmetic of what happened.`,
		RunE: func(_ *cobra.Command, args []string) error {
			return e.untilInterrupted(func() error { return e.test(args, o) })
		},
	}
	cmd.Flags().StringVar(&o.junit, "junit", "", "write the results to `file` as JUnit XML")
	cmd.Flags().BoolVar(&o.json, "json", false, "print the results as a JSON array, an object a rule")
	cmd.Flags().StringVar(&o.run, "run", "", "only rules whose ID is `pattern`, * standing for any text")
	return cmd
}

type testOptions struct {
	junit string
	json  bool
	run   string // "" runs all
}

func (e *env) test(paths []string, o testOptions) error {
	set, err := e.loadRuleSet(paths)
	if err != nil {
		return err
	}
	results, err := selectRules(set.Test(), o.run)
	if err != nil {
		return err
	}
	if o.junit != "" {
		if err := writeJUnit(o.junit, results); err != nil {
			return usage("writing JUnit results: %w", err)
		}
	}
	if o.json {
		err = printJSON(e.stdout, ruleResultsJSON(results))
	} else {
		err = e.printTests(results)
	}
	if err != nil {
		return err
	}
	return e.tested(results)
}

// selectRules keeps the results of rules whose ID the pattern takes in. A
// pattern that takes in none is a mistake.
func selectRules(results []rules.RuleResult, pattern string) ([]rules.RuleResult, error) {
	if pattern == "" {
		return results, nil
	}
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, usage("--run %q is no pattern: %w", pattern, err)
	}
	var kept []rules.RuleResult
	var ids []string
	for _, r := range results {
		ids = append(ids, r.Rule.ID)
		if ok, _ := path.Match(pattern, r.Rule.ID); ok {
			kept = append(kept, r)
		}
	}
	if len(kept) == 0 {
		hint := yamlfile.DidYouMean(pattern, ids)
		if hint == "" {
			hint = "the rules are " + yamlfile.OneOf(ids, "and")
		}
		return nil, usage("--run %q takes in no rule (%s)", pattern, hint)
	}
	return kept, nil
}

// printTests prints the results for people.
func (e *env) printTests(results []rules.RuleResult) error {
	for _, r := range results {
		if _, err := fmt.Fprint(e.stdout, r.Text()); err != nil {
			return err
		}
	}
	return nil
}

// tested says how it went, and returns the error for the exit code.
func (e *env) tested(results []rules.RuleResult) error {
	examples, failures, todo := 0, 0, 0
	for _, r := range results {
		examples += len(r.Examples)
		failures += r.Failures()
		for _, x := range r.Examples {
			if x.Outcome == rules.KnownMiss {
				todo++
			}
		}
	}
	end := ""
	if todo > 0 {
		end = fmt.Sprintf(", %d to do", todo)
	}
	e.printf("%s, %s, %s%s", count(len(results), "rule"), count(examples, "example"), count(failures, "failure"), end)
	if failures > 0 {
		return codedError{exitNotSo, nil}
	}
	return nil
}

// The elements of JUnit's XML that the common readers know. A rule is a suite,
// and an example is a case.
type (
	junitSuites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Skipped  int      `xml:"skipped,attr"`
		Suites   []junitSuite
	}
	junitSuite struct {
		XMLName  xml.Name `xml:"testsuite"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Skipped  int      `xml:"skipped,attr"`
		Cases    []junitCase
	}
	junitCase struct {
		XMLName   xml.Name      `xml:"testcase"`
		Name      string        `xml:"name,attr"`
		ClassName string        `xml:"classname,attr"`
		File      string        `xml:"file,attr"`
		Line      int           `xml:"line,attr"`
		Failure   *junitMessage `xml:"failure"`
		Skipped   *junitMessage `xml:"skipped"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes the results; a known miss counts as skipped.
func writeJUnit(name string, results []rules.RuleResult) error {
	var all junitSuites
	for _, r := range results {
		s := junitSuiteOf(r)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Skipped += s.Skipped
		all.Suites = append(all.Suites, s)
	}
	data, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, slices.Concat([]byte(xml.Header), data, []byte("\n")), 0o644)
}

func junitSuiteOf(r rules.RuleResult) junitSuite {
	s := junitSuite{Name: r.Rule.ID, Tests: len(r.Examples), Failures: r.Failures()}
	for _, x := range r.Examples {
		want := "no_match: "
		if x.WantMatch {
			want = "match: "
		}
		c := junitCase{Name: want + x.Article.Title, ClassName: r.Rule.ID, File: r.Rule.File, Line: x.Pos.Line}
		switch {
		case x.Outcome == rules.TodoDone:
			c.Failure = &junitMessage{Message: "does what it must, and is still a todo"}
		case x.Outcome.Failure():
			c.Failure = &junitMessage{Message: "does not do what it must", Text: x.Verdict.Text(x.Article)}
		case x.Outcome == rules.KnownMiss:
			c.Skipped = &junitMessage{Message: "todo"}
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
	return s
}
