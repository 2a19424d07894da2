package seeds_test

import (
	"io/fs"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
	"tocsin/seeds"
	"tocsin/seeds/newsroom"
)

// today is any day before the allowances in the rule files run out.
var today = time.Date(2031, 3, 4, 0, 0, 0, 0, time.UTC)

// starter compiles the starter rules as one set, once for all tests: it is the
// same set for each, and large.
var starter = sync.OnceValues(func() (*rules.Set, []error) {
	var errs []error
	names, err := fs.Glob(seeds.Themes(), "*.yaml")
	if err != nil {
		return nil, []error{err}
	}
	var files []*rules.File
	for _, name := range names {
		data, err := fs.ReadFile(seeds.Themes(), name)
		if err != nil {
			return nil, []error{err}
		}
		f, problems := rules.Parse(name, data)
		for _, p := range problems {
			errs = append(errs, p)
		}
		files = append(files, f)
	}
	set, problems := rules.Compile(today, files...)
	for _, p := range problems {
		errs = append(errs, p)
	}
	return set, errs
})

// compile returns the starter rules, and fails the test for any problem,
// warnings too.
func compile(t *testing.T) *rules.Set {
	t.Helper()
	set, errs := starter()
	for _, err := range errs {
		t.Error(err)
	}
	if t.Failed() {
		t.FailNow()
	}
	return set
}

// themes returns the themes that the pack has rules for.
func themes() map[string]bool {
	return map[string]bool{
		"compute_capex": true, "dealmaking": true, "exclusivity": true, "governance": true,
		"multi_cloud": true, "own_models": true, "regulatory_probe": true, "talent": true,
	}
}

func TestThemesAreThere(t *testing.T) {
	t.Parallel()
	got := map[string]bool{}
	for _, r := range compile(t).Rules() {
		got[r.Theme] = true
	}
	want := themes()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("themes with rules (-want +got):\n%s", diff)
	}
}

func TestExamplesHold(t *testing.T) {
	t.Parallel()
	for _, r := range compile(t).Test() {
		t.Run(r.Rule.ID, func(t *testing.T) {
			t.Parallel()
			counts := map[bool]int{}
			for _, e := range r.Examples {
				counts[e.WantMatch]++
				if e.Outcome.Failure() {
					t.Errorf("%s:%d: %q: want match %v, score %d of %d",
						r.Rule.File, e.Pos.Line, e.Article.Title, e.WantMatch, e.Verdict.Score, r.Rule.Threshold)
				}
			}
			if counts[true] < 6 || counts[false] < 6 {
				t.Errorf("%d match and %d no_match examples, want 6 of each at least", counts[true], counts[false])
			}
			for _, i := range r.Unexercised {
				t.Errorf("no example has the signal %q", r.Rule.Signals[i].When)
			}
		})
	}
}

func TestRulesTellTheReaderWhatAndWhy(t *testing.T) {
	t.Parallel()
	for _, r := range compile(t).Rules() {
		if r.Title == r.ID || r.Why == "" || len(r.Escalate) == 0 && r.Severity > rules.Low {
			t.Errorf("%s: title %q, why %q, escalate %v", r.ID, r.Title, r.Why, r.Escalate)
		}
	}
}

// ringing returns the themes that the rules find in the article.
func ringing(set *rules.Set, f newsroom.Feed, a newsroom.Article) map[string]bool {
	out := map[string]bool{}
	for _, m := range set.Evaluate(&rules.Article{Title: a.Title, Summary: a.Summary, Body: a.Body, Tags: f.Tags}) {
		out[m.Rule.Theme] = true
	}
	return out
}

func TestDemoRingsInEveryThemeFromTheStart(t *testing.T) {
	t.Parallel()
	set := compile(t)
	got := map[string]bool{}
	for _, f := range newsroom.Demo() {
		for _, a := range f.Published(today, today) {
			for theme := range ringing(set, f, a) {
				got[theme] = true
			}
		}
	}
	want := themes()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("themes (-want +got):\n%s", diff)
	}
}

// A third of what appears during the demo rings, and of what was there before
// only what is meant to.
func TestDemoRingsNowAndThen(t *testing.T) {
	t.Parallel()
	set := compile(t)
	type count struct{ Ringing, Silent int }
	var before, during count
	for _, f := range newsroom.Demo() {
		for _, a := range f.Articles {
			c := &during
			if a.After < 0 {
				c = &before
			}
			if len(ringing(set, f, a)) > 0 {
				c.Ringing++
			} else {
				c.Silent++
			}
		}
	}
	if before.Ringing != 9 {
		t.Errorf("%d articles ring at the start, want 9", before.Ringing)
	}
	if n := during.Ringing + during.Silent; during.Ringing*3 < n || during.Ringing*2 > n {
		t.Errorf("%d of %d new articles ring, want a third to a half", during.Ringing, n)
	}
}
