// Package schedule says when a feed is polled next. It parses cron specs and
// turns a schedule, the server's wishes and the outcome of the last poll into
// one time. It is pure: the time comes in as an argument, and the same feed
// gets the same answer on every machine.
//
// It runs nothing and waits for nothing; that is the watcher's.
package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is a parsed cron spec. The zero Schedule is not valid.
type Schedule struct {
	spec     string
	cron     cron.Schedule
	zone     *time.Location
	interval time.Duration // from one of its times to the next, for one that stands for all
	spread   time.Duration // over which the feeds with this schedule are spread
}

// maxSpread is the time over which the feeds of one schedule are spread at the
// most.
const maxSpread = 30 * time.Second

// Parse reads a cron spec: five fields (minute, hour, day of month, month, day
// of week, Sunday being 0), a descriptor such as @hourly, or "@every 10m";
// "CRON_TZ=Europe/Berlin " before the fields gives a time zone, UTC otherwise.
//
// A spec that names no time that ever comes, such as the 31st of February, is
// an error, as is an interval under a second.
func Parse(spec string) (Schedule, error) {
	fields, zone, err := splitZone(strings.TrimSpace(spec))
	if err != nil {
		return Schedule{}, err
	}
	if every, ok := strings.CutPrefix(fields, "@every "); ok {
		d, err := time.ParseDuration(every)
		if err != nil || d < time.Second || d%time.Second != 0 {
			return Schedule{}, fmt.Errorf("%q is no interval: give whole seconds, such as @every 10m", spec)
		}
	}
	c, err := cron.ParseStandard(fields)
	if err != nil {
		return Schedule{}, fmt.Errorf("%q is no schedule: %s: give five fields such as \"*/10 * * * *\", or @every 10m", spec, reason(err))
	}
	// Any instant serves for the question whether a time ever comes, of which
	// cron looks for five years, and for the length of the interval.
	first := c.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, zone))
	if first.IsZero() {
		return Schedule{}, fmt.Errorf("%q never comes: no year has that day", spec)
	}
	// A schedule of few seconds is somebody watching: a tenth is enough.
	interval := c.Next(first).Sub(first)
	return Schedule{spec: spec, cron: c, zone: zone, interval: interval, spread: min(maxSpread, interval/10)}, nil
}

// splitZone takes the time zone off the front of a spec. It is done here since
// cron's own parser panics on a zone without a space after it.
func splitZone(spec string) (fields string, zone *time.Location, err error) {
	if !startsWithZone(spec) {
		return spec, time.UTC, nil
	}
	_, rest, _ := strings.Cut(spec, "=")
	name, fields, found := strings.Cut(rest, " ")
	if !found || name == "" {
		return "", nil, fmt.Errorf("%q has a time zone and no schedule: write CRON_TZ=Europe/Berlin 0 8 * * *", spec)
	}
	zone, err = time.LoadLocation(name)
	if err != nil {
		return "", nil, fmt.Errorf("%q is no time zone: give a name such as Europe/Berlin", name)
	}
	fields = strings.TrimSpace(fields)
	if startsWithZone(fields) {
		return "", nil, fmt.Errorf("%q has two time zones: leave one out", spec)
	}
	return fields, zone, nil
}

func startsWithZone(spec string) bool {
	return strings.HasPrefix(spec, "TZ=") || strings.HasPrefix(spec, "CRON_TZ=")
}

// reason is cron's complaint as part of a sentence of ours.
func reason(err error) string {
	return strings.TrimPrefix(strings.ToLower(err.Error()), "failed to parse ")
}

// String returns the spec as it was written.
func (s Schedule) String() string { return s.spec }

// Next returns the first time of the schedule after t, in UTC. On the day that
// a zone's clocks go forward a time that does not exist is skipped, and one
// that exists twice on the day they go back comes twice.
func (s Schedule) Next(t time.Time) time.Time { return s.cron.Next(t.In(s.zone)).UTC() }
