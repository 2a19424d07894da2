package feed

import (
	"strconv"
	"strings"
	"time"
)

// Skip is when a feed says that it does not change: on some weekdays, and in some
// hours of every day, in UTC. The zero value is never.
type Skip struct {
	Hours uint32 // a bit for each hour of the day, from midnight
	Days  uint8  // a bit for each time.Weekday
}

// Next returns the first time from t on that is not skipped: t, or the begin of an
// hour. A feed that skips all hours or all days skips nothing.
func (s Skip) Next(t time.Time) time.Time {
	if s.Hours == allHours || s.Days == allDays {
		return t
	}
	for next := t; ; next = next.Truncate(time.Hour).Add(time.Hour) {
		if u := next.UTC(); s.Hours>>u.Hour()&1 == 0 && s.Days>>u.Weekday()&1 == 0 {
			return next
		}
	}
}

const (
	allHours = 1<<24 - 1
	allDays  = 1<<7 - 1
)

// skip reads the hours (0 to 23, and 24 for 0) and days (English names) of RSS.
// What is none is passed over.
func skip(hours, days []string) Skip {
	var s Skip
	for _, text := range hours {
		if h, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && h >= 0 && h <= 24 {
			s.Hours |= 1 << (h % 24)
		}
	}
	for _, text := range days {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.EqualFold(strings.TrimSpace(text), d.String()) {
				s.Days |= 1 << d
			}
		}
	}
	return s
}

// period is how long it is between two of frequency updates in a period: hourly,
// daily, weekly, monthly or yearly. The frequency is 1 when there is none.
func period(name, frequency string) time.Duration {
	const day = 24 * time.Hour
	length, ok := map[string]time.Duration{
		"hourly": time.Hour, "daily": day, "weekly": 7 * day, "monthly": 30 * day, "yearly": 365 * day,
	}[strings.ToLower(name)]
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(frequency)
	if err != nil || n < 1 {
		n = 1
	}
	return length / time.Duration(n)
}
