package storetest

import (
	"fmt"
	"testing"
	"time"

	"tocsin/store"
)

func testClaimAlerts(t *testing.T, open opener) {
	cases{
		"the oldest come first, up to the limit": func(t *testing.T, w *world) {
			x := w.alarmed("c", "b", "a")
			// What was kept last is the youngest, whenever it was created.
			d := store.Decision{Alerts: []store.Alert{alert(x, "last", -1)}}
			w.found(deciding(d), x.Feed, article(x.Feed, 2))
			ask := claim(me, 9)
			ask.Limit = 3
			first, err := w.ClaimAlerts(w.ctx, ask)
			w.ok(err)
			w.is(alertRoutes(first), []string{"c", "b", "a"}, "first three")
			w.is(alertRoutes(w.claimAlerts(me, 9)), []string{"last"}, "the rest")
		},
		"alerts that were created at once come in the order of the decision": func(t *testing.T, w *world) {
			const feed = "https://a.example/feed"
			w.subscribed(feed)
			a := article(feed, 1)
			d := alarm(a, "z", "m", "a", "q")
			for i := range d.Alerts {
				d.Alerts[i].Created = at(0)
			}
			w.found(deciding(d), feed, a)
			w.is(alertRoutes(w.claimAlerts(me, 0)), []string{"z", "m", "a", "q"}, "alerts")
		},
		"an alert comes with all that was decided": func(t *testing.T, w *world) {
			const feed = "https://a.example/feed"
			w.subscribed(feed)
			a := article(feed, 1)
			d := alarm(a, "news")
			d.Alerts[0].Severity = "high"
			d.Alerts[0].Content = []byte(`{"title": "T",  "n": 1}`)
			d.Alerts[0].NextTry = at(3)
			w.found(deciding(d), feed, a)
			w.is(w.alerts(), d.Alerts, "alerts")
			want := d.Alerts[0]
			want.Attempts, want.Tried, want.Lease = 1, at(5), at(15)
			w.is(w.claimAlerts(me, 5), []store.Alert{want}, "claimed")
		},
		"an alert is claimed when its next try has come": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			w.claimAlerts(me, 0)
			w.ok(w.RecordDelivery(w.ctx, again(x, "news", 5, false)))
			w.is(len(w.claimAlerts(me, 4)), 0, "alerts before")
			w.is(len(w.claimAlerts(me, 5)), 1, "alerts then")
		},
		"a leased alert is free when its lease ends, not before": func(t *testing.T, w *world) {
			w.join("other")
			w.alarmed("news")
			w.claimAlerts(me, 0)
			w.is(len(w.claimAlerts("other", 9)), 0, "alerts within the lease")
			w.is(len(w.claimAlerts("other", 10)), 1, "alerts at its end")
		},
		"a claim begins an attempt, of which the row knows no outcome": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			got := w.claimAlerts(me, 2)[0]
			w.is([]any{got.Attempts, got.Unsettled, got.Tried}, []any{1, false, at(2)}, "claimed")
			row := w.alerts()[0]
			w.is([]any{row.Attempts, row.Unsettled, row.Tried}, []any{1, true, at(2)}, "the row")
			w.ok(w.RecordDelivery(w.ctx, again(x, "news", 3, false)))
		},
		"an attempt that did not get through leaves the next one free": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			w.claimAlerts(me, 0)
			w.ok(w.RecordDelivery(w.ctx, again(x, "news", 5, false)))
			got := w.claimAlerts(me, 5)[0]
			w.is([]any{got.Attempts, got.Unsettled, got.Tried}, []any{2, false, at(0)}, "claimed")
		},
		"an attempt that may have got through makes the next one search": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			w.claimAlerts(me, 0)
			w.ok(w.RecordDelivery(w.ctx, again(x, "news", 5, true)))
			got := w.claimAlerts(me, 5)[0]
			w.is([]any{got.Attempts, got.Unsettled, got.Tried}, []any{2, true, at(0)}, "claimed")
		},
		"an attempt that was never recorded makes the next one search": func(t *testing.T, w *world) {
			w.join("other")
			w.alarmed("news")
			w.claimAlerts(me, 0)
			got := w.claimAlerts("other", 10)[0]
			w.is([]any{got.Attempts, got.Unsettled, got.Tried}, []any{2, true, at(0)}, "claimed")
		},
		"what was sent or has failed is not claimed": func(t *testing.T, w *world) {
			x := w.alarmed("a", "b", "c")
			w.claimAlerts(me, 0)
			w.ok(w.RecordDelivery(w.ctx, sent(x, "a")))
			w.ok(w.RecordDelivery(w.ctx, failed(x, "b")))
			w.is(alertRoutes(w.claimAlerts(me, 60)), []string{"c"}, "alerts")
		},
		"an alert of a feed that is no longer wanted is claimed": func(t *testing.T, w *world) {
			w.alarmed("news")
			w.subscribe()
			w.is(len(w.claimAlerts(me, 0)), 1, "alerts")
		},
		"a claim for nothing or for no time is a mistake": func(t *testing.T, w *world) {
			w.alarmed("news")
			for _, c := range []store.Claim{
				{Holder: me, Now: at(0), Lease: time.Minute},
				{Holder: me, Now: at(0), Limit: 1},
			} {
				if _, err := w.ClaimAlerts(w.ctx, c); err == nil {
					t.Errorf("%+v is allowed", c)
				}
			}
			w.is(w.claimAlerts(me, 0)[0].Attempts, 1, "attempts")
		},
		"four at once never get the same alert": func(t *testing.T, w *world) {
			const n = 200
			var routes []string
			for i := range n {
				routes = append(routes, fmt.Sprint("route ", i))
			}
			w.alarmed(routes...)
			got := contend(w, func(ask store.Claim) ([]string, error) {
				ask.Now = at(n) // all were created by then
				alerts, err := w.ClaimAlerts(w.ctx, ask)
				return alertRoutes(alerts), err
			})
			once(t, got, n)
		},
	}.run(t, open)
}

