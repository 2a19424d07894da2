package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/config"
)

var update = flag.Bool("update", false, "write what the tests find into testdata")

// golden compares got with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// hostile is text that steers terminals, and looks like something else.
const hostile = "\x1b[31mred\x1b]0;title\a \u202eesrever\u202c \u009b2J two\nlines \x00"

var tuesday = time.Date(2026, 5, 5, 9, 30, 0, 0, time.UTC)

// fullAccount is of an article to which everything happened, by rules that have
// changed since.
func fullAccount(t *testing.T) watcher.Account {
	t.Helper()
	const feed = "https://user:secret@paper.example/feed?token=secret"
	article := func(key, title string, seen time.Time) store.Article {
		return store.Article{ID: store.ArticleID(feed, key), Feed: feed, Key: key, URL: "https://paper.example/" + key, Title: title, Seen: seen}
	}
	a := article("bell", "A loud bell in town "+hostile, tuesday)
	a.Author, a.Language, a.Categories, a.Published = "A. Writer "+hostile, "en", []string{"Sound", hostile}, tuesday.Add(-26*time.Hour-5*time.Minute)
	h := store.History{Article: a, Story: "storyid"}
	for _, minutes := range []int{1, 2, 3, 4, 5, 6} {
		o := article("other", "A LOUD BELL IN TOWN "+hostile, tuesday.Add(time.Duration(minutes)*time.Minute))
		if minutes == 2 {
			o = article("bell", "Something else "+hostile, o.Seen)
		}
		h.Others = append(h.Others, o)
	}
	evidence := `{"base": 1, "require": [], "signals": [{"when": "loud", "points": 4, "spans": [{"field": "title", "from": 2, "to": 6}]}, {"when": "tag:x", "points": -2, "spans": []}]}`
	h.Matches = []store.Match{
		{Rule: "noise.bell", Theme: "noise", Severity: "high", Status: "live", Score: 3, Threshold: 3, Evidence: json.RawMessage(evidence)},
		{Rule: "noise.gone", Theme: "noise", Severity: "low", Status: "live", Score: 5, Threshold: 5, Evidence: json.RawMessage(`{}`)},
	}
	for _, o := range []store.Outcome{store.Queued, store.Sent, store.Failed, store.Joined, store.Shadow, store.Baseline, store.TooOld, store.NoRoute, "of a newer tocsin"} {
		h.Verdicts = append(h.Verdicts, store.Verdict{Rule: "noise.bell", Route: "#" + hostile, Outcome: o})
	}
	alert := func(state store.AlertState, change func(*store.Alert)) {
		x := store.Alert{ID: "alertid", Channel: "#noise", Severity: "high", Created: tuesday, State: state, Attempts: 1}
		change(&x)
		h.Alerts = append(h.Alerts, x)
	}
	alert(store.AlertSent, func(x *store.Alert) { x.Sent, x.Receipt = tuesday.Add(time.Second), "C0123456789/1777973401.000100" })
	alert(store.AlertSent, func(x *store.Alert) { x.Sent, x.Attempts = tuesday.Add(time.Second), 3 })
	alert(store.AlertFailed, func(x *store.Alert) { x.Problem = "channel_not_found " + hostile })
	alert(store.AlertPending, func(x *store.Alert) { x.Attempts = 0 })
	alert(store.AlertPending, func(x *store.Alert) { x.NextTry, x.Problem = tuesday.Add(time.Minute), "timed out" })

	set := compile(t, `
version: 1
theme: noise
rules:
  - {id: noise.bell, severity: medium, require: bell, signals: [{when: loud, points: 2}, {when: town, points: 1}, {when: tag:x, points: -2}], threshold: 1}
  - {id: noise.drum, status: shadow, require: town, signals: [{when: drum, points: 2}], threshold: 2}
  - {id: noise.horn, status: "off", require: bell}
  - {id: noise.whistle, require: whistle}
  - {id: noise.gong, require: gong}
`)
	account, err := watcher.AccountOf(h, store.Feed{URL: feed, Title: "The Paper " + hostile, Begun: tuesday},
		[]config.Feed{{URL: feed, Tags: []string{"x", hostile}, MaxAge: 24 * time.Hour}}, set)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func compile(t *testing.T, text string) *rules.Set {
	t.Helper()
	f, problems := rules.Parse("test.yaml", []byte(text))
	set, more := rules.Compile(tuesday, f)
	if set == nil {
		t.Fatal(problems, more)
	}
	return set
}

func TestAccountText(t *testing.T) {
	t.Parallel()
	a := fullAccount(t)
	for name, all := range map[string]bool{"why.golden": false, "why-all.golden": true} {
		text := accountText(&a, all, time.UTC)
		golden(t, name, text)
		for _, r := range text {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%s holds %q", name, r)
			}
		}
		if strings.Contains(text, "secret") {
			t.Errorf("%s tells the feed's secrets", name)
		}
	}
}

