package main

import "tocsin/rules"

// ruleResultJSON is what the examples say of a rule, for programs.
type ruleResultJSON struct {
	Rule        string        `json:"rule"`
	Theme       string        `json:"theme"`
	Status      rules.Status  `json:"status"`
	File        string        `json:"file"`
	Line        int           `json:"line"` // of the rule's id
	Failures    int           `json:"failures"`
	Examples    []exampleJSON `json:"examples"`    // in the order of the file
	Unexercised []string      `json:"unexercised"` // the signals that hold in no example
}

// exampleJSON is what became of an example. Signals are those that hold, as in
// tocsin score --explain.
type exampleJSON struct {
	Line      int          `json:"line"`
	Col       int          `json:"col"`
	List      string       `json:"list"`    // match, no_match, todo_match or todo_no_match
	Outcome   string       `json:"outcome"` // passed, failed; of a todo: todo, or todo_done, which is a failure
	Title     string       `json:"title"`
	Summary   string       `json:"summary"`
	Body      string       `json:"body"`
	Matched   bool         `json:"matched"`
	Require   bool         `json:"require"` // it holds
	Exclude   bool         `json:"exclude"`
	Score     int          `json:"score"`
	Threshold int          `json:"threshold"`
	Signals   []signalJSON `json:"signals"`
}

var outcomeNames = map[rules.Outcome]string{
	rules.Passed: "passed", rules.Failed: "failed", rules.KnownMiss: "todo", rules.TodoDone: "todo_done",
}

func ruleResultsJSON(results []rules.RuleResult) []ruleResultJSON {
	list := make([]ruleResultJSON, 0, len(results))
	for _, r := range results {
		j := ruleResultJSON{
			Rule: r.Rule.ID, Theme: r.Rule.Theme, Status: r.Rule.Status, File: r.Rule.File, Line: r.Rule.Pos.Line,
			Failures: r.Failures(), Examples: []exampleJSON{}, Unexercised: []string{},
		}
		for _, x := range r.Examples {
			j.Examples = append(j.Examples, newExampleJSON(x))
		}
		for _, i := range r.Unexercised {
			j.Unexercised = append(j.Unexercised, r.Rule.Signals[i].When)
		}
		list = append(list, j)
	}
	return list
}

func newExampleJSON(x rules.ExampleResult) exampleJSON {
	list := "no_match"
	if x.WantMatch {
		list = "match"
	}
	if x.Outcome == rules.KnownMiss || x.Outcome == rules.TodoDone {
		list = "todo_" + list
	}
	v := x.Verdict
	return exampleJSON{
		Line: x.Pos.Line, Col: x.Pos.Col, List: list, Outcome: outcomeNames[x.Outcome],
		Title: x.Article.Title, Summary: x.Article.Summary, Body: x.Article.Body,
		Matched: v.Matched, Require: v.Require.Holds, Exclude: v.Exclude.Holds, Score: v.Score, Threshold: v.Rule.Threshold,
		Signals: signalsJSON(heldSignals(v), asGiven),
	}
}
