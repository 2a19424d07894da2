package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"tocsin/store"
)

// waiting makes the alerts of routes wait until their minutes, in one channel. Each was
// rung by a rule with the name of the route.
func (w *world) waiting(due map[string]int, routes ...string) store.Article {
	w.t.Helper()
	const feed = "https://alarm.example/feed"
	a := article(feed, 1)
	w.subscribed(feed)
	d := inLines(alarm(a, routes...))
	for i := range d.Alerts {
		if minute, waits := due[d.Alerts[i].Route]; waits {
			d.Alerts[i].State, d.Alerts[i].Due, d.Alerts[i].Together = store.AlertWaiting, at(minute), true
		}
	}
	for i := range d.Verdicts {
		d.Verdicts[i].Rule = d.Verdicts[i].Route
	}
	w.found(deciding(d), feed, a)
	return a
}

func testWaiting(t *testing.T, open opener) {
	cases{
		"an alert that waits for its time makes nobody wait": func(t *testing.T, w *world) {
			x := w.waiting(map[string]int{"a1": 30}, "a1", "a2")
			w.is(w.sayAll(x, 5), []string{"a2"}, "alerts before")
			w.is(w.counts().Held, 1, "alerts that wait")
			w.is(len(w.claimAlerts(me, 29)), 0, "alerts a minute before")
			w.is(alertRoutes(w.claimAlerts(me, 30)), []string{"a1"}, "alerts then")
			w.is(w.counts().Held, 0, "alerts that wait then")
		},
		"the time of what waits is when something is due": func(t *testing.T, w *world) {
			x := w.waiting(map[string]int{"a1": 30, "b1": 20}, "a1", "a2", "b1")
			w.is(w.sayAll(x, 5), []string{"a2"}, "alerts")
			_, next, err := w.NextDue(w.ctx)
			w.ok(err)
			w.is(next, at(20), "due next")
		},
		"those whose time has come are behind what is in line, the longest due first": func(t *testing.T, w *world) {
			x := w.waiting(map[string]int{"a1": 9, "a2": 8, "a3": 8}, "a1", "a2", "a3", "a4")
			w.is(w.sayAll(x, 10), []string{"a4", "a2", "a3", "a1"}, "alerts in turn")
		},
		"what is being said stays alone in its channel": func(t *testing.T, w *world) {
			w.waiting(map[string]int{"a1": 5}, "a1", "a2")
			w.is(alertRoutes(w.claimAlerts(me, 4)), []string{"a2"}, "alerts at first")
			w.is(len(w.claimAlerts(me, 6)), 0, "alerts while it is leased")
		},
		"an alert can be made to wait when it was claimed": func(t *testing.T, w *world) {
			x := w.lined("a1", "a2")
			w.claimAlerts(me, 0)
			w.ok(w.RecordDelivery(w.ctx, store.Delivery{
				Alert: store.AlertID(x.ID, "a1"), Holder: me, At: at(1), State: store.AlertWaiting, Untried: true, NextTry: at(7)}))
			want := alert(x, "a1", 0)
			want.Channel, want.State, want.Due, want.Together = "#a", store.AlertWaiting, at(7), true
			w.is(w.alerts()[0], want, "alert")
			w.is(w.sayAll(x, 2), []string{"a2"}, "alerts before")
			w.is(alertRoutes(w.claimAlerts(me, 7)), []string{"a1"}, "alerts then")
		},
	}.run(t, open)
}

// gathering has an alert say those of x on the routes, of which the first is the
// head.
func gathering(x store.Article, minute int, routes ...string) store.Gathering {
	g := store.Gathering{Holder: me, Now: at(minute), Head: store.AlertID(x.ID, routes[0])}
	for _, r := range routes {
		g.Said = append(g.Said, store.AlertID(x.ID, r))
	}
	g.Alert = store.Alert{
		ID: store.AlertID("digest", routes[0]), Story: "digest", Route: routes[0], Channel: "#" + routes[0][:1],
		Kind: store.AlertDigest, Content: []byte(`{}`), Created: at(minute), State: store.AlertPending,
	}
	return g
}