func TestAccountTextOfAnArticleToWhichNothingHappened(t *testing.T) {
	t.Parallel()
	h := store.History{Article: store.Article{ID: "id", Feed: "https://a.example/feed", Key: "key", Title: "Quiet", Seen: tuesday}}
	a, err := watcher.AccountOf(h, store.Feed{URL: h.Article.Feed}, nil, compile(t, "version: 1\ntheme: t\nrules: [{id: t.bell, require: bell}]"))
	if err != nil {
		t.Fatal(err)
	}
	want := `Quiet
  id         id
  feed       a.example, https://a.example/feed; it is not in the configuration any more
  key        key
  published  the feed does not say
  seen       2026-05-05 09:30:00 UTC

decided then
  no rule matched, so nothing followed

the rules now
  none has to do with it (--all shows them)
`
	if diff := cmp.Diff(want, accountText(&a, false, time.UTC)); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0 seconds", time.Second: "1 second", 90 * time.Second: "1 minute", 2 * time.Hour: "2 hours",
		24*time.Hour + time.Minute: "24 hours 1 minute", 48 * time.Hour: "2 days", 1000 * time.Hour: "41 days",
	} {
		if got := span(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestParseSince(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Time{
		"12h":                       tuesday.Add(-12 * time.Hour),
		"30d":                       tuesday.AddDate(0, 0, -30),
		"1d12h":                     tuesday.Add(-36 * time.Hour),
		"2026-05-01":                time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC),
		"2026-05-05T10:00:00+02:00": time.Date(2026, 5, 5, 8, 0, 0, 0, time.UTC),
		"":                          {}, "0": {}, "-3d": {}, "yesterday": {}, "2026-13-01": {}, "2026-05-06": {}, "30": {},
	} {
		got, err := parseSince(text, tuesday)
		if !got.Equal(want) || (err != nil) != want.IsZero() {
			t.Errorf("%q is %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestWriteJSONSteersNoTerminal(t *testing.T) {
	t.Parallel()
	a := fullAccount(t)
	var b strings.Builder
	if err := printJSON(&b, accountsJSON([]watcher.Account{a})); err != nil {
		t.Fatal(err)
	}
	for _, r := range b.String() {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Fatalf("it holds %q", r)
		}
	}
	var back []struct{ Title string }
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil || back[0].Title != a.Article.Title {
		t.Errorf("read again, the title is %q: %v", back[0].Title, err)
	}
	b.Reset()
	odd := "\u2028\U000e0001\u007f <&> ü 👩\u200d👧"
	if err := printJSON(&b, odd); err != nil {
		t.Fatal(err)
	}
	var again string
	if err := json.Unmarshal([]byte(b.String()), &again); err != nil || again != odd {
		t.Errorf("%s is read as %q, want %q: %v", b.String(), again, odd, err)
	}
}
