package route

import "time"

// Interval is a part of some days of the week.
type Interval struct {
	Name     string
	Zone     *time.Location
	Days     [7]bool // on which it begins, from Sunday
	From, To Clock   // where To is not after From, it is on the next day
}

// Clock is a time of day, in minutes since midnight; from 0 to 24*60.
type Clock int

// maxQuiet is how long quiet intervals can follow on each other. Those that leave
// no gap for longer have no end.
const maxQuiet = 8 * 24 * time.Hour

// end returns when the interval ends that t is in, and whether t is in it. The
// end itself is not in it.
func (i *Interval) end(t time.Time) (end time.Time, in bool) {
	year, month, day := t.In(i.Zone).Date()
	at := func(offset int, c Clock) time.Time {
		return time.Date(year, month, day+offset, int(c)/60, int(c)%60, 0, 0, i.Zone)
	}
	for _, begun := range []int{-1, 0} {
		start, ends := at(begun, i.From), begun
		if i.To <= i.From {
			ends++
		}
		// The day of the week is that of noon, which every day has.
		if !i.Days[at(begun, 12*60).Weekday()] {
			continue
		}
		if stop := at(ends, i.To); !t.Before(start) && t.Before(stop) && stop.After(end) {
			end, in = stop.UTC(), true
		}
	}
	return end, in
}

// afterQuiet returns the first time from t on that is in none of the intervals,
// and the name of the last one that had to end; "" where t is in none.
func afterQuiet(intervals []Interval, t time.Time) (end time.Time, last string) {
	for start := t; t.Sub(start) < maxQuiet; {
		next, name := t, ""
		for i := range intervals {
			if stop, in := intervals[i].end(t); in && stop.After(next) {
				next, name = stop, intervals[i].Name
			}
		}
		if name == "" {
			break
		}
		t, last = next, name
	}
	return t, last
}

// NeverEnds reports whether the intervals together leave no time of the week.
func NeverEnds(intervals []Interval) bool {
	begin := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	end, _ := afterQuiet(intervals, begin)
	return end.Sub(begin) >= maxQuiet
}
