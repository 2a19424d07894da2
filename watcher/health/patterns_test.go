package health_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	hour = time.Hour
	day  = 24 * hour
)

// start is a Thursday.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// pattern is a way in which sites publish: when they do, from start on, for days.
type pattern struct {
	name  string
	times func(r *rand.Rand, days int) []time.Time
}

// each makes a pattern of what is published on a day, in hours from its midnight.
func each(on func(r *rand.Rand, date time.Time) []float64) func(*rand.Rand, int) []time.Time {
	return func(r *rand.Rand, days int) (all []time.Time) {
		for d := range days {
			date := start.AddDate(0, 0, d)
			for _, h := range on(r, date) {
				all = append(all, date.Add(time.Duration(h*float64(hour))))
			}
		}
		slices.SortFunc(all, time.Time.Compare)
		return all
	}
}

// randomly makes a pattern of gaps.
func randomly(gap func(r *rand.Rand) time.Duration) func(*rand.Rand, int) []time.Time {
	return func(r *rand.Rand, days int) (all []time.Time) {
		for at := start.Add(gap(r)); at.Before(start.AddDate(0, 0, days)); at = at.Add(max(gap(r), time.Second)) {
			all = append(all, at)
		}
		return all
	}
}

func exponential(mean time.Duration) func(r *rand.Rand) time.Duration {
	return func(r *rand.Rand) time.Duration { return time.Duration(r.ExpFloat64() * float64(mean)) }
}

func weekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }

// holidays are those of one country, by the day of 2026 and, nearly, of other years.
func holiday(t time.Time) bool {
	md := int(t.Month())*100 + t.Day()
	return slices.Contains([]int{101, 403, 406, 501, 514, 525, 1003}, md) || md >= 1224
}

// spread is n times between two hours of a day.
func spread(r *rand.Rand, n int, from, to float64) (hours []float64) {
	for range n {
		hours = append(hours, from+r.Float64()*(to-from))
	}
	return hours
}

var patterns = []pattern{
	{"an agency, every few minutes", randomly(exponential(10 * time.Minute))},
	{"every hour on the hour", randomly(func(*rand.Rand) time.Duration { return hour })},
	{"a paper, by day", each(func(r *rand.Rand, _ time.Time) []float64 { return spread(r, 30, 6, 22) })},
	{"a blog, at random, several times a day", randomly(exponential(5 * hour))},
	{"daily at nine", each(func(*rand.Rand, time.Time) []float64 { return []float64{9} })},
	{"daily, on Sundays never", each(func(r *rand.Rand, d time.Time) []float64 {
		if d.Weekday() == time.Sunday {
			return nil
		}
		return spread(r, 2, 8, 20)
	})},
	{"an office, Monday to Friday", each(func(r *rand.Rand, d time.Time) []float64 {
		if weekend(d) {
			return nil
		}
		return spread(r, 8, 9, 17)
	})},
	{"an office that keeps holidays and closes between the years", each(func(r *rand.Rand, d time.Time) []float64 {
		if weekend(d) || holiday(d) {
			return nil
		}
		return spread(r, 3, 9, 17)
	})},
	{"a regulator, one a day on most working days", each(func(r *rand.Rand, d time.Time) []float64 {
		if weekend(d) || holiday(d) || r.IntN(3) == 0 {
			return nil
		}
		return spread(r, 1, 9, 17)
	})},
	{"weekends only", each(func(r *rand.Rand, d time.Time) []float64 {
		if !weekend(d) {
			return nil
		}
		return spread(r, 4, 10, 22)
	})},
	{"a newsletter, on Tuesdays", each(func(r *rand.Rand, d time.Time) []float64 {
		if d.Weekday() != time.Tuesday {
			return nil
		}
		return spread(r, 1, 8, 12)
	})},
	{"patches, twenty on the second Tuesday", each(func(r *rand.Rand, d time.Time) []float64 {
		if d.Weekday() != time.Tuesday || d.Day() < 8 || d.Day() > 14 {
			return nil
		}
		return spread(r, 20, 17, 18)
	})},
	{"a monthly", each(func(r *rand.Rand, d time.Time) []float64 {
		if d.Day() != 1 {
			return nil
		}
		return spread(r, 1, 0, 24)
	})},
	{"a quarterly report", each(func(r *rand.Rand, d time.Time) []float64 {
		if d.Day() != 15 || d.Month()%3 != 0 {
			return nil
		}
		return spread(r, 3, 9, 17)
	})},
	{"a company, at random, every five days", randomly(exponential(5 * day))},
	{"bursts with pauses of very different length", randomly(func(r *rand.Rand) time.Duration {
		return time.Duration(float64(12*hour) * math.Exp(0.75*r.NormFloat64()))
	})},
}
