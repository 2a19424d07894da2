package storetest

import (
	"testing"
	"time"

	"tocsin/store"
)

func testNextDue(t *testing.T, open opener) {
	const a, b = "https://a.example/feed", "https://b.example/feed"
	never := time.Time{}
	due := func(w *world, feeds, alerts time.Time) {
		w.t.Helper()
		f, al, err := w.NextDue(w.ctx)
		w.ok(err)
		w.is([]time.Time{f, al}, []time.Time{feeds, alerts}, "due feeds and alerts")
	}
	cases{
		"in an empty store nothing is due": func(t *testing.T, w *world) {
			due(w, never, never)
		},
		"the earliest feed counts": func(t *testing.T, w *world) {
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a, FirstPoll: at(3)}, {URL: b, FirstPoll: at(2)}}))
			due(w, at(2), never)
		},
		"a leased feed counts from the lease's end": func(t *testing.T, w *world) {
			w.subscribed(a)
			due(w, at(10), never)
		},
		"a leased feed does not hide a free one": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a}, {URL: b, FirstPoll: at(4)}}))
			due(w, at(4), never)
		},
		"a polled feed counts from its next poll": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.ok(w.CommitPoll(w.ctx, poll(a, 90), nil))
			due(w, at(90), never)
		},
		"feeds that are gone or not wanted do not count": func(t *testing.T, w *world) {
			w.subscribe(a, b)
			w.claimFeeds(me, 0)
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: store.Feed{URL: a, NextPoll: at(1), Gone: true}}, nil))
			w.ok(w.CommitPoll(w.ctx, poll(b, 7), nil))
			due(w, at(7), never)
			w.subscribe(a)
			due(w, never, never)
		},
		"that the host of a feed is busy does not matter": func(t *testing.T, w *world) {
			w.subscribe(a, a+"/2")
			w.is(w.claimPerHost(me, 3, 1), []string{a}, "claimed")
			w.is(w.claimPerHost(me, 3, 1), []string(nil), "claimed while the host is busy")
			due(w, at(0), never)
		},
		"a schedule that has changed counts": func(t *testing.T, w *world) {
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a, FirstPoll: at(9)}}))
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a, Schedule: "often", NextPoll: at(4)}}))
			due(w, at(4), never)
		},
		"a feed that is due at once is due": func(t *testing.T, w *world) {
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a}}))
			due(w, time.Unix(0, 0).UTC(), never)
		},
		"an alert that is due at once is due": func(t *testing.T, w *world) {
			w.alarmed("news")
			w.subscribe()
			due(w, never, time.Unix(0, 0).UTC())
		},
		"a leased alert counts from the lease's end": func(t *testing.T, w *world) {
			w.alarmed("news")
			w.subscribe()
			w.claimAlerts(me, 1)
			due(w, never, at(11))
		},
		"an alert counts from its next try": func(t *testing.T, w *world) {
			x := w.alarmed("news", "policy")
			w.subscribe()
			w.claimAlerts(me, 1)
			w.ok(w.RecordDelivery(w.ctx, again(x, "news", 30, false)))
			w.ok(w.RecordDelivery(w.ctx, again(x, "policy", 20, false)))
			due(w, never, at(20))
		},
		"of a channel's alerts only the head counts": func(t *testing.T, w *world) {
			x := w.lined("a1", "a2", "b1", "b2")
			w.subscribe()
			w.claimAlerts(me, 1)
			w.ok(w.RecordDelivery(w.ctx, again(x, "b1", 30, false)))
			due(w, never, at(11)) // the lease on a1 ends
			w.ok(w.RecordDelivery(w.ctx, again(x, "a1", 40, false)))
			due(w, never, at(30))
			w.claimAlerts(me, 30)
			w.ok(w.RecordDelivery(w.ctx, sent(x, "b1")))
			due(w, never, time.Unix(0, 0).UTC()) // b2
		},
		"alerts that have ended do not count": func(t *testing.T, w *world) {
			x := w.alarmed("news", "policy")
			w.subscribe()
			w.claimAlerts(me, 1)
			w.ok(w.RecordDelivery(w.ctx, sent(x, "news")))
			w.ok(w.RecordDelivery(w.ctx, failed(x, "policy")))
			due(w, never, never)
		},
	}.run(t, open)
}
