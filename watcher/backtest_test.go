package watcher

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/route"
	"tocsin/watcher/story"
)

// pastArticles are an archive in memory. Each feed has begun long before.
type pastArticles []store.Article

func (p pastArticles) Feed(_ context.Context, url string) (store.Feed, error) {
	return store.Feed{URL: url, Title: "The Paper", Begun: noon.AddDate(-1, 0, 0)}, nil
}

func (p pastArticles) Articles(_ context.Context, since time.Time) iter.Seq2[store.Article, error] {
	return func(yield func(store.Article, error) bool) {
		for _, a := range p {
			if !a.Seen.Before(since) && !yield(a, nil) {
				return
			}
		}
	}
}

// seen is an article that a poll found hours after noon, and young then.
func seen(id, title string, hours int) store.Article {
	a := article(id, title)
	a.Seen = noon.Add(time.Duration(hours) * time.Hour)
	a.Published = a.Seen.Add(-time.Minute)
	return a
}

// changes are the changes as lines.
func changes(b *Backtest) []string {
	var lines []string
	for _, c := range b.Changes {
		severity := c.Severity.String()
		if c.Was != c.Severity {
			severity = c.Was.String() + " → " + severity
		}
		lines = append(lines, fmt.Sprintf("%s %s on %s, %s: %s: %s", c.Kind, c.Article.ID, c.Channel, severity, c.Rule, strings.Join(c.Because, "; ")))
	}
	return lines
}

