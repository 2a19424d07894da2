package watcher

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
)

// carrying answers with one item.
func carrying(link, title string) answer {
	return func(_ context.Context, _ int, now time.Time) (*feed.Result, error) {
		return &feed.Result{Document: &feed.Document{Title: "The Paper", Items: []feed.Item{{Key: "1", Link: link, Title: title, Published: now}}}}, nil
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		for i, link := range []string{
			"https://paper.example/bell", "http://www.paper.example/bell/?utm_source=rss", "https://paper.example/bell?id=5",
			"https://paper.example/bells", "urn:bell:1", "/odd",
		} {
			w.add(fmt.Sprintf("https://feed%d.example/", i), "* * * * *", carrying(link, fmt.Sprintf("Article %d", i)))
		}
		if _, err := w.watcher().Once(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		third := store.ArticleID("https://feed3.example/", "1")
		for what, want := range map[string]string{
			third:                                   "3",
			"https://paper.example/bell":            "0 1",
			"http://paper.example/bell/?fbclid=x":   "0 1",
			"paper.example/bell":                    "0 1",
			"www.paper.example/bell#top":            "0 1",
			"https://paper.example/bell?id=5&ref=x": "2",
			"https://paper.example/bells":           "3",
			"urn:bell:1":                            "4",
			"/odd":                                  "5",
			"https://paper.example/":                "",
			"https://paper.example":                 "",
			"https://paper.example/be":              "",
			strings.Repeat("a", 16):                 "",
			"bell":                                  "",
			"":                                      "",
			"https://paper.example/%zz":             "",
			"https://paper.example/bell' OR '1'='1": "",
			"https://paper.example/\x00\xff":        "",
			"https://paper.example/" + strings.Repeat("x", 1<<16): "",
		} {
			found, err := Find(t.Context(), w.store, what)
			if (want == "") != errors.Is(err, store.ErrNotFound) || want != "" && err != nil {
				t.Errorf("%.80q: error is %v", what, err)
			}
			var got []string
			for _, h := range found {
				got = append(got, strings.TrimPrefix(h.Article.Title, "Article "))
			}
			// Those seen at once come by ID, which is no order of ours.
			if len(got) == 2 && got[0] > got[1] {
				got[0], got[1] = got[1], got[0]
			}
			if g := strings.Join(got, " "); g != want {
				t.Errorf("%.80q finds %q, want %q", what, g, want)
			}
		}
	})
}

// The log and tocsin why name alerts by their ID; whoever asks for one gets the
// article that its story began with.
func TestFindByAnAlert(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://a.example/", "* * * * *", items("A bell"))
		if _, err := w.watcher().Once(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		alerts, err := w.store.Alerts(t.Context(), time.Time{})
		if err != nil || len(alerts) != 1 {
			t.Fatalf("alerts %v, %v", alerts, err)
		}
		found, err := Find(t.Context(), w.store, alerts[0].ID)
		if err != nil || len(found) != 1 || found[0].Article.Title != "A bell" {
			t.Errorf("found %+v, %v", found, err)
		}
	})
}

