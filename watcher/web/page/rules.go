package page

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/feedback"
)

// lastMatches is how many matches a rule's view shows.
const lastMatches = 25

// Rules is the view of the rules.
type Rules struct {
	Themes []RuleGroup
	Count  int
	Days   int
}

// RuleGroup is the rules of a theme.
type RuleGroup struct {
	Theme string
	Rules []RuleRow
}

// RuleRow is a rule in the list.
type RuleRow struct {
	ID, Title, Severity, Status string
	Sum                         int
	Picture                     Picture
	Last                        When
	Votes                       string // what people think of its alerts; "" where they said nothing
}

func (s *server) rules(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := reading(r)
	defer cancel()
	now := s.Now()
	hits, err := s.Store.Hits(ctx, firstDay(now, themeDays), day)
	var votes []store.Vote
	if err == nil {
		votes, err = s.Store.Votes(ctx, "")
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "rules", "Rules", rulesView(s.Daemon.Rules().Rules(), hits, votes, now))
}

// tally is what a rule did in the days shown.
type tally struct {
	days []int
	last time.Time
}

// tallies are those of all rules that matched something.
func tallies(hits []store.Hit) map[string]*tally {
	all := make(map[string]*tally)
	for _, h := range hits {
		t := all[h.Rule]
		if t == nil {
			t = &tally{days: make([]int, themeDays)}
			all[h.Rule] = t
		}
		if 0 <= h.Step && h.Step < themeDays {
			t.days[h.Step] += h.Articles
		}
		if h.Last.After(t.last) {
			t.last = h.Last
		}
	}
	return all
}

// opinions are what people think of the alerts of each rule that they voted on.
func opinions(votes []store.Vote) map[string]string {
	words := make(map[string]string)
	for _, row := range feedback.Report(nil, nil, votes) {
		if n := row.Decided(); n > 0 {
			p, low, high := row.Precision()
			words[row.Rule] = fmt.Sprintf("%d of %d useful: %.0f %%, likely %.0f–%.0f %%", row.Useful, n, 100*p, 100*low, 100*high)
		} else {
			words[row.Rule] = "as many useful as not"
		}
	}
	return words
}

func rulesView(all []*rules.Rule, hits []store.Hit, votes []store.Vote, now time.Time) Rules {
	v := Rules{Count: len(all), Days: themeDays}
	did, thought := tallies(hits), opinions(votes)
	row := func(id, title, severity, status string) RuleRow {
		t := did[id]
		if t == nil {
			t = &tally{days: make([]int, themeDays)}
		}
		return RuleRow{ID: id, Title: title, Severity: severity, Status: status, Sum: sum(t.days), Picture: sparkline(t.days, "match", now), Last: when(t.last, now), Votes: thought[id]}
	}
	add := func(theme string, r RuleRow) {
		i := slices.IndexFunc(v.Themes, func(g RuleGroup) bool { return g.Theme == theme })
		if i < 0 {
			i = len(v.Themes)
			v.Themes = append(v.Themes, RuleGroup{Theme: theme})
		}
		v.Themes[i].Rules = append(v.Themes[i].Rules, r)
	}
	known := make(map[string]bool)
	for _, rule := range all {
		known[rule.ID] = true
		add(rule.Theme, row(rule.ID, rule.Title, rule.Severity.String(), rule.Status.String()))
	}
	for _, h := range hits {
		if known[h.Rule] {
			continue
		}
		known[h.Rule] = true
		add("no longer in the rules", row(h.Rule, h.Rule, "", ""))
	}
	return v
}

// RuleView is the view of one rule.
type RuleView struct {
	RuleRow
	Known      bool // it is in the rules in use
	Theme, Why string
	Require    string
	Exclude    []string
	Signals    []rules.Evidence
	Base       int
	Threshold  int
	Escalate   []rules.Escalation
	File       string // to be tried
	Days       int
	Rows       []ArticleRow
	More       string // address of all its matches; "" where these are all
}

func (s *server) rule(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := reading(r)
	defer cancel()
	now, id := s.Now(), r.PathValue("id")
	hits, err := s.Store.Hits(ctx, firstDay(now, themeDays), day)
	var found store.Listing
	if err == nil {
		found, err = s.Store.Browse(ctx, store.Browsing{Search: store.Search{Limit: lastMatches}, Rule: id})
	}
	var votes []store.Vote
	if err == nil {
		votes, err = s.Store.Votes(ctx, id)
	}
	var feeds []Feed
	if err == nil {
		feeds, err = s.Daemon.Feeds(ctx, false)
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	v := ruleView(id, s.Daemon.Rules(), hits, found, feeds, now)
	v.Votes = opinions(votes)[id]
	if !v.Known && len(v.Rows) == 0 {
		s.fail(w, r, http.StatusNotFound, "There is no such rule", "It is neither in the rules in use nor in the archive.")
		return
	}
	s.show(w, r, http.StatusOK, "rule", v.Title, v)
}

func ruleView(id string, set *rules.Set, hits []store.Hit, found store.Listing, feeds []Feed, now time.Time) RuleView {
	v := RuleView{RuleRow: RuleRow{ID: id, Title: id}, Days: themeDays}
	for _, rule := range set.Rules() {
		if rule.ID != id {
			continue
		}
		v.Known = true
		v.Title, v.Severity, v.Status = rule.Title, rule.Severity.String(), rule.Status.String()
		v.Theme, v.Why, v.Require, v.Exclude, v.Signals = rule.Theme, rule.Why, rule.Require, rule.Exclude, rule.Signals
		v.Base, v.Threshold, v.Escalate, v.File = rule.Base, rule.Threshold, rule.Escalate, rule.File
	}
	days := make([]int, themeDays)
	if t := tallies(hits)[id]; t != nil {
		days = t.days
		v.Last = when(t.last, now)
	}
	v.Sum, v.Picture = sum(days), sparkline(days, "match", now)
	names := make(map[string]string)
	for _, f := range feeds {
		names[f.URL] = f.Title
	}
	for _, e := range found.Entries {
		row := articleRow(e, names[e.Feed], nil, now)
		row.Matches = slices.DeleteFunc(row.Matches, func(m MatchChip) bool { return m.Rule != id })
		for i := range row.Matches {
			m := &row.Matches[i]
			m.Title = fmt.Sprintf("score %d, %d needed", m.Score, m.Threshold)
		}
		v.Rows = append(v.Rows, row)
	}
	if found.Next != "" {
		v.More = Asked{Rule: id}.address()
	}
	return v
}
