package storetest

import (
	"testing"

	"tocsin/store"
)

func testHistory(t *testing.T, open opener) {
	const feed = "https://a.example/feed"
	cases{
		"an article that is not there is not found": func(t *testing.T, w *world) {
			_, err := w.History(w.ctx, article(feed, 1).ID)
			w.isError(err, store.ErrNotFound)
		},
		"an article to which nothing happened has nothing but itself": func(t *testing.T, w *world) {
			w.subscribed(feed)
			w.found(silent, feed, article(feed, 1))
			w.is(w.history(article(feed, 1).ID), store.History{Article: article(feed, 1)}, "history")
		},
		"matches come by rule, verdicts by rule and route": func(t *testing.T, w *world) {
			w.subscribed(feed)
			a := article(feed, 1)
			match := func(rule string) store.Match {
				return store.Match{Article: a.ID, Rule: rule, Theme: "theme", Severity: "high", Status: "shadow",
					Score: -3, Threshold: 7, Evidence: []byte(`[{"when": "x",  "points": 2.5}]`)}
			}
			verdict := func(rule, route string) store.Verdict {
				return store.Verdict{Article: a.ID, Rule: rule, Route: route, Outcome: store.Joined, Alert: "id", At: at(3)}
			}
			w.found(deciding(store.Decision{
				Matches:  []store.Match{match("b"), match("a")},
				Verdicts: []store.Verdict{verdict("b", ""), verdict("a", "y"), verdict("a", "x")},
			}), feed, a)
			w.is(w.history(a.ID), store.History{
				Article:  a,
				Matches:  []store.Match{match("a"), match("b")},
				Verdicts: []store.Verdict{verdict("a", "x"), verdict("a", "y"), verdict("b", "")},
			}, "history")
		},
		"the other articles of its story come in the order in which they were kept, and its story's alerts": func(t *testing.T, w *world) {
			const other = "https://b.example/feed"
			w.subscribe(feed, other)
			w.claimFeeds(me, 0)
			first, second, third, stranger := article(feed, 1), article(other, 2), article(feed, 3), article(other, 4)
			alone := report(stranger, 0, "another")
			alone.Alerts = []store.Alert{alert(stranger, "news", 0)}
			w.found(deciding(alone), other, stranger)
			told := alarm(first, "news", "policy")
			w.found(deciding(told), feed, first)
			for _, next := range []store.Article{second, third} {
				w.found(deciding(store.Decision{Reports: []store.Report{{Story: first.ID, Article: next.ID, At: at(1)}}}), next.Feed, next)
			}
			w.is(w.history(second.ID), store.History{
				Article: second, Story: first.ID, Others: []store.Article{first, third}, Alerts: told.Alerts,
			}, "history of the second")
		},
		"each article has its own": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			w.found(silent, x.Feed, article(x.Feed, 2))
			w.is(w.history(article(x.Feed, 2).ID), store.History{Article: article(x.Feed, 2)}, "the other's history")
		},
	}.run(t, open)
}

func testCounts(t *testing.T, open opener) {
	cases{
		"an empty store has none of anything": func(t *testing.T, w *world) {
			w.is(w.counts(), store.Counts{}, "counts")
		},
		"everything is counted": func(t *testing.T, w *world) {
			x := w.alarmed("a", "b", "c", "d", "e", "f")
			w.found(silent, x.Feed, articles(x.Feed, 2, 3)...)
			w.claimAlerts(me, 5)
			w.ok(w.RecordDelivery(w.ctx, sent(x, "a")))
			w.ok(w.RecordDelivery(w.ctx, sent(x, "b")))
			w.ok(w.RecordDelivery(w.ctx, failed(x, "c")))
			w.is(w.counts(), store.Counts{Feeds: 1, Articles: 3, Matches: 1, Stories: 1, Verdicts: 6,
				Pending: 3, SentAlerts: 2, Dead: 1, OldestPending: at(3)}, "counts")
		},
		"the oldest pending alert is that which was created first": func(t *testing.T, w *world) {
			x := w.alarmed("first", "second")
			w.found(deciding(store.Decision{Alerts: []store.Alert{alert(x, "last", -1)}}), x.Feed, article(x.Feed, 2))
			w.is(w.counts().OldestPending, at(-1), "oldest")
		},
		"feeds that fail or are gone are failing, each once": func(t *testing.T, w *world) {
			w.subscribe("a", "b", "c", "d")
			w.claimFeeds(me, 0)
			for _, f := range []store.Feed{
				{URL: "a", Failures: 3}, {URL: "b", Gone: true}, {URL: "c", Failures: 1, Gone: true}, {URL: "d", Problem: "degraded"},
			} {
				w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: f}, nil))
			}
			w.is(w.counts(), store.Counts{Feeds: 4, FeedsFailing: 3}, "counts")
			w.subscribe("b", "d")
			w.is(w.counts(), store.Counts{Feeds: 2, FeedsFailing: 1}, "counts of the subscribed")
		},
	}.run(t, open)
}

func testArticleCounts(t *testing.T, open opener) {
	count := func(w *world) map[string]int {
		w.t.Helper()
		c, err := w.ArticleCounts(w.ctx)
		w.ok(err)
		return c
	}
	cases{
		"an empty store has none": func(t *testing.T, w *world) {
			w.is(count(w), map[string]int{}, "counts")
		},
		"articles are counted by feed, and feeds without are not there": func(t *testing.T, w *world) {
			const one, two = "https://a.example/feed", "https://b.example/feed"
			w.subscribe(one, two, "https://c.example/feed")
			w.claimFeeds(me, 0)
			w.found(silent, one, articles(one, 1, 2, 3)...)
			w.found(silent, two, article(two, 1))
			w.is(count(w), map[string]int{one: 3, two: 1}, "counts")
			w.subscribe(two)
			w.is(count(w), map[string]int{one: 3, two: 1}, "counts, one of them no longer subscribed")
		},
	}.run(t, open)
}
