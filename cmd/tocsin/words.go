package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"unicode"

	"tocsin/watcher"
	"tocsin/watcher/config"
)

// count returns a number with its noun: 1 feed, 2 feeds.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// oneLine is a text of unknown origin in one line that cannot steer a terminal:
// control characters are shown as U+FFFD, and what is invisible is left out.
func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, text)), " ")
}

func sortedUnique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// quiet is a log for somebody who watches a round: alerts are shown and counted
// anyway, so only what goes wrong is logged.
func quiet(c config.Log) config.Log {
	if c.Level == "" || c.Level == "info" {
		c.Level = slog.LevelWarn.String()
	}
	return c
}

// summary says what a round came to.
func summary(s watcher.Summary) string {
	parts := []string{fmt.Sprintf("%s polled", count(s.Polled, "feed"))}
	add := func(n int, format string, args ...any) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(s.Unchanged, "%d unchanged", s.Unchanged)
	add(s.Failed, "%d failed", s.Failed)
	parts = append(parts, count(s.New, "new article"), fmt.Sprintf("%d matched by rules", s.Matched))
	parts = append(parts, count(s.Raised, "alert")+" raised")
	add(s.Said, "%d said", s.Said)
	add(s.Waiting, "%d waiting", s.Waiting)
	add(s.Dead, "%d cannot be said", s.Dead)
	return strings.Join(parts, ", ")
}
