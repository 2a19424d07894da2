package reload

import (
	"slices"
	"strings"

	"tocsin/rules"
	"tocsin/watcher/config"
)

// routeChanges says what channels take now that took something else before.
func routeChanges(before, after []config.Route) (changes []string) {
	was, is := taken(before), taken(after)
	for _, channel := range channels(before, after) {
		switch {
		case slices.Equal(was[channel], is[channel]):
		case is[channel] == nil:
			changes = append(changes, channel+" takes nothing any more")
		default:
			changes = append(changes, channel+" now takes "+strings.Join(is[channel], ", and "))
		}
	}
	if changes == nil && !slices.EqualFunc(before, after, sameRoute) {
		return []string{"routes are tried in another order"}
	}
	return changes
}

func sameRoute(a, b config.Route) bool { return a.Channel == b.Channel && takes(a) == takes(b) }

// channels are those of the routes, each once.
func channels(lists ...[]config.Route) (names []string) {
	for _, r := range slices.Concat(lists...) {
		if !slices.Contains(names, r.Channel) {
			names = append(names, r.Channel)
		}
	}
	return names
}

// taken is what each channel takes.
func taken(routes []config.Route) map[string][]string {
	by := make(map[string][]string)
	for _, r := range routes {
		by[r.Channel] = append(by[r.Channel], takes(r))
	}
	return by
}

// takes says what a route takes, as what follows: #news takes.
func takes(r config.Route) string {
	text := r.MinSeverity.String() + " and up"
	switch r.MinSeverity {
	case rules.Info:
		text = "everything"
	case rules.Critical:
		text = "critical"
	}
	if len(r.Themes) > 0 {
		text += " of " + strings.Join(r.Themes, " or ")
	}
	if len(r.Tags) > 0 {
		text += " from feeds tagged " + strings.Join(r.Tags, " or ")
	}
	if r.Continue {
		text += ", which the routes after it may take too"
	}
	return text
}
