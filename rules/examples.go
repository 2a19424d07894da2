package rules

import "tocsin/rules/yamlfile"

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
	for _, l := range r.examples.lists() {
		for _, e := range l.examples {
			x := s.testExample(r, e, l)
			for i, sig := range x.Verdict.Signals {
				exercised[i] = exercised[i] || sig.Holds
			}
			res.Examples = append(res.Examples, x)
		}
	}
	for i, done := range exercised {
		if !done {
			res.Unexercised = append(res.Unexercised, i)
		}
	}
	return res
}

func (s *Set) testExample(r *Rule, e yamlfile.At[Example], l exampleList) ExampleResult {
	x := ExampleResult{Article: e.Value.Article(), Pos: e.Pos, WantMatch: l.match}
	in := s.read(x.Article)
	defer s.release(in)
	x.Verdict = r.explain(in)
	switch ok := x.Verdict.Matched == l.match; {
	case ok && l.todo:
		x.Outcome = TodoDone
	case ok:
		x.Outcome = Passed
	case l.todo:
		x.Outcome = KnownMiss
	default:
		x.Outcome = Failed
	}
	return x
}