// again says that me did not send the alert of x on route, and that it is to be
// tried again at the minute.
func again(x store.Article, route string, minute int, unsettled bool) store.Delivery {
	return store.Delivery{
		Alert: store.AlertID(x.ID, route), Holder: me, At: at(1),
		State: store.AlertPending, Unsettled: unsettled, NextTry: at(minute), Problem: "slow down",
	}
}

// failed says that the alert of x on route can never be sent.
func failed(x store.Article, route string) store.Delivery {
	return store.Delivery{
		Alert: store.AlertID(x.ID, route), Holder: me, At: at(1),
		State: store.AlertFailed, Problem: "no such channel",
	}
}

func testRecordDelivery(t *testing.T, open opener) {
	// outcome is the verdict of x for the one rule on route.
	outcome := func(w *world, x store.Article, route string) store.Outcome {
		w.t.Helper()
		for _, v := range w.history(x.ID).Verdicts {
			if v.Route == route {
				return v.Outcome
			}
		}
		return ""
	}
	cases{
		"sent: the alert says when and where, and its verdicts are sent": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			w.claimAlerts(me, 0)
			w.ok(w.RecordDelivery(w.ctx, sent(x, "news")))
			want := alert(x, "news", 0)
			want.State, want.Attempts, want.Tried, want.Sent, want.Receipt = store.AlertSent, 1, at(0), at(1), "C1:1.2"
			w.is(w.alerts(), []store.Alert{want}, "alerts")
			w.is(outcome(w, x, "news"), store.Sent, "verdict")
		},
		"failed: the alert says why, and its verdicts have failed": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			w.claimAlerts(me, 0)
			w.ok(w.RecordDelivery(w.ctx, failed(x, "news")))
			want := alert(x, "news", 0)
			want.State, want.Attempts, want.Tried, want.Problem = store.AlertFailed, 1, at(0), "no such channel"
			w.is(w.alerts(), []store.Alert{want}, "alerts")
			w.is(outcome(w, x, "news"), store.Failed, "verdict")
		},
		"pending: the alert says why and when again, and its verdicts wait": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			w.claimAlerts(me, 0)
			w.ok(w.RecordDelivery(w.ctx, again(x, "news", 7, true)))
			want := alert(x, "news", 0)
			want.Attempts, want.Unsettled, want.Tried, want.NextTry, want.Problem = 1, true, at(0), at(7), "slow down"
			w.is(w.alerts(), []store.Alert{want}, "alerts")
			w.is(outcome(w, x, "news"), store.Queued, "verdict")
		},
		"pending after an attempt that was none: the claim's does not count": func(t *testing.T, w *world) {
			w.alarmed("news")
			before := w.alerts()
			w.claimAlerts(me, 2)
			w.ok(w.RecordDelivery(w.ctx, store.Delivery{
				Alert: before[0].ID, Holder: me, At: at(3), State: store.AlertPending, Untried: true}))
			w.is(w.alerts(), before, "alerts, which know of no attempt")
			got := w.claimAlerts(me, 4)[0]
			w.is([]any{got.Attempts, got.Unsettled, got.Tried}, []any{1, false, at(4)}, "claimed again")
		},
		"an attempt that was none leaves those before it": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			w.claimAlerts(me, 2)
			w.ok(w.RecordDelivery(w.ctx, again(x, "news", 3, true)))
			before := w.alerts()
			w.claimAlerts(me, 4)
			none := again(x, "news", 3, true)
			none.Untried = true
			w.ok(w.RecordDelivery(w.ctx, none))
			w.is(w.alerts(), before, "alerts, which know of one attempt")
			got := w.claimAlerts(me, 5)[0]
			w.is([]any{got.Attempts, got.Unsettled, got.Tried}, []any{2, true, at(2)}, "claimed again")
		},
		"an attempt that failed for an unknown reason is a strike": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			for i, strike := range []bool{true, false, true} {
				w.is(w.claimAlerts(me, 0)[0].Strikes, (i+1)/2, "strikes when claimed")
				d := again(x, "news", 0, false)
				d.Strike = strike
				w.ok(w.RecordDelivery(w.ctx, d))
			}
			got := w.alerts()[0]
			w.is([]any{got.Strikes, got.Attempts}, []any{2, 3}, "strikes and attempts")
			w.claimAlerts(me, 0)
			w.ok(w.RecordDelivery(w.ctx, sent(x, "news")))
			w.is(w.alerts()[0].Strikes, 2, "strikes when it was sent")
		},
		"an alert that has ended had its last attempt, and no strike for it": func(t *testing.T, w *world) {
			x := w.alarmed("news", "policy")
			w.claimAlerts(me, 5)
			for _, d := range []store.Delivery{sent(x, "news"), failed(x, "policy")} {
				d.Untried, d.Strike, d.Unsettled = true, true, true // for AlertPending only
				w.ok(w.RecordDelivery(w.ctx, d))
			}
			for _, a := range w.alerts() {
				w.is([]any{a.Attempts, a.Strikes, a.Unsettled, a.Tried}, []any{1, 0, false, at(5)}, "alert on "+a.Route)
			}
		},
		"sent at last: the problem is over": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			w.claimAlerts(me, 0)
			w.ok(w.RecordDelivery(w.ctx, again(x, "news", 2, true)))
			w.claimAlerts(me, 2)
			w.ok(w.RecordDelivery(w.ctx, sent(x, "news")))
			got := w.alerts()[0]
			w.is([]any{got.State, got.Unsettled, got.Problem, got.Attempts}, []any{store.AlertSent, false, "", 2}, "alert")
		},
		"only the verdicts that wait for this alert are settled": func(t *testing.T, w *world) {
			x := w.alarmed("news", "policy")
			y := article(x.Feed, 2)
			w.found(deciding(store.Decision{Verdicts: []store.Verdict{
				{Article: y.ID, Rule: "rule", Route: "news", Outcome: store.Joined, Alert: store.AlertID(x.ID, "news"), At: at(0)},
				{Article: y.ID, Rule: "rule two", Route: "shadows", Outcome: store.Shadow, At: at(0)},
				{Article: y.ID, Rule: "rule three", Route: "late", Outcome: store.Queued, Alert: store.AlertID(x.ID, "news"), At: at(0)},
			}}), x.Feed, y)
			w.claimAlerts(me, 5)
			w.ok(w.RecordDelivery(w.ctx, sent(x, "news")))
			w.is(outcome(w, x, "news"), store.Sent, "its own")
			w.is(outcome(w, y, "late"), store.Sent, "that of another article")
			w.is(outcome(w, x, "policy"), store.Queued, "that of another alert")
			w.is(outcome(w, y, "news"), store.Joined, "one that had joined")
			w.is(outcome(w, y, "shadows"), store.Shadow, "one on trial")
		},
		"recording the same twice changes nothing the second time": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			w.claimAlerts(me, 0)
			w.ok(w.RecordDelivery(w.ctx, sent(x, "news")))
			before := w.everything()
			w.leaseLost(w.RecordDelivery(w.ctx, sent(x, "news")))
			w.leaseLost(w.RecordDelivery(w.ctx, failed(x, "news")))
			w.leaseLost(w.RecordDelivery(w.ctx, again(x, "news", 5, true)))
			w.is(w.everything(), before, "the store")
			w.is(outcome(w, x, "news"), store.Sent, "verdict")
		},
		"recording without a lease changes nothing": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			before := w.everything()
			w.leaseLost(w.RecordDelivery(w.ctx, sent(x, "news")))
			unheld := sent(x, "news")
			unheld.Holder = ""
			w.leaseLost(w.RecordDelivery(w.ctx, unheld))
			unknown := sent(x, "nowhere")
			w.leaseLost(w.RecordDelivery(w.ctx, unknown))
			w.is(w.everything(), before, "the store")
		},
		"recording what another holds changes nothing": func(t *testing.T, w *world) {
			w.join("other")
			x := w.alarmed("news")
			w.claimAlerts(me, 0)
			w.claimAlerts("other", 10)
			before := w.everything()
			w.leaseLost(w.RecordDelivery(w.ctx, sent(x, "news")))
			w.leaseLost(w.RecordDelivery(w.ctx, again(x, "news", 5, false)))
			w.is(w.everything(), before, "the store")
			late := sent(x, "news")
			late.Holder = "other"
			w.ok(w.RecordDelivery(w.ctx, late))
		},
		"a delivery that is recorded again ends no later lease of the same holder": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			first := again(x, "news", 3, true)
			first.Lease = w.claimAlerts(me, 0)[0].Lease
			w.is(first.Lease, at(10), "the end of the lease")
			w.ok(w.RecordDelivery(w.ctx, first))
			second := sent(x, "news")
			second.Lease = w.claimAlerts(me, 3)[0].Lease
			before := w.everything()
			w.leaseLost(w.RecordDelivery(w.ctx, first))
			over := failed(x, "news")
			over.Lease = first.Lease
			w.leaseLost(w.RecordDelivery(w.ctx, over))
			w.is(w.everything(), before, "the store")
			w.ok(w.RecordDelivery(w.ctx, second))
		},
		"a state that is none is a mistake": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			w.claimAlerts(me, 0)
			d := sent(x, "news")
			d.State = "posted"
			if err := w.RecordDelivery(w.ctx, d); err == nil {
				t.Error("it is recorded")
			}
			w.ok(w.RecordDelivery(w.ctx, sent(x, "news")))
		},
	}.run(t, open)
}

func testAlerts(t *testing.T, open opener) {
	cases{
		"alerts are those created at since or later, oldest first": func(t *testing.T, w *world) {
			w.alarmed("a", "b", "c") // at 0, 1 and 2
			got, err := w.Alerts(w.ctx, at(1))
			w.ok(err)
			w.is(alertRoutes(got), []string{"b", "c"}, "alerts")
			got, err = w.Alerts(w.ctx, at(1).Add(time.Microsecond))
			w.ok(err)
			w.is(alertRoutes(got), []string{"c"}, "alerts a moment later")
		},
		"alerts of all states are listed": func(t *testing.T, w *world) {
			x := w.alarmed("a", "b", "c")
			w.claimAlerts(me, 5)
			w.ok(w.RecordDelivery(w.ctx, sent(x, "a")))
			w.ok(w.RecordDelivery(w.ctx, failed(x, "b")))
			var states []store.AlertState
			for _, a := range w.alerts() {
				states = append(states, a.State)
			}
			w.is(states, []store.AlertState{store.AlertSent, store.AlertFailed, store.AlertPending}, "states")
		},
		"a store without alerts has none": func(t *testing.T, w *world) {
			w.is(len(w.alerts()), 0, "alerts")
		},
	}.run(t, open)
}