func testGather(t *testing.T, open opener) {
	cases{
		"one alert says others, in the place of the first": func(t *testing.T, w *world) {
			x := w.lined("a1", "a2", "a3", "a4")
			w.claimAlerts(me, 0)
			g := gathering(x, 1, "a1", "a3")
			w.ok(w.Gather(w.ctx, g))
			w.is(len(w.claimAlerts(me, 2)), 0, "alerts while it is said")
			line, err := w.Line(w.ctx, "#a", 9)
			w.ok(err)
			w.is(alertRoutes(line), []string{"a1", "a2", "a4"}, "the line")
			d := sent(x, "a1")
			d.Alert = g.Alert.ID
			w.ok(w.RecordDelivery(w.ctx, d))
			for _, route := range []string{"a1", "a3"} {
				a, err := w.Alert(w.ctx, store.AlertID(x.ID, route))
				w.ok(err)
				w.is([]any{a.State, a.SaidBy, a.Receipt, a.Sent}, []any{store.AlertSent, g.Alert.ID, d.Receipt, at(1)}, route)
			}
			for _, v := range w.history(x.ID).Verdicts {
				want := store.Queued
				if v.Route == "a1" || v.Route == "a3" {
					want = store.Sent
				}
				w.is(v.Outcome, want, "verdict on "+v.Route)
			}
			w.is(w.sayAll(x, 3), []string{"a2", "a4"}, "the rest")
		},
		"it is claimed under the lease of the head, with an attempt that is begun": func(t *testing.T, w *world) {
			w.join("other")
			x := w.lined("a1", "a2", "a3")
			w.claimAlerts(me, 0)
			g := gathering(x, 1, "a1", "a2")
			w.ok(w.Gather(w.ctx, g))
			w.is(len(w.claimAlerts("other", 9)), 0, "alerts within the lease")
			got := w.claimAlerts("other", 10)
			w.is(len(got), 1, "alerts when it has ended")
			want := g.Alert
			want.Attempts, want.Unsettled, want.Tried, want.Lease = 2, true, at(1), at(20)
			w.is(got[0], want, "alert")
		},
		"it is of the lease that it names": func(t *testing.T, w *world) {
			x := w.lined("a1", "a2")
			g := gathering(x, 1, "a1", "a2")
			g.Lease = w.claimAlerts(me, 0)[0].Lease
			w.claimAlerts(me, 10) // the first one has run out
			before := w.everything()
			w.leaseLost(w.Gather(w.ctx, g))
			w.is(w.everything(), before, "the store")
			g.Lease = at(20)
			w.ok(w.Gather(w.ctx, g))
		},
		"what can never be said, none of them was": func(t *testing.T, w *world) {
			x := w.lined("a1", "a2")
			w.claimAlerts(me, 0)
			g := gathering(x, 1, "a1", "a2")
			w.ok(w.Gather(w.ctx, g))
			d := failed(x, "a1")
			d.Alert = g.Alert.ID
			w.ok(w.RecordDelivery(w.ctx, d))
			for _, v := range w.history(x.ID).Verdicts {
				w.is(v.Outcome, store.Failed, "verdict on "+v.Route)
			}
			w.is(w.counts().Dead, 3, "alerts that have failed")
		},
		"what says others can be said by another with them": func(t *testing.T, w *world) {
			x := w.lined("a1", "a2", "a3")
			w.claimAlerts(me, 0)
			inner := gathering(x, 1, "a1", "a2")
			w.ok(w.Gather(w.ctx, inner))
			again := again(x, "a1", 2, false)
			again.Alert = inner.Alert.ID
			w.ok(w.RecordDelivery(w.ctx, again))
			w.is(len(w.claimAlerts(me, 2)), 1, "alerts")
			outer := gathering(x, 3, "a3")
			outer.Head, outer.Said = inner.Alert.ID, append(outer.Said, inner.Alert.ID)
			then := alert(x, "a9", 3)
			then.Channel = "#a"
			outer.Then = []store.Alert{then}
			w.ok(w.Gather(w.ctx, outer))
			d := sent(x, "a1")
			d.Alert = outer.Alert.ID
			w.ok(w.RecordDelivery(w.ctx, d))
			for _, v := range w.history(x.ID).Verdicts {
				w.is(v.Outcome, store.Sent, "verdict on "+v.Route)
			}
			n, _, err := w.Said(w.ctx, "#a", at(0))
			w.ok(err)
			w.is(n, 1, "messages")
			w.is(alertRoutes(w.claimAlerts(me, 4)), []string{"a9"}, "alerts after it")
		},
		"a stronger alert says the weaker one that waits": func(t *testing.T, w *world) {
			x := w.waiting(map[string]int{"a1": 9}, "a1", "a2")
			strong := alert(x, "a3", 3)
			strong.Channel = "#a"
			id := func(route string) string { return store.AlertID(x.ID, route) }
			w.found(deciding(store.Decision{Alerts: []store.Alert{strong}, Muted: []store.Muting{
				{Alert: id("a1"), By: id("a3")}, {Alert: id("a2"), By: id("a3")},
			}}), x.Feed, article(x.Feed, 2))
			w.is(w.sayAll(x, 10), []string{"a2", "a3"}, "alerts in turn")
			a, err := w.Alert(w.ctx, id("a1"))
			w.ok(err)
			w.is([]any{a.State, a.SaidBy}, []any{store.AlertSent, id("a3")}, "the weaker one")
		},
		"without the lease nothing changes": func(t *testing.T, w *world) {
			w.join("other")
			x := w.lined("a1", "a2")
			w.leaseLost(w.Gather(w.ctx, gathering(x, 1, "a1", "a2")))
			w.claimAlerts("other", 0)
			before := w.everything()
			w.leaseLost(w.Gather(w.ctx, gathering(x, 1, "a1", "a2")))
			w.is(w.everything(), before, "the store")
		},
		"messages are counted since a time, threads and what others said apart": func(t *testing.T, w *world) {
			x := w.lined("a1", "a2", "a3", "a4")
			w.claimAlerts(me, 0)
			early := sent(x, "a1")
			early.At = at(1)
			w.ok(w.RecordDelivery(w.ctx, early))
			w.claimAlerts(me, 2)
			g := gathering(x, 3, "a2", "a3")
			w.ok(w.Gather(w.ctx, g))
			late := sent(x, "a2")
			late.Alert, late.At = g.Alert.ID, at(5)
			w.ok(w.RecordDelivery(w.ctx, late))
			for minute, want := range map[int]int{0: 2, 1: 2, 2: 1, 6: 0} {
				n, last, err := w.Said(w.ctx, "#a", at(minute))
				w.ok(err)
				w.is([]any{n, last}, []any{want, at(5)}, "messages")
			}
			n, last, err := w.Said(w.ctx, "#b", at(0))
			w.ok(err)
			w.is([]any{n, last}, []any{0, time.Time{}}, "messages of another channel")
		},
		"replies are found by what they reply to": func(t *testing.T, w *world) {
			x := w.lined("a1")
			reply := alert(x, "a1", 3)
			reply.ID, reply.Kind, reply.Follows = store.AlertID(x.ID, "a1", "reply"), store.AlertReply, store.AlertID(x.ID, "a1")
			again := reply
			again.ID, again.Kind = store.AlertID(x.ID, "a1", "high"), store.AlertFirst
			w.found(deciding(store.Decision{Alerts: []store.Alert{reply, again}}), x.Feed, article(x.Feed, 2))
			got, err := w.Replies(w.ctx, reply.Follows)
			w.ok(err)
			w.is(got, []store.Alert{reply}, "replies")
			_, err = w.Alert(w.ctx, "nowhere")
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("an alert that is not there: %v", err)
			}
		},
	}.run(t, open)
}

