package watcher

import (
	"time"

	"tocsin/rules"
	"tocsin/watcher/route"
)

// Way is where a match of an article goes as the rules and routes are now.
type Way struct {
	Rule     *rules.Rule
	Severity rules.Severity
	To       []Destination // in the order of the routes; none where no route takes it, or the rule is on trial
}

// Destination is a route that takes a match.
type Destination struct {
	Place int // of the route in the order in which they are tried, from 1
	Route *route.Route
	Due   route.Due // when it would be said
}

// WaysOf returns where the matches of the account's article go when they come at a
// time, the strongest first.
func WaysOf(a *Account, routes []route.Route, at time.Time) []Way {
	var ways []Way
	for i := range a.Rules {
		v := &a.Rules[i]
		if StandingOf(v) != Matches {
			continue
		}
		w := Way{Rule: v.Rule, Severity: v.Severity}
		if v.Rule.Status == rules.Live {
			m := route.Match{Theme: v.Rule.Theme, Severity: v.Severity, Feed: a.Article.Feed, Tags: a.Sub.Tags}
			for _, place := range route.Takes(routes, m) {
				r := &routes[place]
				w.To = append(w.To, Destination{Place: place + 1, Route: r, Due: r.Due(at, v.Severity)})
			}
		}
		ways = append(ways, w)
	}
	return ways
}
