package schedule

import (
	"hash/fnv"
	"time"
)

// Limits of the time between two polls of a feed.
const (
	// MaxWait is the longest that a server can put off the next poll, so that a
	// mad header cannot park a feed for a year.
	MaxWait = 24 * time.Hour
	// backoffBase is what the first failure puts off the next poll by at least;
	// each further one doubles it, up to MaxWait.
	backoffBase = time.Minute
)

// Poll is what NextPoll looks at.
type Poll struct {
	Feed        string        // the feed's URL: what the jitter is a function of
	Started     time.Time     // when the poll started
	Ended       time.Time     // when it ended
	MinInterval time.Duration // from one start to the next
	NotBefore   time.Time     // the server's wish; zero for none
	Failures    int           // failed polls in a row, this one included; 0 after a good one
}

// NextPoll returns when the feed is polled next: at the schedule's next time or,
// where these are later, when the server wishes (MaxWait from now at most) or
// the back-off of failures is over; in each case plus the feed's jitter. It is
// never before MinInterval has passed.
func (s Schedule) NextPoll(p Poll) time.Time {
	next := latest(
		s.Next(p.Ended),
		earliest(p.NotBefore, p.Ended.Add(MaxWait)),
		p.Ended.Add(backoff(p.Failures)),
	).Add(Jitter(p.Feed, s.spread))
	return latest(next, p.Started.Add(p.MinInterval))
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

// backoff is how long after its nth failure in a row a feed is left alone.
func backoff(failures int) time.Duration {
	if failures <= 0 {
		return 0
	}
	d := backoffBase
	for range failures - 1 {
		if d *= 2; d >= MaxWait {
			return MaxWait
		}
	}
	return d
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
