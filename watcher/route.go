package watcher

import (
	"slices"

	"tocsin/rules"
	"tocsin/watcher/config"
)

// channels returns where a match is said: the channels of the first route that
// takes it and of those after it for as long as routes say so, each once, in
// the order of the routes. It is empty when no route takes the match.
func channels(routes []config.Route, m *rules.Match, tags []string) []string {
	var to []string
	for _, r := range routes {
		if !takes(r, m, tags) {
			continue
		}
		if !slices.Contains(to, r.Channel) {
			to = append(to, r.Channel)
		}
		if !r.Continue {
			break
		}
	}
	return to
}

// takes reports whether a route is one for the match.
func takes(r config.Route, m *rules.Match, tags []string) bool {
	return m.Severity >= r.MinSeverity &&
		(len(r.Themes) == 0 || slices.Contains(r.Themes, m.Rule.Theme)) &&
		(len(r.Tags) == 0 || slices.ContainsFunc(r.Tags, func(t string) bool { return slices.Contains(tags, t) }))
}
