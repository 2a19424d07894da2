package main

import (
	"encoding/json"
	"time"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher"
)

// What why prints for programs. Times are UTC; one that is not known is left
// out.
type (
	accountJSON struct {
		ID         string            `json:"id"`
		Feed       feedJSON          `json:"feed"`
		Key        string            `json:"key"`
		URL        string            `json:"url"`
		Title      string            `json:"title"`
		Summary    string            `json:"summary"`
		Body       string            `json:"body"`
		Author     string            `json:"author"`
		Lang       string            `json:"lang"`
		Categories []string          `json:"categories"`
		Published  time.Time         `json:"published,omitzero"`
		Updated    time.Time         `json:"updated,omitzero"`
		Seen       time.Time         `json:"seen"`
		Baseline   bool              `json:"baseline"` // there already when its feed was first read
		Story      *storyJSON        `json:"story"`    // null where no rule matched
		Matches    []storedMatchJSON `json:"matches"`  // what was decided then
		Verdicts   []outcomeJSON     `json:"verdicts"`
		Alerts     []alertJSON       `json:"alerts"`  // of its story
		Rules      []ruleJSON        `json:"rules"`   // what the rules say now, the nearest first
		Changed    []driftJSON       `json:"changed"` // where that is another than what was decided
	}
	feedJSON struct {
		URL     string   `json:"url"`
		Title   string   `json:"title"`
		Watched bool     `json:"watched"`
		Tags    []string `json:"tags"`
	}
	storyJSON struct {
		ID     string      `json:"id"`
		Others []otherJSON `json:"others"`
	}
	otherJSON struct {
		ID    string    `json:"id"`
		Feed  string    `json:"feed"`
		URL   string    `json:"url"`
		Title string    `json:"title"`
		Seen  time.Time `json:"seen"`
	}
	storedMatchJSON struct {
		Rule      string          `json:"rule"`
		Theme     string          `json:"theme"`
		Severity  string          `json:"severity"`
		Status    string          `json:"status"`
		Score     int             `json:"score"`
		Threshold int             `json:"threshold"`
		Evidence  json.RawMessage `json:"evidence"`
	}
	outcomeJSON struct {
		Rule    string    `json:"rule"`
		Channel string    `json:"channel"`
		Outcome string    `json:"outcome"`
		Alert   string    `json:"alert,omitempty"`
		At      time.Time `json:"at"`
	}
	alertJSON struct {
		ID       string    `json:"id"`
		Channel  string    `json:"channel"`
		Severity string    `json:"severity"`
		Created  time.Time `json:"created"`
		State    string    `json:"state"`
		Attempts int       `json:"attempts"`
		Sent     time.Time `json:"sent,omitzero"`
		Receipt  string    `json:"receipt,omitempty"`
		NextTry  time.Time `json:"next_try,omitzero"`
		Problem  string    `json:"problem,omitempty"`
	}
	ruleJSON struct {
		Rule      string         `json:"rule"`
		Theme     string         `json:"theme"`
		Status    string         `json:"status"`
		Matched   bool           `json:"matched"`
		Score     int            `json:"score"`
		Threshold int            `json:"threshold"`
		Severity  string         `json:"severity"` // of a match with this score
		Base      int            `json:"base"`
		Require   findingJSON    `json:"require"`
		Exclude   findingJSON    `json:"exclude"`
		Signals   []evidenceJSON `json:"signals"`
	}
	findingJSON struct {
		Holds bool       `json:"holds"`
		Spans []spanJSON `json:"spans"`
	}
	evidenceJSON struct {
		When   string `json:"when"`
		Points int    `json:"points"`
		findingJSON
	}
	// spanJSON is bytes of a text, from (inclusive) to to (exclusive).
	spanJSON struct {
		Field string `json:"field"`
		From  int    `json:"from"`
		To    int    `json:"to"`
	}
	driftJSON struct {
		Rule string   `json:"rule"`
		How  []string `json:"how"`
	}
)

func accountsJSON(accounts []watcher.Account) []accountJSON {
	return each(accounts, func(a watcher.Account) accountJSON {
		x := &a.Article
		out := accountJSON{
			ID: x.ID, Key: x.Key, URL: x.URL, Title: x.Title, Summary: x.Summary, Body: x.Body, Author: x.Author,
			Lang: a.AsRead.Lang, Categories: each(x.Categories, same), Published: x.Published, Updated: x.Updated,
			Seen: x.Seen, Baseline: a.Baseline,
			Feed:     feedJSON{a.Feed.URL, a.Source, a.Watched, each(a.Sub.Tags, same)},
			Matches:  each(a.Matches, toMatchJSON),
			Verdicts: each(a.Verdicts, toOutcomeJSON),
			Alerts:   each(a.Alerts, toAlertJSON),
			Rules:    each(a.Rules, toRuleJSON),
			Changed:  each(a.Changed, func(d watcher.Drift) driftJSON { return driftJSON(d) }),
		}
		if a.Story != "" {
			out.Story = &storyJSON{a.Story, each(a.Others, toOtherJSON)}
		}
		return out
	})
}

func same(s string) string { return s }

func toOtherJSON(a store.Article) otherJSON {
	return otherJSON{a.ID, a.Feed, a.URL, a.Title, a.Seen}
}

func toMatchJSON(m store.Match) storedMatchJSON {
	return storedMatchJSON{m.Rule, m.Theme, m.Severity, m.Status, m.Score, m.Threshold, m.Evidence}
}

func toOutcomeJSON(v store.Verdict) outcomeJSON {
	return outcomeJSON{v.Rule, v.Route, string(v.Outcome), v.Alert, v.At}
}

func toAlertJSON(a store.Alert) alertJSON {
	return alertJSON{
		ID: a.ID, Channel: a.Channel, Severity: a.Severity, Created: a.Created, State: string(a.State),
		Attempts: a.Attempts, Sent: a.Sent, Receipt: a.Receipt, NextTry: a.NextTry, Problem: a.Problem,
	}
}

func toRuleJSON(v rules.Verdict) ruleJSON {
	r := v.Rule
	return ruleJSON{
		Rule: r.ID, Theme: r.Theme, Status: r.Status.String(), Matched: v.Matched, Score: v.Score, Threshold: r.Threshold,
		Severity: v.Severity.String(), Base: r.Base, Require: toFindingJSON(v.Require), Exclude: toFindingJSON(v.Exclude),
		Signals: each(v.Signals, func(s rules.SignalMark) evidenceJSON {
			return evidenceJSON{s.When, s.Points, toFindingJSON(s.Finding)}
		}),
	}
}

func toFindingJSON(f rules.Finding) findingJSON {
	return findingJSON{f.Holds, each(f.Spans, func(s rules.Span) spanJSON { return spanJSON{s.Field.String(), s.From, s.To} })}
}
