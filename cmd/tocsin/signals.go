package main

import (
	"slices"

	"tocsin/rules"
)

// signalJSON is a signal that held, for programs, as far as one field goes.
//
// There is an entry for each field in which words earned the signal, in the order
// title, summary, body. The first has the points and the others have 0, so that
// the points of all entries and the rule's base add up to the score. A signal that
// no words earned, such as tag:x or NOT x, has one entry with the field "".
type signalJSON struct {
	When   string   `json:"when"`
	Points int      `json:"points"`
	Field  string   `json:"field"`
	Spans  [][2]int `json:"spans"` // bytes from (inclusive) to (exclusive) of the field's text
}

// signalsJSON returns the signals; place returns the bytes of a span.
func signalsJSON(signals []rules.Signal, place func(rules.Span) (from, to int)) []signalJSON {
	list := []signalJSON{}
	for _, s := range signals {
		list = append(list, fieldsJSON(s, place)...)
	}
	return list
}

// fieldsJSON returns the entries of one signal.
func fieldsJSON(s rules.Signal, place func(rules.Span) (from, to int)) []signalJSON {
	entries := []signalJSON{{When: s.When, Points: s.Points, Spans: [][2]int{}}}
	for _, span := range s.Spans {
		field := span.Field.String()
		i := slices.IndexFunc(entries, func(e signalJSON) bool { return e.Field == field })
		switch {
		case i >= 0:
		case entries[0].Field == "":
			entries[0].Field, i = field, 0
		default:
			entries, i = append(entries, signalJSON{When: s.When, Field: field}), len(entries)
		}
		from, to := place(span)
		entries[i].Spans = append(entries[i].Spans, [2]int{from, to})
	}
	return entries
}

// heldSignals returns the signals of a verdict that hold.
func heldSignals(v rules.Verdict) []rules.Signal {
	var held []rules.Signal
	for _, s := range v.Signals {
		if s.Holds {
			held = append(held, rules.Signal{Evidence: &s.Evidence, Spans: s.Spans})
		}
	}
	return held
}

// asGiven returns the bytes of a span of a text that was plain.
func asGiven(s rules.Span) (from, to int) { return s.From, s.To }
