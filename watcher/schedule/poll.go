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
	Ended       time.Time     // when the poll ended
	MinInterval time.Duration // never sooner again
	NotBefore   time.Time     // the server's wish; zero for none
	Failures    int           // failed polls in a row, this one included; 0 after a good one
}

// NextPoll returns when the feed is polled next: at the schedule's next time, but
// not before MinInterval has passed, the server's wish (of MaxWait at most) has
// come and, after failures, the back-off is over; a jitter is added.
func (s Schedule) NextPoll(p Poll) time.Time {
	next := s.Next(latest(
		p.Ended,
		earliest(p.NotBefore, p.Ended.Add(MaxWait)),
		p.Ended.Add(backoff(p.Failures)),
	))
	next = latest(next, p.Ended.Add(p.MinInterval))
	// A schedule of few seconds is somebody watching: the jitter stays a tenth
	// of the time until the next poll.
	return next.Add(Jitter(p.Feed, min(maxJitter, next.Sub(p.Ended)/10)))
}

// maxJitter spreads the feeds of one schedule over half a minute.
const maxJitter = 30 * time.Second

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