// told is the account of an article that a daemon with testRules judged, by the
// rules and feeds of now.
func told(t *testing.T, a store.Article, now string, feeds ...config.Feed) Account {
	t.Helper()
	d, err := testJudge(t).decide(t.Context(), []store.Article{a}, knownStories(nil))
	if err != nil {
		t.Fatal(err)
	}
	h := store.History{Article: a, Story: a.ID, Matches: d.Matches, Verdicts: d.Verdicts, Alerts: d.Alerts}
	account, err := AccountOf(h, store.Feed{URL: a.Feed, Title: "The Paper", Begun: noon}, feeds, ruleSet(t, now))
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func TestAccountSaysWhatTheRulesWouldDecideNow(t *testing.T) {
	t.Parallel()
	watched := config.Feed{URL: "https://a.example/feed", Tags: []string{"tested"}}
	edited := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(testRules) }
	for name, tt := range map[string]struct {
		title, now string
		want       []Drift
	}{
		"the same":                    {"A loud bell and a whistle", testRules, nil},
		"nothing, then as now":        {"Quiet", testRules, nil},
		"a rule is gone":              {"A bell", edited("id: noise.bell", "id: noise.gong"), []Drift{{"noise.bell", []string{"it matched, and there is no such rule any more"}}, {"noise.gong", []string{"it matches now, and did not then"}}}},
		"a rule is off":               {"A bell", edited("id: noise.bell", "id: noise.bell\n    status: off"), []Drift{{"noise.bell", []string{"it matched, and is off now"}}}},
		"a rule does not match":       {"A bell", edited("threshold: 3\n    escalate", "threshold: 4\n    escalate"), []Drift{{"noise.bell", []string{"it matched, and does not match now"}}}},
		"a rule went live":            {"A drum", edited("status: shadow", "status: live"), []Drift{{"noise.drum", []string{"status shadow → live"}}}},
		"a score and a severity":      {"A bell", edited("points: 3}, {when: loud", "points: 5}, {when: loud"), []Drift{{"noise.bell", []string{"score 3 → 5", "severity medium → high"}}}},
		"a threshold":                 {"A bell", edited("threshold: 3\n    escalate", "threshold: 2\n    escalate"), []Drift{{"noise.bell", []string{"threshold 3 → 2"}}}},
		"the same sum by other words": {"A bell in town", edited("when: bell*, points: 3", "when: town, points: 3"), []Drift{{"noise.bell", []string{"the score is the same, and is earned otherwise"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := told(t, article("a", tt.title), tt.now, watched)
			if diff := cmp.Diff(tt.want, a.Changed); diff != "" {
				t.Errorf("changed (-want +got):\n%s", diff)
			}
			if !a.Watched || !a.Baseline || a.Source != "The Paper" || !cmp.Equal(a.AsRead.Tags, watched.Tags) {
				t.Errorf("account = %+v", a)
			}
		})
	}
}

func TestAccountOfAFeedThatIsNotWatchedHasNoTags(t *testing.T) {
	t.Parallel()
	a := told(t, article("a", "A bell"), testRules)
	if a.Watched || len(a.AsRead.Tags) > 0 || a.Source != "The Paper" {
		t.Errorf("account = %+v", a)
	}
}

func TestAccountKeepsTheArithmeticOfThen(t *testing.T) {
	t.Parallel()
	a := told(t, article("a", "A loud bell, Bells and bells"), testRules)
	m := a.Then[0]
	var got []string
	for _, s := range m.Signals {
		got = append(got, fmt.Sprintf("%+d %s: %s", s.Points, s.When, strings.Join(s.Words, ", ")))
	}
	if diff := cmp.Diff([]string{"+3 bell*: bell, Bells", "+2 loud: loud"}, got); diff != "" {
		t.Errorf("signals (-want +got):\n%s", diff)
	}
	// What cannot be read, or points outside of the text, is left out.
	h := a.History
	for _, evidence := range []string{"", "[]", "{", `{"signals": [{"when": "x", "points": 1, "spans": [{"field": "title", "from": 5, "to": 500}, {"field": "title", "from": -1, "to": 2}, {"field": "x", "from": 0, "to": 1}]}]}`} {
		h.Matches[0].Evidence = []byte(evidence)
		a, err := AccountOf(h, store.Feed{}, nil, ruleSet(t, testRules))
		if err != nil || len(a.Then) != 1 || len(a.Then[0].Signals) > 1 || len(a.Then[0].Signals) == 1 && len(a.Then[0].Signals[0].Words) > 0 {
			t.Errorf("%s is read as %+v: %v", evidence, a.Then, err)
		}
	}
}

func TestRulesNearestToRingingComeFirst(t *testing.T) {
	t.Parallel()
	const text = `
version: 1
theme: t
rules:
  - {id: z.high, severity: high, require: bell}
  - {id: b.low, severity: low, require: bell}
  - {id: a.low, severity: low, require: bell, signals: [{when: loud, points: 2}], threshold: 1}
  - {id: m.off, severity: critical, status: "off", require: bell}
  - {id: y.near, require: bell, signals: [{when: loud, points: 2}, {when: absent, points: 2}], threshold: 3}
  - {id: x.nearer, require: bell, exclude: town, signals: [{when: loud, points: 2}], threshold: 2}
  - {id: n.require, require: absent, signals: [{when: loud, points: 4}], threshold: 2}
  - {id: c.apart, require: absent}
  - {id: d.apart, require: absent, signals: [{when: loud, points: 1}, {when: absent, points: 1}], threshold: 2}
`
	a := told(t, article("a", "A loud bell in town"), text)
	var got []string
	for i := range a.Rules {
		got = append(got, fmt.Sprint(StandingOf(&a.Rules[i]), " ", a.Rules[i].Rule.ID))
	}
	want := []string{"0 z.high", "0 a.low", "0 b.low", "1 n.require", "1 m.off", "1 x.nearer", "1 y.near", "2 c.apart", "2 d.apart"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}
