package route

import (
	"fmt"
	"strings"
	"time"

	"tocsin/rules"
)

// Text is the route in two lines: what it takes, and what becomes of it.
func (r *Route) Text() (takes, does string) {
	var parts []string
	add := func(what string, names []string) {
		if len(names) > 0 {
			parts = append(parts, what+" "+strings.Join(names, " or "))
		}
	}
	add("theme", r.Themes)
	add("feeds tagged", r.Tags)
	add("feed", r.Feeds)
	switch r.MinSeverity {
	case rules.Info:
		parts = append(parts, "any severity")
	case rules.Critical:
		parts = append(parts, "critical only")
	default:
		parts = append(parts, r.MinSeverity.String()+" or higher")
	}
	takes = r.Channel + ": " + strings.Join(parts, ", ")
	if r.Continue {
		takes += "; the routes after it are tried as well"
	}
	return takes, strings.Join(r.does(), ", ")
}

// does says when the route says what it takes, and how much of it.
func (r *Route) does() []string {
	var parts []string
	switch {
	case r.Digest != nil:
		parts = append(parts, "in one message at "+r.Digest.String())
	case r.Hold > 0:
		parts = append(parts, short(r.Hold)+" after the first report")
	default:
		parts = append(parts, "at once")
	}
	if len(r.Quiet) > 0 {
		var names []string
		for _, i := range r.Quiet {
			names = append(names, i.Name)
		}
		quiet := "not in " + strings.Join(names, " or ")
		if !r.QuietCritical {
			quiet += " unless critical"
		}
		parts = append(parts, quiet)
	}
	if r.AtMostEvery > 0 {
		parts = append(parts, "at most every "+short(r.AtMostEvery))
	}
	if r.Budget > 0 {
		parts = append(parts, fmt.Sprintf("at most %d a day", r.Budget))
	}
	if r.Mention != "" {
		parts = append(parts, "mentions "+r.Mention)
	}
	return parts
}

// short is a span of time as the configuration has it: 5m and not 5m0s.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
