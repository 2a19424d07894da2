package watcher

import (
	"time"

	"tocsin/store"
	"tocsin/watcher/route"
	"tocsin/watcher/slack"
)

// quietUntil returns until when an alert is not said because it is in quiet hours of
// its routes by now, though it was not when it was raised, or its routes were others
// then; the zero time where it may be said.
func (w *Watcher) quietUntil(a *store.Alert, content *slack.Alert) (until time.Time) {
	if a.Kind == store.AlertReply || a.Route == operators || content.Drill {
		return time.Time{}
	}
	for i, b := range w.bearers(a, content) {
		end, interval := b.route.Silent(w.now(), rank(b.severity))
		if interval == "" {
			return time.Time{}
		}
		if i == 0 || end.Before(until) {
			until = end
		}
	}
	return until
}

// bearer is a route with a severity that it says.
type bearer struct {
	route    *route.Route
	severity string
}

// bearers are the routes that take the matches of an alert to its channel. Of what
// tells several they are not known: then they are all that lead there.
func (w *Watcher) bearers(a *store.Alert, content *slack.Alert) (list []bearer) {
	c := w.course.Load()
	if a.Kind == store.AlertDigest {
		for i := range c.Routes {
			if c.Routes[i].Channel == a.Channel {
				list = append(list, bearer{&c.Routes[i], content.Severity})
			}
		}
		return list
	}
	feed := c.urls[content.Feed]
	for _, m := range content.Matches {
		match := route.Match{Theme: m.Theme, Severity: rank(m.Severity), Feed: feed, Tags: c.feeds[feed].Tags}
		for _, place := range route.Takes(c.Routes, match) {
			if c.Routes[place].Channel == a.Channel {
				list = append(list, bearer{&c.Routes[place], m.Severity})
			}
		}
	}
	return list
}
