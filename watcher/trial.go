package watcher

import (
	"context"
	"errors"
	"slices"
	"time"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/config"
)

// Browser is what a trial asks of a store.
type Browser interface {
	Feed(ctx context.Context, url string) (store.Feed, error)
	Browse(ctx context.Context, b store.Browsing) (store.Listing, error)
}

// TrialOptions is what is compared, and on what.
type TrialOptions struct {
	Before, Now *rules.Set
	Feeds       []config.Feed // the articles of others are left out
	Since       time.Time     // articles seen earlier are left out
	// Own reports whether a rule is one of those that are tried.
	Own func(r *rules.Rule) bool
	// Most is how many articles are judged at the most, and Enough is asked now and
	// then whether that will do; the latest are judged first.
	Most   int
	Enough func() bool
	// Listed is how many changes and hits are told.
	Listed int
}

// Trial is what rules would make of the latest articles, each by itself: without
// stories, routes and what does not ring, for which see Backtest.
type Trial struct {
	Articles int       // that were judged
	From     time.Time // when the earliest of them was seen
	Whole    bool      // that is all there is since Since

	Before, Now        int // articles that rules which are tried match: as they were, as they are
	Comes, Goes, Other int // matches that come, that go, that have another score or severity
	Changes            []TrialChange
	Hits               []TrialHit
	Seen               []time.Time // of the articles that Now counts, the latest first
}

// TrialChange is a match that comes, goes, or is otherwise; Comes, Goes, Reweighed.
type TrialChange struct {
	Kind    ChangeKind
	Article store.Article // without its texts
	Source  string
	Rule    string
	Because []string // see rules.Changes; may be empty
}

// TrialHit is a match of a rule that is tried.
type TrialHit struct {
	Article store.Article // without its texts
	Source  string
	Match   rules.Match
	Words   []string // that earned it
	Comes   bool     // it was none before
}

// trialPage is how many articles are read at a time.
const trialPage = 200

// RunTrial judges the latest articles of an archive. Where ctx ends before, it is an
// error only if nothing was judged yet.
func RunTrial(ctx context.Context, archive Browser, o TrialOptions) (*Trial, error) {
	t := trial{TrialOptions: o, archive: archive, feeds: make(map[string]*pastFeed), watched: make(map[string]config.Feed)}
	for _, f := range o.Feeds {
		t.watched[f.URL] = f
	}
	// The store is not asked for Since: it would look for its place for every page.
	b := store.Browsing{Search: store.Search{Limit: trialPage}}
	for t.result.Articles < o.Most && (t.result.Articles == 0 || !o.Enough()) {
		page, err := archive.Browse(ctx, b)
		late := false
		if err == nil {
			late, err = t.judge(ctx, page.Entries)
		}
		if errors.Is(err, context.DeadlineExceeded) && t.result.Articles > 0 {
			break
		}
		if err != nil {
			return nil, err
		}
		if b.After = page.Next; b.After == "" || !late {
			t.result.Whole = true
			break
		}
	}
	return &t.result, nil
}

// trial is a Trial that runs.
type trial struct {
	TrialOptions
	archive Browser
	watched map[string]config.Feed
	feeds   map[string]*pastFeed // those met so far; nil for one that is not watched
	result  Trial
}

// feed returns what is known of a feed; nil for one that is not watched.
func (t *trial) feed(ctx context.Context, url string) (*pastFeed, error) {
	if f, met := t.feeds[url]; met {
		return f, nil
	}
	t.feeds[url] = nil
	if sub, ok := t.watched[url]; ok {
		row, err := t.archive.Feed(ctx, url)
		if err != nil {
			return nil, err
		}
		t.feeds[url] = &pastFeed{Feed: sub, source: sourceName(sub, row), begun: row.Begun}
	}
	return t.feeds[url], nil
}

// judge judges a page, and reports whether anything in it was seen late enough: what
// was kept before it was seen before, but for polls that ran at once.
func (t *trial) judge(ctx context.Context, page []store.Entry) (late bool, err error) {
	for i := range page {
		a := &page[i].Article
		if a.Seen.Before(t.Since) {
			continue
		}
		late = true
		f, err := t.feed(ctx, a.Feed)
		if err != nil {
			return late, err
		}
		if f == nil {
			continue
		}
		t.result.Articles++
		if t.result.From.IsZero() || a.Seen.Before(t.result.From) {
			t.result.From = a.Seen
		}
		t.article(a, f)
	}
	return late, ctx.Err()
}

// article compares what both sets say of an article.
func (t *trial) article(a *store.Article, f *pastFeed) {
	read := ruleArticle(a, f.Feed, f.source)
	before, now := t.Before.Evaluate(&read), t.Now.Evaluate(&read)
	own := func(m rules.Match) bool { return t.Own(m.Rule) }
	if slices.ContainsFunc(before, own) {
		t.result.Before++
	}
	if slices.ContainsFunc(now, own) {
		t.result.Now++
		t.result.Seen = append(t.result.Seen, a.Seen)
	}
	bare := *a
	bare.Summary, bare.Body = "", ""
	change := func(kind ChangeKind, rule string) {
		if len(t.result.Changes) < t.Listed {
			t.result.Changes = append(t.result.Changes, TrialChange{kind, bare, f.source, rule, because(t.Before, t.Now, rule, &read)})
		}
	}
	for _, m := range now {
		was := matchOf(before, m.Rule.ID)
		switch {
		case was == nil:
			t.result.Comes++
			change(Comes, m.Rule.ID)
		case was.Severity != m.Severity || was.Score != m.Score || was.Rule.Status != m.Rule.Status:
			t.result.Other++
			change(Reweighed, m.Rule.ID)
		}
		if own(m) && len(t.result.Hits) < t.Listed {
			t.result.Hits = append(t.result.Hits, TrialHit{Article: bare, Source: f.source, Match: m, Words: wordsAt(a, evidence(m)), Comes: was == nil})
		}
	}
	for _, m := range before {
		if matchOf(now, m.Rule.ID) == nil {
			t.result.Goes++
			change(Goes, m.Rule.ID)
		}
	}
}

func matchOf(matches []rules.Match, rule string) *rules.Match {
	for i := range matches {
		if matches[i].Rule.ID == rule {
			return &matches[i]
		}
	}
	return nil
}

// because says why a rule judges an article otherwise.
func because(before, now *rules.Set, rule string, a *rules.Article) []string {
	return rules.Changes(verdictOf(before, rule, a), verdictOf(now, rule, a))
}

// verdictOf is what the rule of a set says of an article; nil where there is none.
func verdictOf(set *rules.Set, rule string, a *rules.Article) *rules.Verdict {
	verdicts := set.Explain(a)
	for i := range verdicts {
		if verdicts[i].Rule.ID == rule {
			return &verdicts[i]
		}
	}
	return nil
}
