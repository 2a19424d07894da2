package storetest

import (
	"testing"

	"tocsin/store"
)

func testSchedule(t *testing.T, open opener) {
	const a = "https://a.example/feed"
	polled := store.Feed{URL: a, Title: "A", ETag: "e", NextPoll: at(30), Polled: at(1), Succeeded: at(1), Failures: 1, Problem: "p"}
	// hourly has a polled on a schedule, and due again at at(30).
	hourly := func(w *world) {
		w.t.Helper()
		w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a, FirstPoll: at(0), Schedule: "hourly", NextPoll: at(-1)}}))
		w.is(w.feeds(), map[string]store.Feed{a: {URL: a, NextPoll: at(0)}}, "the new feed")
		w.is(w.claimFeeds(me, 0), []string{a}, "claimed")
		w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: polled}, nil))
	}
	// sync syncs a with a schedule and a next poll, and wants it due at a minute.
	sync := func(w *world, schedule string, next, due int) {
		w.t.Helper()
		w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a, FirstPoll: at(-9), Schedule: schedule, NextPoll: at(next)}}))
		want := polled
		want.NextPoll = at(due)
		w.is(w.feeds(), map[string]store.Feed{a: want}, "feeds")
	}
	cases{
		"a feed whose schedule has changed is due at its next poll": func(t *testing.T, w *world) {
			hourly(w)
			sync(w, "often", 5, 5)
			w.is(w.claimFeeds(me, 4), []string(nil), "feeds before")
			w.is(w.claimFeeds(me, 5), []string{a}, "feeds then")
		},
		"it is due when it was, if that is sooner": func(t *testing.T, w *world) {
			hourly(w)
			sync(w, "daily", 90, 30)
		},
		"it may be due at once": func(t *testing.T, w *world) {
			hourly(w)
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a, Schedule: "often"}}))
			w.is(w.claimFeeds(me, 0), []string{a}, "feeds")
		},
		"a feed whose schedule is the same keeps its next poll": func(t *testing.T, w *world) {
			hourly(w)
			sync(w, "hourly", 5, 30)
		},
		"a schedule has changed once": func(t *testing.T, w *world) {
			hourly(w)
			sync(w, "daily", 90, 30)
			sync(w, "daily", 5, 30)
			sync(w, "hourly", 6, 6)
		},
		"a poll leaves the schedule as it is": func(t *testing.T, w *world) {
			hourly(w)
			w.is(w.claimFeeds(me, 30), []string{a}, "claimed")
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: polled}, nil))
			sync(w, "hourly", 5, 30)
		},
		"a feed that is wanted again has its schedule": func(t *testing.T, w *world) {
			hourly(w)
			w.subscribe()
			sync(w, "hourly", 5, 30)
		},
		"a feed that is wanted again on another schedule is due at its next poll": func(t *testing.T, w *world) {
			hourly(w)
			w.subscribe()
			sync(w, "often", 5, 5)
			sync(w, "often", 4, 5)
		},
		"a leased feed stays leased": func(t *testing.T, w *world) {
			hourly(w)
			w.is(w.claimFeeds(me, 30), []string{a}, "claimed")
			sync(w, "often", 5, 5)
			w.is(w.claimFeeds(me, 39), []string(nil), "feeds within the lease")
			w.ok(w.CommitPoll(w.ctx, poll(a, 90), nil))
		},
		"a feed that is gone stays gone": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: store.Feed{URL: a, NextPoll: at(30), Gone: true}}, nil))
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a, Schedule: "often", NextPoll: at(5)}}))
			w.is(w.claimFeeds(me, 60), []string(nil), "feeds")
		},
		"of two entries with one URL the first one's schedule counts": func(t *testing.T, w *world) {
			hourly(w)
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{
				{URL: a, Schedule: "hourly"}, {URL: a, Schedule: "often", NextPoll: at(5)}}))
			w.is(w.feeds(), map[string]store.Feed{a: polled}, "feeds")
		},
		"a schedule may be any text": func(t *testing.T, w *world) {
			w.subscribe(a)
			for i, s := range oddStrings[1:] { // the first is none, as it was
				w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a, Schedule: s, NextPoll: at(-i - 1)}}))
				w.is(w.feeds()[a].NextPoll, at(-i-1), "next poll on a new schedule")
				w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a, Schedule: s, NextPoll: at(-99)}}))
				w.is(w.feeds()[a].NextPoll, at(-i-1), "next poll on the same")
			}
		},
	}.run(t, open)
}
