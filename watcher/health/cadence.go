package health

import (
	"slices"
	"time"
)

const (
	// enough is how many gaps between news must be known before a feed can be silent.
	enough = 10
	// leastHistory is over which time: two weekends.
	leastHistory = 14 * 24 * time.Hour
	// factor is how many times its longest gap a feed may bring nothing. News that come
	// at random need about as much: twice their longest gap so far is not rare while
	// few are known.
	factor = 3
	// mature is of how many periods the longest gaps must be known for the longest of
	// all to count less if it stands alone, as that of a holiday or a break-down does.
	// Then factor is of the second, and the first may be exceeded by a half.
	mature = 6
	// A feed that rests at weekends is given the holidays too until its history has seen
	// a year of them: two weeks, with the weekends around. A day and a half of a weekend
	// is seen by whoever asks once a day.
	rest     = 36 * time.Hour
	year     = 365 * 24 * time.Hour
	holidays = 17 * 24 * time.Hour
	// least is the shortest silence that is worth a word, whatever the feed's pace.
	least = 24 * time.Hour

	// The longest gap is that of the last 13 periods of 30 days: a year, so that what
	// comes once a year is known when it comes again.
	period  = 30 * 24 * time.Hour
	periods = 13
	// few is how many gaps of a first document are taken as they are.
	few = 3
)

// Cadence is the rhythm in which a feed brings news. Gaps are learnt as the time that
// surely passed without any: to the last poll that found none. So neither a feed that
// is rarely asked nor a daemon that was off makes a gap longer than it was.
type Cadence struct {
	Begun time.Time `json:"begun,omitzero"`  // the first news that are known of
	Heard time.Time `json:"heard,omitzero"`  // the last ones, or when it could be read again since; zero: nothing is known
	Gaps  int       `json:"gaps,omitempty"`  // how many were learnt, up to enough
	Peaks []Peak    `json:"peaks,omitempty"` // the longest gaps, by period; at most periods of them
}

// Peak is the longest gap that ended in a period.
type Peak struct {
	Period  int64 `json:"p"` // counted from 1970
	Seconds int64 `json:"s"`
}

// Longest is the longest gap of the last year.
func (c *Cadence) Longest() time.Duration {
	longest, _ := c.longest()
	return longest
}

// longest returns the longest gap, and the longest of another period.
func (c *Cadence) longest() (first, second time.Duration) {
	for _, p := range c.Peaks {
		gap := time.Duration(p.Seconds) * time.Second
		if gap > first {
			first, second = gap, first
		} else {
			second = max(second, gap)
		}
	}
	return first, second
}

// Months returns the longest gaps of the last 13 periods of 30 days, the oldest first
// and the present one last; 0 where none ended in it.
func (c *Cadence) Months(now time.Time) []time.Duration {
	gaps := make([]time.Duration, periods)
	last := now.Unix() / int64(period/time.Second)
	for _, p := range c.Peaks {
		if back := last - p.Period; 0 <= back && back < periods {
			gaps[periods-1-back] = time.Duration(p.Seconds) * time.Second
		}
	}
	return gaps
}

// Limit is how long the feed may bring nothing before it is silent; 0 while that is
// being learnt.
func (c *Cadence) Limit() time.Duration {
	if !c.known() {
		return 0
	}
	return c.limit()
}

// limit is how long the feed may bring nothing: never more than factor times its
// longest gap, but for the least and the holidays.
func (c *Cadence) limit() time.Duration {
	first, second := c.longest()
	limit := factor * first
	if len(c.Peaks) >= mature {
		limit = max(factor*second, first+first/2)
	}
	if first >= rest && c.Heard.Sub(c.Begun) < year {
		limit = max(limit, holidays)
	}
	return max(limit, least)
}

// known reports whether there is history enough to call the feed silent.
func (c *Cadence) known() bool {
	return c.Gaps >= enough && c.Heard.Sub(c.Begun) >= leastHistory
}

// silent reports whether the feed is, when it surely brought nothing until then.
func (c *Cadence) silent(until time.Time) bool {
	return c.known() && until.Sub(c.Heard) > c.limit()
}

// begin learns from the dates of a first document, as far as they go back in one
// rhythm: what is older may be one article that stays on top for years.
func (c *Cadence) begin(now time.Time, dates []time.Time) {
	dates = slices.DeleteFunc(slices.Clone(dates), func(t time.Time) bool { return t.Unix() <= 0 || t.After(now) })
	slices.SortFunc(dates, time.Time.Compare)
	if len(dates) == 0 {
		c.Begun, c.Heard = now, now
		return
	}
	last := len(dates) - 1
	first, longest := last, time.Duration(0)
	for ; first > 0; first-- {
		gap := dates[first].Sub(dates[first-1])
		if last-first >= few && gap > max(least, factor*longest) {
			break
		}
		longest = max(longest, gap)
	}
	c.Begun, c.Heard = dates[first].UTC().Truncate(time.Second), dates[last].UTC().Truncate(time.Second)
	for i := first; i < last; i++ {
		c.learn(dates[i+1].Sub(dates[i]), dates[i+1])
	}
}

// hear learns from news that came at a time, and had not come at the good poll before
// it. A silence that was told teaches no more than was allowed: who paused for a season
// must not be waited for three of them the next time.
func (s *State) hear(now, before time.Time) {
	gap := max(0, before.Sub(s.Heard))
	if s.Quiet.Condition != Well {
		gap = min(gap, s.limit())
	}
	s.learn(gap, now)
	s.Heard = now
}

// learn adds a gap that ended at a time.
func (c *Cadence) learn(gap time.Duration, end time.Time) {
	c.Gaps = min(c.Gaps+1, enough)
	p := Peak{Period: end.Unix() / int64(period/time.Second), Seconds: int64(gap / time.Second)}
	if n := len(c.Peaks); n > 0 && c.Peaks[n-1].Period >= p.Period {
		c.Peaks[n-1].Seconds = max(c.Peaks[n-1].Seconds, p.Seconds)
		return
	}
	c.Peaks = append(c.Peaks, p)
	c.Peaks = slices.DeleteFunc(c.Peaks, func(old Peak) bool { return old.Period <= p.Period-periods })
}
