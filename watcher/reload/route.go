package reload

import (
	"slices"
	"strings"

	"tocsin/watcher/route"
)

// routeChanges says what channels take now that took something else before.
func routeChanges(before, after []route.Route) (changes []string) {
	was, is := taken(before), taken(after)
	for _, channel := range channels(before, after) {
		switch {
		case slices.Equal(was[channel], is[channel]):
		case is[channel] == nil:
			changes = append(changes, channel+" takes nothing any more")
		default:
			changes = append(changes, channel+" now takes "+strings.Join(is[channel], "; and "))
		}
	}
	if changes == nil && !slices.EqualFunc(before, after, sameRoute) {
		return []string{"routes are tried in another order"}
	}
	return changes
}

func sameRoute(a, b route.Route) bool { return a.Channel == b.Channel && takes(&a) == takes(&b) }

// channels are those of the routes, each once.
func channels(lists ...[]route.Route) (names []string) {
	for _, r := range slices.Concat(lists...) {
		if !slices.Contains(names, r.Channel) {
			names = append(names, r.Channel)
		}
	}
	return names
}

// taken is what each channel takes.
func taken(routes []route.Route) map[string][]string {
	by := make(map[string][]string)
	for _, r := range routes {
		by[r.Channel] = append(by[r.Channel], takes(&r))
	}
	return by
}

// takes says what a route takes, and what becomes of it.
func takes(r *route.Route) string {
	what, does := r.Text()
	return strings.TrimPrefix(what, r.Channel+": ") + " – " + does
}