func testMutes(t *testing.T, open opener) {
	cases{
		"what is muted is so until its time": func(t *testing.T, w *world) {
			w.ok(w.Mute(w.ctx, store.Mute{Target: "rule:a", Until: at(9)}))
			w.ok(w.Mute(w.ctx, store.Mute{Target: "story:b", Until: at(5)}))
			w.ok(w.Mute(w.ctx, store.Mute{Target: "feed:c", Until: at(20)}))
			w.ok(w.Mute(w.ctx, store.Mute{Target: "feed:c", Until: at(7)}))
			for minute, want := range map[int][]store.Mute{
				4: {{Target: "story:b", Until: at(5)}, {Target: "feed:c", Until: at(7)}, {Target: "rule:a", Until: at(9)}},
				5: {{Target: "feed:c", Until: at(7)}, {Target: "rule:a", Until: at(9)}},
				9: nil,
			} {
				got, err := w.Mutes(w.ctx, at(minute))
				w.ok(err)
				w.is(got, want, "mutes")
			}
		},
		"a judge knows what is muted": func(t *testing.T, w *world) {
			w.ok(w.Mute(w.ctx, store.Mute{Target: "rule:a", Until: at(9)}))
			w.ok(w.Mute(w.ctx, store.Mute{Target: "rule:b", Until: at(3)}))
			const feed = "https://alarm.example/feed"
			w.subscribed(feed)
			var got []string
			w.found(func(ctx context.Context, _ []store.Article, s store.Stories) (store.Decision, error) {
				var err error
				got, err = s.Muted(ctx, []string{"rule:c", "rule:a", "rule:b"}, at(3))
				return store.Decision{}, err
			}, feed, article(feed, 1))
			w.is(got, []string{"rule:a"}, "targets")
		},
	}.run(t, open)
}

