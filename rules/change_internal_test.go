package rules

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Whatever two rules say of an article: there are reasons exactly where they
// ring differently.
func TestChangesHasReasonsWhereThereIsAChange(t *testing.T) {
	t.Parallel()
	changed := 0
	for seed := range uint64(100) {
		w := writer{rand.New(rand.NewPCG(seed, 2))}
		before, now := changing(t, w), changing(t, w)
		if before == nil || now == nil {
			continue
		}
		for range 5 {
			a := &Article{Title: w.text(), Summary: w.text(), Body: w.text(), Tags: []string{"x"}}
			b, n := before.Explain(a), now.Explain(a)
			for i := range b {
				differs := b[i].rings() != n[i].rings() || b[i].rings() && b[i].Severity != n[i].Severity
				if differs {
					changed++
				}
				if why := Changes(&b[i], &n[i]); differs != (len(why) > 0) {
					t.Fatalf("seed %d, differs: %v, because %q\nbefore:\n%s\nnow:\n%s", seed, differs, why, b[i].Text(a), n[i].Text(a))
				}
			}
		}
	}
	if changed < 100 {
		t.Errorf("only %d changes: the test tries too little", changed)
	}
}

// changing is a set of random rules, in random states and with thresholds that
// some texts reach; nil where they do not compile.
func changing(t *testing.T, w writer) *Set {
	var files []*File
	for _, text := range w.files(5) {
		f, problems := Parse("x.yaml", []byte(text))
		if f == nil {
			t.Fatalf("%v\n%s", problems, text)
		}
		files = append(files, f)
	}
	set, _ := Compile(time.Time{}, files...)
	return set
}
