package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/watcher"
	"tocsin/watcher/web/page"
)

const (
	// trialTime is how long the archive is judged for who types, and trialArticles
	// how many articles.
	trialTime     = 3 * time.Second
	trialArticles = 50_000
	// trialListed is how many changes and matches are shown.
	trialListed = 30
	// draftName is what a rule file is called that there is not yet.
	draftName = "the draft"
)

// Files implements page.Daemon.
func (d *pageDaemon) Files() ([]page.File, error) {
	return each(d.ruleFiles().files, func(f textFile) page.File {
		file := page.File{Name: f.name, Text: string(f.data)}
		if parsed, _ := rules.Parse(f.name, f.data); parsed != nil {
			file.Theme = parsed.Theme.Value
		}
		return file
	}), nil
}

// ruleFiles are the rule files as they are now.
func (d *pageDaemon) ruleFiles() *loadedRules {
	c := d.using.Load().config
	l := new(loadedRules)
	l.read(c.Rules, c.UnreadableRules)
	return l
}

// Try implements page.Daemon.
func (d *pageDaemon) Try(ctx context.Context, draft page.Draft) (page.Trial, error) {
	l := d.ruleFiles()
	name := draftName
	i := slices.IndexFunc(l.files, func(f textFile) bool { return f.name == draft.Name })
	if i >= 0 {
		name = draft.Name
		l.files[i].data = []byte(draft.Text)
	} else {
		l.files = append(l.files, textFile{name, []byte(draft.Text)})
	}
	l.compile(time.Now())
	t := page.Trial{Problems: draftProblems(l.problems, name, draft.Text)}
	if l.set == nil {
		return t, nil
	}
	own := func(r *rules.Rule) bool { return r.File == name }
	t.Tests = draftTests(l.set, own)
	u := d.using.Load()
	end := time.Now().Add(trialTime)
	found, err := watcher.RunTrial(ctx, d.db, watcher.TrialOptions{
		Before: u.rules, Now: l.set, Feeds: u.config.Feeds, Since: draft.Since, Own: own,
		Most: trialArticles, Enough: func() bool { return time.Now().After(end) }, Listed: trialListed,
	})
	if err != nil {
		return t, err
	}
	addTrial(&t, found, draft.Since)
	return t, nil
}

// draftProblems are what is wrong with a draft, and the errors of what it stands
// among. Those of the draft name no file.
func draftProblems(all []yamlfile.Problem, name, text string) []page.Problem {
	var list []page.Problem
	for _, p := range all {
		own := p.File == name
		if !own && p.Level != yamlfile.Error {
			continue
		}
		out := page.Problem{Problem: p}
		if own {
			out.Snippet, out.File = yamlfile.Snippet([]byte(text), p), ""
		}
		list = append(list, out)
	}
	return list
}

// draftTests are what the examples say of the rules of a draft.
func draftTests(set *rules.Set, own func(*rules.Rule) bool) []page.Test {
	var tests []page.Test
	for _, r := range set.Test() {
		if !own(r.Rule) || len(r.Examples) == 0 {
			continue
		}
		t := page.Test{Rule: r.Rule.ID, Bad: r.Failures()}
		t.Passed = len(r.Examples) - t.Bad
		for _, x := range r.Examples {
			if x.Outcome.Failure() {
				t.Failures = append(t.Failures, exampleText(r.Rule, &x))
			}
		}
		tests = append(tests, t)
	}
	return tests
}

// exampleText says how an example fails.
func exampleText(r *rules.Rule, x *rules.ExampleResult) string {
	title := cmp.Or(x.Article.Title, x.Article.Summary, x.Article.Body)
	how := "is to match, and does not"
	if !x.WantMatch {
		how = "is not to match, and does"
	}
	if x.Outcome == rules.TodoDone {
		how = "is a todo no longer: move it to the other examples"
	}
	return fmt.Sprintf("line %d, %s: “%s” %s (score %d, threshold %d)", x.Pos.Line, r.ID, cut(oneLine(title)), how, x.Verdict.Score, r.Threshold)
}

// addTrial adds what was found in the archive.
func addTrial(t *page.Trial, found *watcher.Trial, since time.Time) {
	t.Articles, t.From, t.Whole = found.Articles, found.From, found.Whole
	t.Before, t.Now, t.Comes, t.Goes, t.Other = found.Before, found.Now, found.Comes, found.Goes, found.Other
	t.Changes = each(found.Changes, func(c watcher.TrialChange) page.Change {
		return page.Change{Kind: string(c.Kind), Article: c.Article, Source: c.Source, Rule: c.Rule, Because: c.Because}
	})
	t.Hits = each(found.Hits, func(h watcher.TrialHit) page.Hit {
		return page.Hit{
			Article: h.Article, Source: h.Source, Rule: h.Match.Rule.ID, Severity: h.Match.Severity.String(), Score: h.Match.Score,
			Threshold: h.Match.Rule.Threshold, Words: h.Words, New: h.Comes,
		}
	})
	today := time.Now().UTC().Truncate(24 * time.Hour)
	t.PerDay = make([]int, 1+int(today.Sub(since.UTC().Truncate(24*time.Hour)).Hours()/24))
	for _, at := range found.Seen {
		if back := int(today.Sub(at.UTC().Truncate(24*time.Hour)).Hours() / 24); 0 <= back && back < len(t.PerDay) {
			t.PerDay[len(t.PerDay)-1-back]++
		}
	}
}
