package rules

import (
	"testing"
	"time"
)

// Once an evaluation has met the words of an article, judging it takes no memory
// where nothing matches. It is taken from no pool here: that may drop it at any
// time.
func TestAnArticleThatNothingMatchesTakesNoMemory(t *testing.T) {
	f, problems := Parse("x.yaml", []byte(`
version: 1
theme: t
lists: {river: [Elbe, Rhine, "Rio Grande"]}
rules:
  - {id: t.rising, require: $river, signals: [{when: 'title:flood*', points: 3}], threshold: 3}
  - {id: t.broken, require: 'dyke NEAR/3 broke AND tag:x', signals: [{when: flood*, points: 1}], threshold: 1}
  - {id: t.near, require: 'dyke NEAR/3 river AND NOT company'}
`))
	if f == nil {
		t.Fatal(problems)
	}
	s, problems := Compile(time.Time{}, f)
	if s == nil {
		t.Fatal(problems)
	}
	a := &Article{
		Title: "Flood practice at the company’s dyke", Summary: "No river – “none” – was there; AT&T's 3.5 said.", Tags: []string{"x"},
	}
	e := newEvaluation(s)
	judge := func() {
		e.read(a)
		if m := e.report(); m != nil {
			t.Errorf("got %v", m)
		}
		e.forget()
	}
	if n := testing.AllocsPerRun(100, judge); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
