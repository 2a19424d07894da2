package main

import (
	"time"

	"tocsin/watcher/config"
)

// parseSince reads from when on something is meant: a time span before now, a
// day (from its first moment, UTC), or a moment.
func parseSince(text string, now time.Time) (time.Time, error) {
	since, err := time.Parse(time.DateOnly, text)
	if err != nil {
		since, err = time.Parse(time.RFC3339, text)
	}
	if err != nil {
		var span time.Duration
		span, err = config.ParseDuration(text)
		since = now.Add(-span)
	}
	if err != nil {
		return time.Time{}, usage("--since must be a time span such as 30d or 12h, or a day such as 2026-03-01, not %q", text)
	}
	if !since.Before(now) {
		return time.Time{}, usage("--since %s is not in the past", text)
	}
	return since.UTC(), nil
}
