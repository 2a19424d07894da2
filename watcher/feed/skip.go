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
// daily, weekly, monthly or yearly; 0 when that is not said. The frequency is 1 when
// there is none. Once an hour counts as not said, too: WordPress writes it into
// every feed, also into those of newsrooms that publish by the minute.
func period(name, frequency string) time.Duration {
	const day = 24 * time.Hour
	length := map[string]time.Duration{
		"hourly": time.Hour, "daily": day, "weekly": 7 * day, "monthly": 30 * day, "yearly": 365 * day,
	}[strings.ToLower(name)]
	n, err := strconv.Atoi(frequency)
	if err != nil || n < 1 {
		n = 1
	}
	if length == time.Hour && n == 1 {
		return 0
	}
	return length / time.Duration(n)
}