// ends are the states of alerts and the outcomes of the verdicts that wait for them, by
// route.
func (w *world) ends(x store.Article, routes ...string) (ends []string) {
	w.t.Helper()
	outcomes := make(map[string]store.Outcome)
	for _, v := range w.history(x.ID).Verdicts {
		outcomes[v.Route] = v.Outcome
	}
	for _, route := range routes {
		a, err := w.Alert(w.ctx, store.AlertID(x.ID, route))
		w.ok(err)
		ends = append(ends, string(a.State)+" "+string(outcomes[route]))
	}
	return ends
}

func testSilence(t *testing.T, open opener) {
	mute := func(w *world, target string, minute int) {
		w.t.Helper()
		w.ok(w.Mute(w.ctx, store.Mute{Target: target, At: at(minute), Until: at(99)}))
	}
	cases{
		"what waits is muted, in line or for its time": func(t *testing.T, w *world) {
			x := w.waiting(map[string]int{"a1": 30}, "a1", "a2", "a3")
			mute(w, "rule:a1", 1)
			mute(w, "rule:a2", 1)
			w.is(w.ends(x, "a1", "a2", "a3"), []string{"muted muted", "muted muted", "pending queued"}, "alerts")
			w.is(w.sayAll(x, 40), []string{"a3"}, "alerts that are said")
			w.is(w.counts().Held+w.counts().Pending, 0, "alerts that wait")
		},
		"a story and a feed are muted with all that waits": func(t *testing.T, w *world) {
			x := w.waiting(map[string]int{"a1": 30}, "a1", "a2")
			mute(w, "feed:https://other.example/feed", 1)
			mute(w, "story:other", 1)
			w.is(w.ends(x, "a1", "a2"), []string{"waiting queued", "pending queued"}, "alerts of others")
			mute(w, "feed:"+x.Feed, 1)
			w.is(w.ends(x, "a1", "a2"), []string{"muted muted", "muted muted"}, "alerts")
		},
		"a story's alerts are found by the story": func(t *testing.T, w *world) {
			x := w.waiting(nil, "a1")
			a, err := w.Alert(w.ctx, store.AlertID(x.ID, "a1"))
			w.ok(err)
			mute(w, "story:"+a.Story, 1)
			w.is(w.ends(x, "a1"), []string{"muted muted"}, "alerts")
		},
		"a mute that has ended, or is of nothing that waits, changes nothing": func(t *testing.T, w *world) {
			x := w.waiting(map[string]int{"a1": 30}, "a1", "a2")
			w.ok(w.Mute(w.ctx, store.Mute{Target: "rule:a1", At: at(5), Until: at(5)}))
			w.ok(w.Mute(w.ctx, store.Mute{Target: "rule:a2", Until: at(99)}))
			w.is(w.ends(x, "a1", "a2"), []string{"waiting queued", "pending queued"}, "alerts")
		},
		"an alert is said for as long as one rule is not muted": func(t *testing.T, w *world) {
			const feed = "https://alarm.example/feed"
			x := article(feed, 1)
			w.subscribed(feed)
			d := inLines(alarm(x, "a1"))
			second := d.Verdicts[0]
			second.Rule = "second"
			d.Verdicts = append(d.Verdicts, second)
			w.found(deciding(d), feed, x)
			mute(w, "rule:second", 1)
			a, err := w.Alert(w.ctx, store.AlertID(x.ID, "a1"))
			w.ok(err)
			w.is(a.State, store.AlertPending, "alert")
			w.is(w.sayAll(x, 5), []string{"a1"}, "alerts")
			for _, v := range w.history(x.ID).Verdicts {
				want := store.Sent
				if v.Rule == "second" {
					want = store.Muted
				}
				w.is(v.Outcome, want, v.Rule)
			}
		},
		"what is being said is left, and muted if it has to wait again": func(t *testing.T, w *world) {
			x := w.waiting(nil, "a1")
			w.claimAlerts(me, 0)
			mute(w, "rule:a1", 1)
			w.is(w.ends(x, "a1"), []string{"pending queued"}, "while it is said")
			w.ok(w.RecordDelivery(w.ctx, again(x, "a1", 2, false)))
			w.is(w.ends(x, "a1"), []string{"muted muted"}, "when it is not")
		},
		"what may have been said is left": func(t *testing.T, w *world) {
			x := w.waiting(nil, "a1")
			w.claimAlerts(me, 0)
			lost := again(x, "a1", 2, true)
			w.ok(w.RecordDelivery(w.ctx, lost))
			mute(w, "rule:a1", 3)
			w.is(w.ends(x, "a1"), []string{"pending queued"}, "alert")
			w.is(w.sayAll(x, 5), []string{"a1"}, "alerts")
			w.is(w.ends(x, "a1"), []string{"sent sent"}, "alert in the end")
		},
		"a weaker alert that another says goes with it, or keeps it": func(t *testing.T, w *world) {
			x := w.waiting(map[string]int{"a1": 9}, "a1", "a2")
			id := func(route string) string { return store.AlertID(x.ID, route) }
			w.found(deciding(store.Decision{Muted: []store.Muting{{Alert: id("a1"), By: id("a2")}}}), x.Feed, article(x.Feed, 2))
			mute(w, "rule:a2", 1)
			w.is(w.ends(x, "a1", "a2"), []string{"gathered queued", "pending muted"}, "one of two")
			mute(w, "rule:a1", 1)
			w.is(w.ends(x, "a1", "a2"), []string{"muted muted", "muted muted"}, "both")
		},
		"a digest says what it has": func(t *testing.T, w *world) {
			x := w.waiting(nil, "a1", "a2")
			w.claimAlerts(me, 0)
			g := gathering(x, 1, "a1", "a2")
			w.ok(w.Gather(w.ctx, g))
			d := again(x, "a1", 2, false)
			d.Alert = g.Alert.ID
			w.ok(w.RecordDelivery(w.ctx, d))
			mute(w, "rule:a1", 3)
			w.is(w.ends(x, "a1", "a2"), []string{"gathered queued", "gathered queued"}, "alerts")
		},
	}.run(t, open)
}
