package storetest

import (
	"testing"

	"tocsin/store"
)

func testJoin(t *testing.T, open opener) {
	const feed = "https://a.example/feed"
	cases{
		"who has not joined may not claim": func(t *testing.T, w *world) {
			w.subscribe(feed)
			if _, err := w.ClaimDueFeeds(w.ctx, claim("stranger", 0)); err == nil {
				t.Error("a stranger claims feeds")
			}
			if _, err := w.ClaimAlerts(w.ctx, claim("stranger", 0)); err == nil {
				t.Error("a stranger claims alerts")
			}
			w.is(w.claimFeeds(me, 0), []string{feed}, "feeds left by the stranger")
		},
		"who has left may not claim": func(t *testing.T, w *world) {
			w.subscribe(feed)
			w.ok(w.join("other")())
			if _, err := w.ClaimDueFeeds(w.ctx, claim("other", 0)); err == nil {
				t.Error("a holder that left claims feeds")
			}
		},
		"who has left may join again": func(t *testing.T, w *world) {
			w.subscribe(feed)
			w.ok(w.join("other")())
			w.join("other")
			w.is(w.claimFeeds("other", 0), []string{feed}, "feeds")
		},
		"the last may leave and the next join": func(t *testing.T, w *world) {
			fresh := open(t)
			for range 3 {
				leave, err := fresh.Join(w.ctx, "worker")
				w.ok(err)
				w.ok(leave())
			}
		},
		"leaving gives back the leases on feeds": func(t *testing.T, w *world) {
			w.subscribe(feed)
			leave := w.join("other")
			w.is(w.claimFeeds("other", 0), []string{feed}, "feeds of the other")
			w.is(w.claimFeeds(me, 0), []string(nil), "feeds while the other holds them")
			w.ok(leave())
			w.is(w.claimFeeds(me, 0), []string{feed}, "feeds after the other left")
		},
		"leaving gives back the leases on alerts, which stay unsettled": func(t *testing.T, w *world) {
			w.alarmed("news")
			leave := w.join("other")
			w.is(alertRoutes(w.claimAlerts("other", 0)), []string{"news"}, "alerts of the other")
			w.ok(leave())
			got := w.claimAlerts(me, 0)
			if len(got) != 1 || !got[0].Unsettled || got[0].Attempts != 2 {
				t.Errorf("claimed %+v, want one that is unsettled, for the second time", got)
			}
		},
		"leaving leaves the leases of others": func(t *testing.T, w *world) {
			w.subscribe(feed)
			w.claimFeeds(me, 0)
			w.ok(w.join("other")())
			w.ok(w.CommitPoll(w.ctx, poll(feed, 5), nil))
		},
		"leaving twice is leaving once": func(t *testing.T, w *world) {
			leave := w.join("other")
			w.ok(leave())
			w.join("other")
			w.ok(leave())
			w.subscribe(feed)
			w.is(w.claimFeeds("other", 0), []string{feed}, "feeds of the other, who came back")
		},
		"the poll of one who left is not committed": func(t *testing.T, w *world) {
			w.subscribe(feed)
			leave := w.join("other")
			w.claimFeeds("other", 0)
			w.ok(leave())
			p := poll(feed, 5, article(feed, 1))
			p.Holder = "other"
			w.leaseLost(w.CommitPoll(w.ctx, p, silent))
			w.is(w.counts().Articles, 0, "articles")
		},
	}.run(t, open)
}

// leaseLost fails the test unless err is store.ErrLeaseLost.
func (w *world) leaseLost(err error) {
	w.t.Helper()
	w.isError(err, store.ErrLeaseLost)
}
