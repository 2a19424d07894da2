package watcher

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/slack"
)

// Account is the whole way of one article: what was found, decided and said at
// the time, and what the rules say of it now.
type Account struct {
	store.History

	Feed     store.Feed    // as it is now
	Watched  bool          // the feed is in the configuration
	Sub      config.Feed   // what the configuration says of it; zero where it is not watched
	Source   string        // what it is called to people
	Baseline bool          // the article was there when the feed was first read
	Then     []PastMatch   // the rules that matched at the time, by ID
	AsRead   rules.Article // the article as rules read it now

	// Rules is what all rules say now: first those that ring, the strongest
	// first; then those nearest to it.
	Rules []rules.Verdict
	// Changed says where that differs from what was decided, by rule.
	Changed []Drift
}

// PastMatch is a match as it was decided, with the words that earned it.
type PastMatch struct {
	store.Match
	Base    int
	Signals []slack.Signal // those that held
	Spans   []rules.Span   // the places that spoke for it
}

// Drift is how a rule judges an article otherwise than it did.
type Drift struct {
	Rule string
	How  []string // in a few words each
}

// AccountOf tells of an article from what is kept of it, of its feed, and from
// the feeds and rules as they are now.
func AccountOf(h store.History, f store.Feed, feeds []config.Feed, set *rules.Set) (Account, error) {
	a := Account{History: h, Feed: f, Baseline: h.Article.Seen.Equal(f.Begun)}
	if i := slices.IndexFunc(feeds, func(sub config.Feed) bool { return sub.URL == f.URL }); i >= 0 {
		a.Watched, a.Sub = true, feeds[i]
	}
	a.Source = sourceName(a.Sub, f)
	a.AsRead = ruleArticle(&h.Article, a.Sub, a.Source)
	for _, m := range h.Matches {
		a.Then = append(a.Then, pastMatch(&h.Article, m))
	}
	a.Rules = set.Explain(&a.AsRead)
	slices.SortStableFunc(a.Rules, byNearness)
	var err error
	a.Changed, err = a.drifts(set)
	return a, err
}

// pastMatch reads the arithmetic of a match that was kept.
func pastMatch(a *store.Article, m store.Match) PastMatch {
	p := PastMatch{Match: m}
	var e matchEvidence
	if err := json.Unmarshal(m.Evidence, &e); err != nil {
		return p // of another tocsin; the sum stands without it
	}
	p.Base, p.Spans = e.Base, ruleSpans(a, e.Require)
	for _, s := range e.Signals {
		spans := ruleSpans(a, s.Spans)
		p.Signals = append(p.Signals, slack.Signal{When: s.When, Points: s.Points, Words: wordsAt(a, spans)})
		if s.Points > 0 {
			p.Spans = append(p.Spans, spans...)
		}
	}
	return p
}

// ruleSpans is the spans that lie in the article's texts.
func ruleSpans(a *store.Article, records []spanRecord) []rules.Span {
	var spans []rules.Span
	for _, r := range records {
		for field, text := range map[rules.Field]string{rules.Title: a.Title, rules.Summary: a.Summary, rules.Body: a.Body} {
			if field.String() == r.Field && 0 <= r.From && r.From <= r.To && r.To <= len(text) {
				spans = append(spans, rules.Span{Field: field, From: r.From, To: r.To})
			}
		}
	}
	return spans
}

// drifts compares what was decided with what the rules decide now, by rule.
func (a *Account) drifts(set *rules.Set) ([]Drift, error) {
	was, is := make(map[string]store.Match), make(map[string]store.Match)
	for _, m := range a.Matches {
		was[m.Rule] = m
	}
	for _, m := range set.Evaluate(&a.AsRead) {
		record, err := matchRecord(a.Article.ID, &m)
		if err != nil {
			return nil, err
		}
		is[m.Rule.ID] = record
	}
	status := make(map[string]string)
	for _, r := range set.Rules() {
		status[r.ID] = r.Status.String()
	}
	var all []Drift
	for id := range was {
		if _, matches := is[id]; !matches {
			all = append(all, Drift{id, []string{lost(status[id])}})
		}
	}
	for id := range is {
		how := []string{"it matches now, and did not then"}
		if before, matched := was[id]; matched {
			how = drift(before, is[id])
		}
		if len(how) > 0 {
			all = append(all, Drift{id, how})
		}
	}
	slices.SortFunc(all, func(x, y Drift) int { return cmp.Compare(x.Rule, y.Rule) })
	return all, nil
}

// lost says what became of a rule that matched, by its status; "" for a rule
// that there is no more.
func lost(status string) string {
	switch status {
	case "":
		return "it matched, and there is no such rule any more"
	case rules.Off.String():
		return "it matched, and is off now"
	}
	return "it matched, and does not match now"
}

// drift says how a match is another than it was; nil where it is the same.
func drift(was, is store.Match) []string {
	var how []string
	differs := func(what string, was, is any) {
		if was != is {
			how = append(how, fmt.Sprintf("%s %v → %v", what, was, is))
		}
	}
	differs("theme", was.Theme, is.Theme)
	differs("status", was.Status, is.Status)
	differs("score", was.Score, is.Score)
	differs("threshold", was.Threshold, is.Threshold)
	differs("severity", was.Severity, is.Severity)
	if len(how) == 0 && string(was.Evidence) != string(is.Evidence) {
		how = append(how, "the score is the same, and is earned otherwise")
	}
	return how
}

// Standing is how near a rule's verdict is to a match.
type Standing int

// The standings, the nearest first.
const (
	Matches Standing = iota
	Near             // require holds, or the signals alone would do
	Apart            // the rule has nothing to do with the article
)

// StandingOf returns how near the verdict is to a match. A rule that is off never
// matches.
func StandingOf(v *rules.Verdict) Standing {
	earned := slices.ContainsFunc(v.Signals, func(s rules.SignalMark) bool { return s.Holds && s.Points > 0 })
	switch {
	case v.Matched && v.Rule.Status != rules.Off:
		return Matches
	case v.Require.Holds, earned && v.Score >= v.Rule.Threshold:
		return Near
	}
	return Apart
}

// byNearness orders verdicts: matches by severity, and all by how much of the
// threshold is missing.
func byNearness(x, y rules.Verdict) int {
	sx, sy := StandingOf(&x), StandingOf(&y)
	if sx == Matches && sy == Matches && x.Severity != y.Severity {
		return cmp.Compare(y.Severity, x.Severity)
	}
	return cmp.Or(cmp.Compare(sx, sy), cmp.Compare(x.Rule.Threshold-x.Score, y.Rule.Threshold-y.Score), cmp.Compare(x.Rule.ID, y.Rule.ID))
}
