package main

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
)

func TestSignalsForPrograms(t *testing.T) {
	t.Parallel()
	span := func(f rules.Field, from, to int) rules.Span { return rules.Span{Field: f, From: from, To: to} }
	for _, tt := range []struct {
		name    string
		signals []rules.Signal
		want    string
	}{
		{"none", nil, `[]`},
		{"without words", []rules.Signal{{Evidence: said("tag:x", 1)}}, `[{"when":"tag:x","points":1,"field":"","spans":[]}]`},
		{"in one field", []rules.Signal{{Evidence: said("a", -2), Spans: []rules.Span{span(rules.Body, 1, 2), span(rules.Body, 4, 5)}}},
			`[{"when":"a","points":-2,"field":"body","spans":[[1,2],[4,5]]}]`},
		{"in all fields, the points once", []rules.Signal{{Evidence: said("a", 3), Spans: []rules.Span{
			span(rules.Title, 0, 1), span(rules.Title, 5, 6), span(rules.Summary, 1, 2), span(rules.Body, 2, 3),
		}}},
			`[{"when":"a","points":3,"field":"title","spans":[[0,1],[5,6]]},` +
				`{"when":"a","points":0,"field":"summary","spans":[[1,2]]},` +
				`{"when":"a","points":0,"field":"body","spans":[[2,3]]}]`},
		{"in the rule's order, also where they are the same", []rules.Signal{{Evidence: said("b", 1)}, {Evidence: said("a", 2)}, {Evidence: said("b", 1)}},
			`[{"when":"b","points":1,"field":"","spans":[]},{"when":"a","points":2,"field":"","spans":[]},{"when":"b","points":1,"field":"","spans":[]}]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(signalsJSON(tt.signals, asGiven))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func said(when string, points int) *rules.Evidence {
	return &rules.Evidence{When: when, Points: points}
}
