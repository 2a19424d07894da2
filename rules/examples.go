package rules

import (
	"fmt"

	"tocsin/rules/yamlfile"
)

// Outcome is what became of an example.
type Outcome uint8

// The outcomes of an example.
const (
	Passed    Outcome = iota // the rule says of it what it must
	Failed                   // it does not
	KnownMiss                // it does not, and the example is a todo: no failure
	TodoDone                 // it does, and the example is still a todo: a failure, so that it is moved
)

// String returns the outcome in a word or two.
func (o Outcome) String() string {
	return [...]string{"ok", "FAIL", "todo", "FAIL: done"}[o]
}

// Failure reports whether the outcome makes the test fail.
func (o Outcome) Failure() bool { return o == Failed || o == TodoDone }

// RuleResult is what the examples say of a rule.
type RuleResult struct {
	Rule        *Rule
	Examples    []ExampleResult // match, no_match, todo_match, todo_no_match, in the order of the file
	Unexercised []int           // the signals, as indexes of Rule.Signals, that hold in none of the examples
}

// Failures counts the examples that failed.
func (r *RuleResult) Failures() (n int) {
	for _, e := range r.Examples {
		if e.Outcome.Failure() {
			n++
		}
	}
	return n
}

// ExampleResult is what became of one example.
type ExampleResult struct {
	Article   *Article
	Pos       yamlfile.Pos // in Rule.File
	WantMatch bool         // the rule must match it
	Outcome   Outcome
	Verdict   Verdict // what the rule says of it, with the arithmetic
}

// failure says in a line how the example fails, and what to do; msg is "" when it
// does not.
func (x *ExampleResult) failure() (msg, hint string) {
	score := fmt.Sprintf("scores %d of %d", x.Verdict.Score, x.Verdict.Rule.Threshold)
	hint = "tocsin test shows the arithmetic"
	switch {
	case x.Outcome == TodoDone:
		return "this example does what it must, and is still a todo", "move it out of the todo list"
	case x.Outcome != Failed:
		return "", ""
	case !x.WantMatch:
		return "this example must not match, and " + score, hint
	case !x.Verdict.Require.Holds:
		return "this example must match, and require does not hold", hint
	case x.Verdict.Exclude.Holds:
		return "this example must match, and exclude holds", hint
	}
	return "this example must match, and " + score, hint
}

// Test runs the examples of every rule, those that are off too, against the
// rules as they are in the set: tunings count. The results are by rule ID.
func (s *Set) Test() []RuleResult {
	results := make([]RuleResult, len(s.rules))
	for i, r := range s.rules {
		results[i] = s.testRule(r)
	}
	return results
}

func (s *Set) testRule(r *Rule) RuleResult {
	res := RuleResult{Rule: r}
	exercised := make([]bool, len(r.Signals))
	for i := range r.examples {
		x := s.testExample(r, &r.examples[i])
		for i, sig := range x.Verdict.Signals {
			exercised[i] = exercised[i] || sig.Holds
		}
		res.Examples = append(res.Examples, x)
	}
	for i, done := range exercised {
		if !done {
			res.Unexercised = append(res.Unexercised, i)
		}
	}
	return res
}

func (s *Set) testExample(r *Rule, e *example) ExampleResult {
	x := ExampleResult{Article: e.article, Pos: e.pos, WantMatch: e.match}
	in := s.begin(x.Article)
	defer s.end(in)
	x.Verdict = in.explain(r)
	switch ok := x.Verdict.Matched == e.match; {
	case ok && e.todo:
		x.Outcome = TodoDone
	case ok:
		x.Outcome = Passed
	case e.todo:
		x.Outcome = KnownMiss
	default:
		x.Outcome = Failed
	}
	return x
}

// example is an article with what the rule must say of it.
type example struct {
	article     *Article
	pos         yamlfile.Pos
	match, todo bool
}

// list returns all examples, in the order of RuleResult.Examples.
func (ex *ExamplesSource) list() []example {
	var all []example
	for _, l := range ex.lists() {
		for _, e := range l.examples {
			all = append(all, example{e.Value.Article(), e.Pos, l.match, l.todo})
		}
	}
	return all
}
