package storetest

import (
	"fmt"
	"testing"

	"tocsin/store"
)

func testHeads(t *testing.T, open opener) {
	cases{
		"of each channel the alert that was kept first is claimed": func(t *testing.T, w *world) {
			w.lined("a1", "b1", "a2", "c1", "b2", "a3")
			w.is(alertRoutes(w.claimAlerts(me, 60)), []string{"a1", "b1", "c1"}, "alerts")
			w.is(len(w.claimAlerts(me, 61)), 0, "alerts while these are leased")
		},
		"the oldest heads come first, up to the limit": func(t *testing.T, w *world) {
			w.lined("c1", "c2", "a1", "b1", "a2")
			ask := claim(me, 60)
			ask.Limit = 2
			first, err := w.ClaimAlerts(w.ctx, ask)
			w.ok(err)
			w.is(alertRoutes(first), []string{"c1", "a1"}, "first two")
			w.is(alertRoutes(w.claimAlerts(me, 60)), []string{"b1"}, "the rest")
		},
		"an alert is behind those kept before it, whenever it was created": func(t *testing.T, w *world) {
			x := w.lined("a1", "a2")
			early := alert(x, "a3", -90)
			early.Channel = "#a"
			w.found(deciding(store.Decision{Alerts: []store.Alert{early}}), x.Feed, article(x.Feed, 2))
			w.is(w.sayAll(x, 0), []string{"a1", "a2", "a3"}, "alerts in turn")
		},
		"when the head was sent, the next is the head": func(t *testing.T, w *world) {
			x := w.lined("a1", "a2", "a3")
			w.is(w.sayAll(x, 0), []string{"a1", "a2", "a3"}, "alerts in turn")
		},
		"when the head has failed for good, the next is the head": func(t *testing.T, w *world) {
			x := w.lined("a1", "a2")
			w.claimAlerts(me, 0)
			w.ok(w.RecordDelivery(w.ctx, failed(x, "a1")))
			w.is(alertRoutes(w.claimAlerts(me, 0)), []string{"a2"}, "alerts")
		},
		"a head that is leased makes those behind it wait, and no other channel": func(t *testing.T, w *world) {
			w.join("other")
			x := w.lined("a1", "a2")
			w.is(alertRoutes(w.claimAlerts(me, 0)), []string{"a1"}, "alerts at first")
			b := alert(x, "b1", 0)
			b.Channel = "#b"
			w.found(deciding(store.Decision{Alerts: []store.Alert{b}}), x.Feed, article(x.Feed, 2))
			w.is(alertRoutes(w.claimAlerts("other", 9)), []string{"b1"}, "alerts within the lease")
			w.is(alertRoutes(w.claimAlerts("other", 10)), []string{"a1"}, "alerts at its end")
		},
		"a head that has to wait makes those behind it wait, and no other channel": func(t *testing.T, w *world) {
			x := w.lined("a1", "a2", "b1", "b2")
			w.claimAlerts(me, 0)
			w.ok(w.RecordDelivery(w.ctx, again(x, "a1", 5, false)))
			w.ok(w.RecordDelivery(w.ctx, sent(x, "b1")))
			w.is(alertRoutes(w.claimAlerts(me, 4)), []string{"b2"}, "alerts before")
			w.is(alertRoutes(w.claimAlerts(me, 5)), []string{"a1"}, "alerts then")
		},
		"an alert that was decided to wait makes those behind it wait": func(t *testing.T, w *world) {
			const feed = "https://a.example/feed"
			w.subscribed(feed)
			a := article(feed, 1)
			d := inLines(alarm(a, "a1", "a2"))
			d.Alerts[0].NextTry = at(5)
			w.found(deciding(d), feed, a)
			w.is(len(w.claimAlerts(me, 4)), 0, "alerts before")
			w.is(alertRoutes(w.claimAlerts(me, 5)), []string{"a1"}, "alerts then")
		},
		"the order stays over attempts that fail": func(t *testing.T, w *world) {
			x := w.lined("a1", "a2", "a3")
			for minute := range 3 {
				w.is(alertRoutes(w.claimAlerts(me, minute)), []string{"a1"}, "alerts")
				w.ok(w.RecordDelivery(w.ctx, again(x, "a1", minute+1, minute == 1)))
			}
			w.is(w.sayAll(x, 3), []string{"a1", "a2", "a3"}, "alerts in turn")
		},
		"an alert of a feed that nobody wants any more is ahead all the same": func(t *testing.T, w *world) {
			x := w.lined("a1", "a2")
			w.subscribe()
			w.is(w.sayAll(x, 0), []string{"a1", "a2"}, "alerts in turn")
		},
		"what a worker held when it left is the head still": func(t *testing.T, w *world) {
			w.lined("a1", "a2")
			leave := w.join("other")
			w.is(alertRoutes(w.claimAlerts("other", 0)), []string{"a1"}, "alerts of the other")
			w.ok(leave())
			w.is(alertRoutes(w.claimAlerts(me, 0)), []string{"a1"}, "alerts")
		},
		"the number of feeds of a host does not matter": func(t *testing.T, w *world) {
			w.lined("a1", "b1", "c1")
			ask := claim(me, 60)
			ask.PerHost = 1
			got, err := w.ClaimAlerts(w.ctx, ask)
			w.ok(err)
			w.is(alertRoutes(got), []string{"a1", "b1", "c1"}, "alerts")
		},
		"channels may have any name": func(t *testing.T, w *world) {
			const feed = "https://a.example/feed"
			w.subscribed(feed)
			a := article(feed, 1)
			d := report(a, 0)
			var want []string
			for i, s := range oddStrings {
				first, second := alert(a, fmt.Sprint("first ", i), 0), alert(a, fmt.Sprint("second ", i), 0)
				first.Channel, second.Channel = s, s
				d.Alerts = append(d.Alerts, first, second)
				want = append(want, first.Route)
			}
			w.found(deciding(d), feed, a)
			w.is(alertRoutes(w.claimAlerts(me, 0)), want, "alerts")
		},
		"four at once get one alert of a channel": func(t *testing.T, w *world) {
			var routes []string
			for i := range 100 {
				routes = append(routes, fmt.Sprintf("%c%d", 'a'+i%5, i))
			}
			w.lined(routes...)
			got := contend(w, func(ask store.Claim) ([]string, error) {
				alerts, err := w.ClaimAlerts(w.ctx, ask)
				return alertRoutes(alerts), err
			})
			once(t, got, 5)
		},
	}.run(t, open)
}

// lined is alarmed with the alerts of routes that begin with one letter in one
// channel.
func (w *world) lined(routes ...string) store.Article {
	w.t.Helper()
	const feed = "https://alarm.example/feed"
	a := article(feed, 1)
	w.subscribed(feed)
	w.found(deciding(inLines(alarm(a, routes...))), feed, a)
	return a
}

// inLines puts the alerts of d whose routes begin with one letter into one
// channel.
func inLines(d store.Decision) store.Decision {
	for i := range d.Alerts {
		d.Alerts[i].Channel = "#" + d.Alerts[i].Route[:1]
	}
	return d
}

// sayAll sends the alerts of x for as long as there is one to claim, and
// returns their routes in that order.
func (w *world) sayAll(x store.Article, minute int) (routes []string) {
	w.t.Helper()
	for {
		claimed := w.claimAlerts(me, minute)
		if len(claimed) == 0 {
			return routes
		}
		for _, a := range claimed {
			routes = append(routes, a.Route)
			w.ok(w.RecordDelivery(w.ctx, sent(x, a.Route)))
		}
	}
}
