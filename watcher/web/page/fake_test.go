package page

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/store"
)

var update = flag.Bool("update", false, "write the golden files")

var noon = time.Date(2026, 5, 5, 12, 0, 0, 0, time.UTC)

// hostile is what a feed may hold.
const hostile = `<script>alert(1)</script> & "quotes" ' </mark></title>`

const ruleFile = `version: 1
theme: noise
rules:
  - id: noise.bell
    title: A bell <rings>
    why: Bells matter & are loud.
    severity: medium
    require: bell*
    exclude: doorbell
    base: 1
    signals:
      - {when: loud, points: 4}
      - {when: silent, points: -3}
    threshold: 3
    escalate: {high: 5}
  - id: noise.drum
    status: shadow
    require: drum
    threshold: 0
  - id: noise.horn
    require: bell*
    signals: [{when: horn, points: 5}]
    threshold: 5
`

func ruleSet(t *testing.T) *rules.Set {
	t.Helper()
	f, problems := rules.Parse("noise.yaml", []byte(ruleFile))
	set, more := rules.Compile(noon, f)
	if set == nil {
		t.Fatal(problems, more)
	}
	return set
}

// fake is a store and a daemon with little in them, in memory.
type fake struct {
	set      *rules.Set
	articles []store.Entry
	hits     []store.Hit
	votes    []store.Vote
	alerts   []store.Alert
	counts   store.Counts
	feeds    []Feed
	trial    Trial
	ready    []string
	err      error
	polled   []string
	asked    []store.Browsing
	tried    []Draft
}

func (f *fake) Browse(_ context.Context, b store.Browsing) (store.Listing, error) {
	f.asked = append(f.asked, b)
	if b.After == "nowhere" {
		return store.Listing{}, fmt.Errorf("no such page")
	}
	l := store.Listing{Entries: f.articles}
	if b.After == "" && len(l.Entries) > 1 {
		l.Next = "7"
	}
	return l, f.err
}

func (f *fake) Hits(context.Context, time.Time, time.Duration) ([]store.Hit, error) {
	return f.hits, f.err
}

func (f *fake) Alerts(_ context.Context, since time.Time) (all []store.Alert, _ error) {
	for _, a := range f.alerts {
		if !a.Created.Before(since) {
			all = append(all, a)
		}
	}
	return all, f.err
}

func (f *fake) Votes(_ context.Context, rule string) (all []store.Vote, _ error) {
	for _, v := range f.votes {
		if rule == "" || v.Rule == rule {
			all = append(all, v)
		}
	}
	return all, f.err
}

func (f *fake) Counts(context.Context) (store.Counts, error) { return f.counts, f.err }
func (f *fake) Rules() *rules.Set                            { return f.set }
func (f *fake) Ready(context.Context) []string               { return f.ready }
func (f *fake) Feeds(context.Context, bool) ([]Feed, error)  { return f.feeds, f.err }
func (f *fake) PollNow(_ context.Context, url string) error {
	f.polled = append(f.polled, url)
	return f.err
}
func (f *fake) Files() ([]File, error) { return []File{{"rules/noise.yaml", ruleFile, "noise"}}, f.err }
func (f *fake) Try(_ context.Context, d Draft) (t Trial, _ error) {
	f.tried = append(f.tried, d)
	return f.trial, f.err
}

func (f *fake) Accounts(_ context.Context, what string) ([]Account, error) {
	for _, e := range f.articles {
		if what == e.ID || what == e.URL || what == store.AlertID(e.ID, "#noise") {
			return []Account{f.account(e)}, f.err
		}
	}
	return nil, cmp.Or(f.err, store.ErrNotFound)
}

// account is what the rules say of an article, now.
func (f *fake) account(e store.Entry) Account {
	a := Account{History: store.History{Article: e.Article, Story: e.ID}, Source: "The Paper " + hostile, Watched: true}
	a.AsRead = rules.Article{Title: e.Title, Summary: e.Summary, Body: e.Body, Lang: "en"}
	for _, v := range f.set.Explain(&a.AsRead) {
		j := Judged{v, Apart}
		switch {
		case v.Matched:
			j.Standing = Matches
			a.Verdicts = append(a.Verdicts, store.Verdict{Article: e.ID, Rule: v.Rule.ID, Route: "#noise", Outcome: store.Sent})
		case v.Require.Holds:
			j.Standing = Near
		}
		a.Rules = append(a.Rules, j)
	}
	a.Alerts = f.alerts
	a.Changed = []Drift{{"noise.gone", []string{"it matched, and there is no such rule any more"}}}
	a.Then = []PastMatch{{Match: store.Match{Rule: "noise.gone", Severity: "low", Score: 2, Threshold: 1}, Signals: []Evidence{{"town", 2, []string{"town"}}}}}
	a.Others = []store.Article{{ID: "other", URL: "https://b.example/2", Title: "Another " + hostile, Seen: noon}}
	return a
}

