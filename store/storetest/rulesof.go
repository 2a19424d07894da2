package storetest

import (
	"testing"
	"time"

	"tocsin/store"
)

func testRulesOf(t *testing.T, open opener) {
	const a, b = "https://a.example/feed", "https://b.example/feed"
	// matched has a feed bring an article, seen at a minute, that rules match.
	matched := func(w *world, feed string, minute int, rules ...string) {
		x := article(feed, minute)
		x.Seen = at(minute)
		var d store.Decision
		for _, rule := range rules {
			d.Matches = append(d.Matches, store.Match{Article: x.ID, Rule: rule, Status: "live"})
		}
		w.found(deciding(d), feed, x)
	}
	rules := func(w *world, feed string, since time.Time, limit int) []store.RuleCount {
		w.t.Helper()
		counts, err := w.RulesOf(w.ctx, feed, since, limit)
		w.ok(err)
		return counts
	}
	cases{
		"a feed without matches, or not known, has none": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.is(rules(w, a, at(0), 5), []store.RuleCount(nil), "rules before any article")
			matched(w, a, 1)
			w.is(rules(w, a, at(0), 5), []store.RuleCount(nil), "rules")
			w.is(rules(w, b, at(0), 5), []store.RuleCount(nil), "rules of a feed that is not known")
		},
		"the rules with the most articles come first, then by name, up to the limit": func(t *testing.T, w *world) {
			w.subscribed(a)
			matched(w, a, 1, "x", "y", "z")
			matched(w, a, 2, "z", "w")
			want := []store.RuleCount{{Rule: "z", Articles: 2}, {Rule: "w", Articles: 1}, {Rule: "x", Articles: 1}, {Rule: "y", Articles: 1}}
			w.is(rules(w, a, at(0), 5), want, "rules")
			w.is(rules(w, a, at(0), 2), want[:2], "two rules")
		},
		"only articles of the feed count": func(t *testing.T, w *world) {
			w.subscribe(a, b)
			w.claimFeeds(me, 0)
			matched(w, a, 1, "x")
			matched(w, b, 2, "y")
			w.is(rules(w, a, at(0), 5), []store.RuleCount{{Rule: "x", Articles: 1}}, "rules")
		},
		"only articles seen at since or later count, in whatever order they came": func(t *testing.T, w *world) {
			w.subscribed(a)
			for _, minute := range []int{5, 2, 7, 3} {
				matched(w, a, minute, "x")
			}
			w.is(rules(w, a, at(3), 5), []store.RuleCount{{Rule: "x", Articles: 3}}, "rules since then")
			w.is(rules(w, a, at(8), 5), []store.RuleCount(nil), "rules since later")
			w.is(rules(w, a, time.Time{}, 5), []store.RuleCount{{Rule: "x", Articles: 4}}, "rules since ever")
		},
		"a feed that is no longer subscribed has its rules": func(t *testing.T, w *world) {
			w.subscribed(a)
			matched(w, a, 1, "x")
			w.subscribe(b)
			w.is(rules(w, a, at(0), 5), []store.RuleCount{{Rule: "x", Articles: 1}}, "rules")
		},
	}.run(t, open)
}