func TestBacktest(t *testing.T) {
	t.Parallel()
	edited := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(testRules) }
	routes := []route.Route{{Channel: "#noise", MinSeverity: rules.Low}}
	bell, loud, whistle, drum := seen("b", "A bell in town", 1), seen("l", "A loud bell in town", 2), seen("w", "A whistle in town", 3), seen("d", "A drum in town", 4)
	all := pastArticles{bell, loud, whistle, drum, seen("q", "Quiet in town", 5)}

	for name, tt := range map[string]struct {
		before, now string
		archive     pastArticles
		routes      []route.Route
		since       int // hours after noon
		alerts      string
		want        []string
	}{
		"the same rules": {testRules, testRules, all, nil, 0, "3 → 3, 3 stay", nil},
		"a rule that goes live": {testRules, edited("status: shadow", "status: live"), all, nil, 0, "3 → 4, 3 stay",
			[]string{"comes d on #noise, critical: noise.drum: status shadow → live"}},
		"a rule that goes on trial, and a threshold that rises": {testRules,
			edited("severity: low", "severity: low\n    status: shadow", "points: 2}]\n    threshold: 3", "points: 2}]\n    threshold: 5"), all, nil, 0, "3 → 1, 1 stay",
			[]string{"goes b on #noise, medium: noise.bell: threshold 3 → 5", "goes w on #noise, low: noise.whistle: status live → shadow"}},
		"an escalation that is another": {testRules, edited("high: 5", "critical: 5"), all, nil, 0, "3 → 3, 3 stay",
			[]string{"severity l on #noise, high → critical: noise.bell: escalate high 5 → never; escalate critical never → 5"}},
		"a severity that falls since a rule is gone is blamed on that": {testRules, edited("id: noise.bell", "id: noise.bell\n    status: off"),
			pastArticles{seen("x", "A bell and a whistle", 1)}, nil, 0, "1 → 1, 1 stay",
			[]string{"severity x on #noise, medium → low: noise.bell: status live → off"}},
		"a severity that rises since a rule is new is blamed on that": {edited("id: noise.bell", "id: noise.bell\n    status: off"), testRules,
			pastArticles{seen("x", "A bell and a whistle", 1)}, nil, 0, "1 → 1, 1 stay",
			[]string{"severity x on #noise, low → medium: noise.bell: status off → live"}},
		"what a route takes now": {testRules, edited("severity: low", "severity: high"), all, []route.Route{{Channel: "#loud", MinSeverity: rules.High}}, 0, "1 → 2, 1 stay",
			[]string{"comes w on #loud, high: noise.whistle: severity low → high"}},
		"a story that another article begins is the same": {testRules, edited("require: whistle*", "require: whistle* AND later"),
			pastArticles{seen("1", "The whistle of the town hall", 1), withSummary(seen("2", "The whistle of the town hall", 2), "And later")}, nil, 0, "1 → 1, 1 stay", nil},
		"a story that another article begins otherwise": {testRules, edited("require: whistle*", "require: whistle* AND later", "severity: low", "severity: medium"),
			pastArticles{seen("1", "The whistle of the town hall", 1), withSummary(seen("2", "The whistle of the town hall", 2), "And later")}, nil, 0, "1 → 1, 1 stay",
			[]string{"severity 2 on #noise, low → medium: noise.whistle: severity low → medium"}},
		"a story that falls apart": {testRules, edited("require: bell*", "require: bell* AND NOT bridge"),
			pastArticles{seen("1", "The bell of the town hall", 1), withSummary(at(seen("2", "The bell of the town hall", 2), "https://a.example/x"), "A bridge"), at(seen("3", "The bell heard once more", 3), "https://a.example/x")},
			nil, 0, "1 → 2, 1 stay", []string{"comes 3 on #noise, medium: noise.bell: it is told apart from another story now"}},
		"stories that become one": {edited("require: bell*", "require: bell* AND NOT bridge"), testRules,
			pastArticles{seen("1", "The bell of the town hall", 1), withSummary(at(seen("2", "The bell of the town hall", 2), "https://a.example/x"), "A bridge"), at(seen("3", "The bell heard once more", 3), "https://a.example/x")},
			nil, 0, "2 → 1, 1 stay", []string{"goes 3 on #noise, medium: noise.bell: it is told with another story now"}},
		"a story that was told before the time asked about is no news": {testRules, testRules,
			pastArticles{seen("1", "The bell of the town hall", 1), seen("2", "The bell of the town hall", 30)}, nil, 24, "0 → 0, 0 stay", nil},
		"what does not ring does not": {"", testRules, pastArticles{old(bell), seen("q", "Quiet in town", 2)}, nil, 0, "0 → 0, 0 stay", nil},
		"the worst and the newest come first": {"", testRules, all, nil, 0, "0 → 3, 0 stay",
			[]string{"comes l on #noise, high: noise.bell: rule is new", "comes b on #noise, medium: noise.bell: rule is new", "comes w on #noise, low: noise.whistle: rule is new"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.before == "" {
				tt.before = "version: 1\ntheme: other\nrules: [{id: other, require: absent}]"
			}
			if tt.routes == nil {
				tt.routes = routes
			}
			b, err := RunBacktest(t.Context(), tt.archive, BacktestOptions{
				Before: ruleSet(t, tt.before), Now: ruleSet(t, tt.now), Routes: tt.routes, StoryWindow: 72 * time.Hour,
				Feeds: []config.Feed{{URL: "https://a.example/feed", MaxAge: 24 * time.Hour}},
				Since: noon.Add(time.Duration(tt.since) * time.Hour),
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%d → %d, %d stay", b.Before, b.Now, b.Stay); got != tt.alerts {
				t.Errorf("alerts %s, want %s", got, tt.alerts)
			}
			if diff := cmp.Diff(tt.want, changes(b)); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func withSummary(a store.Article, summary string) store.Article { a.Summary = summary; return a }

func at(a store.Article, url string) store.Article { a.URL = url; return a }

func old(a store.Article) store.Article { a.Published = a.Seen.AddDate(0, 0, -7); return a }

func TestBacktestCountsWhatItJudged(t *testing.T) {
	t.Parallel()
	elsewhere := seen("e", "A bell elsewhere", 30)
	elsewhere.Feed = "https://b.example/feed"
	told := 0
	b, err := RunBacktest(t.Context(), pastArticles{seen("1", "A bell in town", 1), seen("2", "A bell in town", 20), elsewhere, seen("3", "A whistle in town", 68)}, BacktestOptions{
		Before: ruleSet(t, testRules), Now: ruleSet(t, testRules), Routes: []route.Route{{Channel: "#noise"}},
		Feeds: []config.Feed{{URL: "https://a.example/feed", MaxAge: 24 * time.Hour}}, StoryWindow: time.Hour,
		Since: noon.Add(10 * time.Hour), Progress: func(n int) { told = n },
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &Backtest{Articles: 2, Feeds: 1, From: noon.Add(20 * time.Hour), To: noon.Add(68 * time.Hour), LeftOut: 1, LeftOutFeeds: 1, Before: 2, Now: 2, Stay: 2}
	if diff := cmp.Diff(want, b); diff != "" {
		t.Errorf("backtest (-want +got):\n%s", diff)
	}
	if b.Days() != 2 || b.PerDay(b.Now) != 1 || told != 2 {
		t.Errorf("%v days, %v alerts a day, told of %d articles", b.Days(), b.PerDay(b.Now), told)
	}
	if short := (&Backtest{From: noon, To: noon.Add(time.Minute)}); short.PerDay(3) != 3 {
		t.Errorf("3 alerts in a minute are %v a day", short.PerDay(3))
	}
}

func TestAnAlertIsOfTheTimeOfItsPoll(t *testing.T) {
	t.Parallel()
	b, err := RunBacktest(t.Context(), pastArticles{seen("1", "A bell in town", 1), seen("2", "A bell in another town", 1), seen("3", "A bell in town", 2)}, BacktestOptions{
		Before: ruleSet(t, "version: 1\ntheme: other\nrules: [{id: other, require: absent}]"), Now: ruleSet(t, testRules),
		Routes: []route.Route{{Channel: "#noise"}}, Feeds: []config.Feed{{URL: "https://a.example/feed", MaxAge: 24 * time.Hour}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range b.Changes {
		got = append(got, fmt.Sprintf("%s after %v, of %s", c.Article.ID, c.At.Sub(noon), c.Source))
	}
	if diff := cmp.Diff([]string{"3 after 2h0m0s, of The Paper", "1 after 1h0m0s, of The Paper", "2 after 1h0m0s, of The Paper"}, got); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
}

func TestBacktestEndsWithItsContextAndItsArchive(t *testing.T) {
	t.Parallel()
	o := BacktestOptions{Before: ruleSet(t, testRules), Now: ruleSet(t, testRules), Feeds: []config.Feed{{URL: "https://a.example/feed"}}}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := RunBacktest(over, pastArticles{seen("1", "A bell in town", 1)}, o); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want %v", err, context.Canceled)
	}
	if _, err := RunBacktest(t.Context(), brokenArchive{}, o); !errors.Is(err, errBroken) {
		t.Errorf("error is %v, want %v", err, errBroken)
	}
}

var errBroken = errors.New("the disk is gone")

type brokenArchive struct{ pastArticles }

func (brokenArchive) Articles(context.Context, time.Time) iter.Seq2[store.Article, error] {
	return func(yield func(store.Article, error) bool) { yield(store.Article{}, errBroken) }
}

// A replay keeps the stories that are still asked for, however long the archive
// is: words are counted further back than stories take reports.
func TestAReplayForgetsStoriesThatAreAskedForNoMore(t *testing.T) {
	t.Parallel()
	const perHorizon = 3600
	b := newStorybook(time.Hour)
	for n := range 20_000 {
		at := noon.Add(time.Duration(n) * (story.Horizon / perHorizon))
		id := fmt.Sprint(n)
		b.keep(store.Decision{
			Reports: []store.Report{{Story: id, Article: id, Keys: []string{"key " + id, "everybody's"}, At: at}},
			Alerts:  []store.Alert{{Story: id, Route: "#noise"}},
		}, at)
		if n%500 == 0 {
			found, err := b.WithKeys(t.Context(), []string{"everybody's"}, at.Add(-story.Horizon))
			if want := min(n+1, store.StoriesPerKey); err != nil || len(found) != want || found[0].ID != id {
				t.Fatalf("after %d stories %d are found, want %d, the latest first: %v", n, len(found), want, err)
			}
			counts, err := b.Count(t.Context(), []string{"everybody's", "nobody's"}, at.Add(-story.Horizon), 10_000)
			if want := []int{min(n, perHorizon) + 1, 0}; err != nil || !slices.Equal(counts, want) {
				t.Fatalf("after %d stories %d are counted, want %d: %v", n, counts, want, err)
			}
		}
	}
	if len(b.byID) > 2*(perHorizon+1) || len(b.byKey) > len(b.byID)+1 || len(b.byKey["everybody's"]) > 2*(perHorizon+1) {
		t.Errorf("%d stories and %d keys are in memory, of one key %d mentions", len(b.byID), len(b.byKey), len(b.byKey["everybody's"]))
	}
}
