package schedule

import (
	"hash/fnv"
	"time"
)

// Limits of the time between two polls of a feed.
const (
	// MaxWait is the longest that a server can put off the next poll, and that
	// failures do, so that a mad header cannot park a feed for a year.
	MaxWait = 24 * time.Hour
	// maxSkip is how far away the next hour that a feed does not skip may be; a
	// weekend fits. A feed that skips more is polled as if it skipped nothing.
	maxSkip = 3 * MaxWait
	// backoffBase is what the first failure puts off the next poll by at least.
	backoffBase = time.Minute
	// throttledBase is the same where the server said that it is asked too often.
	throttledBase = 30 * time.Minute
)

// Poll is what NextPoll looks at.
type Poll struct {
	Feed        string        // the feed's URL: what the jitter is a function of
	HostFeeds   int           // how many feeds are read from its host, for their spacing; 0 counts as 1
	Started     time.Time     // when the poll started
	Ended       time.Time     // when it ended
	MinInterval time.Duration // from one start to the next
	NotBefore   time.Time     // the server's wish; zero for none
	Failures    int           // failed polls in a row, this one included; 0 after a good one
	Throttled   bool          // this one failed because the server is asked too often
	Skip        Skip          // when the feed wants no polls
}

// Skip is when a feed wants no polls: an hour of the day, or a day of the week,
// a bit each, in UTC. Bit 0 is the hour from midnight, and Sunday. Other bits mean
// nothing.
type Skip struct {
	Hours uint32
	Days  uint8
}

// NextPoll returns when the feed is polled next: at the schedule's next time or,
// where these are later, when the server wishes (MaxWait from now at most) or
// the back-off of failures is over; in each case plus the feed's jitter, and in
// an hour that the feed does not skip. It is never before MinInterval has passed.
func (s Schedule) NextPoll(p Poll) time.Time {
	jitter := Jitter(p.Feed, s.spreadOver(p.HostFeeds))
	next := latest(
		s.Next(p.Ended),
		earliest(p.NotBefore, p.Ended.Add(MaxWait)),
		p.Ended.Add(s.backoff(p)),
	).Add(jitter)
	next = latest(next, p.Started.Add(p.MinInterval))
	if open := p.Skip.after(next); open.After(next) && open.Sub(p.Ended) <= maxSkip {
		next = open.Add(jitter)
	}
	return next
}

// hostSpacing is how far apart the polls of one host's feeds are on the average.
const hostSpacing = time.Second

// spreadOver is the time over which the feeds of the schedule are spread: a
// longer one where a host has many of them, as far as the schedule has room.
func (s Schedule) spreadOver(hostFeeds int) time.Duration {
	if s.interval < time.Minute {
		return s.spread // somebody is watching
	}
	return max(s.spread, min(s.interval/2, time.Duration(hostFeeds)*hostSpacing))
}

// after returns t, or the begin of the first hour after it that is not skipped;
// t where there is none within maxSkip and a day.
func (k Skip) after(t time.Time) time.Time {
	at := t.UTC()
	for range int((maxSkip + MaxWait) / time.Hour) {
		if k.Hours>>at.Hour()&1 == 0 && k.Days>>at.Weekday()&1 == 0 {
			return at
		}
		at = at.Truncate(time.Hour).Add(time.Hour)
	}
	return t
}

// Jitter returns a time from 0 up to, not including, limit that is a function
// of the feed's URL alone, so that the feeds of one schedule are spread evenly
// and each keeps its own rhythm over restarts. It is 0 if limit is not positive.
func Jitter(feed string, limit time.Duration) time.Duration {
	if limit <= 0 {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(feed))
	// The upper half of an FNV hash alone depends too little on the last bytes,
	// in which the URLs of one site differ.
	x := h.Sum64()
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 32
	return time.Duration(x % uint64(limit))
}

// backoff is how long a feed is left alone after its failures: for the first one
// an interval of its schedule, or one and a half where it was asked too often, and
// twice as long for each further one.
func (s Schedule) backoff(p Poll) time.Duration {
	if p.Failures <= 0 {
		return 0
	}
	d := max(backoffBase, s.interval)
	if p.Throttled {
		d = max(throttledBase, s.interval*3/2)
	}
	for range p.Failures - 1 {
		if d *= 2; d >= MaxWait {
			break
		}
	}
	return min(d, MaxWait)
}

func latest(t time.Time, more ...time.Time) time.Time {
	for _, u := range more {
		if u.After(t) {
			t = u
		}
	}
	return t
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
