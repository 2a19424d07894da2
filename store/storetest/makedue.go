package storetest

import (
	"testing"

	"tocsin/store"
)

func testMakeDue(t *testing.T, open opener) {
	const a, b, c = "https://a.example/feed", "https://b.example/feed", "https://c.example/feed"
	// later has a, b and c polled and due again in a while, c gone for good.
	later := func(w *world) {
		w.subscribe(a, b, c)
		w.is(w.claimFeeds(me, 0), []string{a, b, c}, "feeds at first")
		for _, url := range []string{a, b, c} {
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: store.Feed{URL: url, NextPoll: at(90), Gone: url == c}}, nil))
		}
		w.is(w.claimFeeds(me, 5), []string(nil), "feeds before")
	}
	cases{
		"the feeds that are named are due, and no other": func(t *testing.T, w *world) {
			later(w)
			w.ok(w.MakeDue(w.ctx, at(4), b))
			w.is(w.claimFeeds(me, 3), []string(nil), "feeds before that time")
			w.is(w.claimFeeds(me, 4), []string{b}, "feeds at that time")
		},
		"without a name all are due, gone ones too": func(t *testing.T, w *world) {
			later(w)
			w.ok(w.MakeDue(w.ctx, at(4)))
			w.is(w.claimFeeds(me, 4), []string{a, b, c}, "feeds")
		},
		"a feed that nobody subscribes is passed over": func(t *testing.T, w *world) {
			later(w)
			w.subscribe(a)
			w.ok(w.MakeDue(w.ctx, at(4), b, "https://nobody.example/feed"))
			w.is(w.claimFeeds(me, 4), []string(nil), "feeds")
			w.ok(w.MakeDue(w.ctx, at(4)))
			w.is(w.claimFeeds(me, 4), []string{a}, "feeds")
		},
		"nothing else of a feed changes": func(t *testing.T, w *world) {
			w.subscribed(a)
			f := store.Feed{URL: a, Title: "A feed", ETag: `"x"`, NextPoll: at(90), Failures: 3, Problem: "timed out"}
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: f}, nil))
			w.ok(w.MakeDue(w.ctx, at(4), a))
			f.NextPoll = at(4)
			w.is(w.feeds(), map[string]store.Feed{a: f}, "feeds")
		},
		"a leased feed stays leased": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.ok(w.MakeDue(w.ctx, at(1), a))
			w.is(w.claimFeeds(me, 2), []string(nil), "feeds")
		},
	}.run(t, open)
}
