// Package route says where a match is to be said, when, and how much a channel
// may be told. It is pure: the time comes in as an argument.
//
// It reads no configuration, keeps nothing and sends nothing; package config makes
// its routes, and the watcher does what they say.
package route

import (
	"slices"
	"time"

	"tocsin/rules"
	"tocsin/watcher/schedule"
)

// Route takes matches to a channel. The fields that select are all to hold; an
// empty one selects everything.
type Route struct {
	Channel     string
	Themes      []string
	Tags        []string // at least one of the feed's
	Feeds       []string // URLs
	MinSeverity rules.Severity
	Continue    bool // the routes after this one are tried as well

	Hold          time.Duration      // the first message waits so long for further reports
	AtMostEvery   time.Duration      // between two messages on the channel; 0: any
	Budget        int                // messages a day and channel; 0: any number
	Digest        *schedule.Schedule // everything is said at its times, in one message; nil: at once
	Quiet         []Interval         // in which nothing is said
	QuietCritical bool               // critical matches wait in them too
	Mention       string             // who is mentioned, with @; "" for nobody
}

// Match is what a route looks at.
type Match struct {
	Theme    string
	Severity rules.Severity
	Feed     string   // its URL
	Tags     []string // the feed's
}

// Takes returns the places in routes of those that take the match: the first that
// fits, and those after it for as long as routes say so. Of several with one
// channel there is the first only, since they are one to whoever reads there.
func Takes(routes []Route, m Match) []int {
	var taking []int
	for i := range routes {
		r := &routes[i]
		if !r.fits(&m) {
			continue
		}
		if !slices.ContainsFunc(taking, func(j int) bool { return routes[j].Channel == r.Channel }) {
			taking = append(taking, i)
		}
		if !r.Continue {
			break
		}
	}
	return taking
}

// fits reports whether a route is one for the match.
func (r *Route) fits(m *Match) bool { return len(r.Misses(*m)) == 0 }

// Misses returns which keys of the route the match does not fulfil; none where
// the route is one for it.
func (r *Route) Misses(m Match) []string {
	var keys []string
	miss := func(key string, so bool) {
		if so {
			keys = append(keys, key)
		}
	}
	miss("themes", len(r.Themes) > 0 && !slices.Contains(r.Themes, m.Theme))
	miss("tags", len(r.Tags) > 0 && !slices.ContainsFunc(r.Tags, func(t string) bool { return slices.Contains(m.Tags, t) }))
	miss("feeds", len(r.Feeds) > 0 && !slices.Contains(r.Feeds, m.Feed))
	miss("min_severity", m.Severity < r.MinSeverity)
	return keys
}

// Due is when something may be said.
type Due struct {
	At       time.Time
	Together bool   // with whatever else is due on the channel then
	Digest   bool   // it waits for the digest
	Quiet    string // the interval that it waits for last; "" for none
}

// Due returns when the route lets a match of that severity be said that comes now.
func (r *Route) Due(now time.Time, s rules.Severity) Due {
	d := Due{At: now.Add(r.Hold)}
	if r.Digest != nil {
		d.At, d.Together, d.Digest = r.Digest.Next(d.At), true, true
	}
	if end, name := r.Silent(d.At, s); name != "" {
		d.At, d.Together, d.Quiet = end, true, name
	}
	return d
}

// Silent returns until when the route says nothing of that severity at a time, and the
// name of the interval that ends then; "" where it speaks.
func (r *Route) Silent(now time.Time, s rules.Severity) (until time.Time, interval string) {
	if s == rules.Critical && !r.QuietCritical {
		return time.Time{}, ""
	}
	return afterQuiet(r.Quiet, now)
}

// Limits is how much a channel may be told.
type Limits struct {
	AtMostEvery time.Duration // 0: any
	Budget      int           // messages a day; 0: any number
}

// LimitsOf returns the limits of a channel: of the routes that lead there, the
// strictest.
func LimitsOf(routes []Route, channel string) Limits {
	var l Limits
	for _, r := range routes {
		if r.Channel != channel {
			continue
		}
		l.AtMostEvery = max(l.AtMostEvery, r.AtMostEvery)
		if r.Budget > 0 && (l.Budget == 0 || r.Budget < l.Budget) {
			l.Budget = r.Budget
		}
	}
	return l
}

// Day returns the begin of the day to which budgets count the time: a day of UTC.
func Day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