func (f *fake) Said(a store.Alert) (s Said) {
	json.Unmarshal(a.Content, &s)
	return s
}

// busy is a daemon in which something happened, all of it with markup in it.
func busy(t *testing.T) *fake {
	t.Helper()
	id := store.ArticleID("https://a.example/feed?key=secret", "1")
	content, err := json.Marshal(Said{Title: "A bell rings " + hostile, Source: "The Paper", Rules: []string{"A bell <rings>"}})
	if err != nil {
		t.Fatal(err)
	}
	match := store.Match{Rule: "noise.bell", Theme: "noise", Severity: "high", Status: "live", Score: 5, Threshold: 3}
	notice := bytes.Replace(content, []byte(`"Notice":false`), []byte(`"Notice":true`), 1)
	return &fake{
		set: ruleSet(t),
		articles: []store.Entry{
			{Article: store.Article{ID: id, Feed: "https://a.example/feed?key=secret", URL: "https://a.example/1", Title: "A loud bell " + hostile,
				Summary: "Bells in town. " + hostile, Body: "One.\n\nTwo bells.", Author: hostile, Categories: []string{"x", hostile}, Published: noon.Add(-3 * time.Hour), Seen: noon.Add(-2 * time.Hour)},
				Matches: []store.Match{match}},
			{Article: store.Article{ID: "second", Feed: "https://b.example/", URL: "javascript:alert(1)", Title: "Nothing", Seen: noon.Add(-50 * 24 * time.Hour)}},
		},
		hits: []store.Hit{{Rule: "noise.bell", Theme: "noise", Step: 29, Articles: 3, Last: noon.Add(-time.Hour)}, {Rule: "old.rule", Theme: "old", Step: 4, Articles: 1, Last: noon.Add(-25 * day)}},
		votes: []store.Vote{
			{Rule: "noise.bell", Alert: "1", Person: "ann", Useful: true}, {Rule: "noise.bell", Alert: "2", Person: "ann", Useful: true},
			{Rule: "noise.bell", Alert: "3", Person: "ann"}, {Rule: "old.rule", Alert: "4", Person: "ann", Useful: true}, {Rule: "old.rule", Alert: "4", Person: "bob"},
		},
		alerts: []store.Alert{
			{ID: "first", Story: store.NoticeID("x", "y"), Channel: "#ops", Severity: "medium", Content: notice, Created: noon.Add(-5 * time.Hour), State: store.AlertPending, Problem: "Slack says " + hostile},
			{ID: store.AlertID(id, "#noise"), Story: id, Channel: "#noise", Severity: "high", Content: content, Created: noon.Add(-2 * time.Hour), State: store.AlertSent},
		},
		counts: store.Counts{Articles: 1234, Pending: 1, OldestPending: noon.Add(-5 * time.Hour)},
		feeds: []Feed{
			{URL: "https://b.example/", Address: "https://b.example/", Title: "B " + hostile, State: Failing, Words: "the server answers 500 " + hostile, Watched: true, Polled: noon.Add(-time.Minute), Next: noon.Add(time.Hour)},
			{URL: "https://a.example/feed?key=secret", Address: "https://a.example/feed?…", Title: "The Paper", Tags: []string{"x"}, State: Well, Watched: true, Articles: 1000, Polled: noon.Add(-time.Minute), Next: noon.Add(9 * time.Minute),
				Heard: noon.Add(-4 * time.Hour), Limit: 30 * time.Hour, Silences: []time.Duration{0, 9 * time.Hour, 12 * time.Hour}},
		},
		trial: Trial{
			Problems: []Problem{{yamlfile.Problem{Level: yamlfile.Warning, Msg: "unused list " + hostile}, "  1 | " + hostile}},
			Tests:    []Test{{"noise.bell", 3, 1, []string{"line 5: “" + hostile + "” is to match, and does not"}}},
			Articles: 500, From: noon.Add(-6 * day), Before: 2, Now: 3, Comes: 1, PerDay: []int{0, 1, 2},
			Changes: []Change{{"comes", store.Article{ID: id, Title: "New " + hostile, Seen: noon}, "The Paper", "noise.bell", []string{"threshold 5 → 3"}}},
			Hits:    []Hit{{store.Article{ID: id, Title: "New " + hostile, Seen: noon}, "The Paper", "noise.bell", "high", 5, 3, []string{"bell", hostile}, true}},
		},
	}
}

func (f *fake) handler(t *testing.T, a Access) http.Handler {
	t.Helper()
	return New(Options{Log: slog.New(slog.DiscardHandler), Store: f, Daemon: f, Access: a, Now: func() time.Time { return noon }})
}

// ask sends a request for a name of loopback, from this machine.
func ask(h http.Handler, method, path string, form ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(strings.Join(form, "&")))
	r.Host, r.RemoteAddr = "localhost:8420", "127.0.0.1:5000"
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got); -update writes it:\n%s", name, diff)
	}
}
