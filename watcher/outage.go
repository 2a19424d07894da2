package watcher

import (
	"sync"
	"time"
)

const (
	// outageAfter is how late a poll must be for what it brings to be no news that
	// comes one by one.
	outageAfter = time.Hour
	// catchUpFor is how long the first of what comes after an outage waits for the
	// rest.
	catchUpFor = 5 * time.Minute
)

// outage is when what comes after an outage is said. It is safe for concurrent use.
type outage struct {
	mu    sync.Mutex
	until time.Time
}

// catchUp returns until when what a poll brings waits for what others bring, because
// all of it comes after an outage: of the daemon, of the network or of the feed; the
// zero time where there was none.
func (w *Watcher) catchUp(o *outcome) time.Time {
	b := &o.before
	if o.err != nil || b.Succeeded.IsZero() {
		return time.Time{}
	}
	expected := b.NextPoll
	if b.Failures > 0 {
		expected = o.sub.Schedule.Next(b.Succeeded)
	}
	if o.started.Sub(expected) < outageAfter {
		return time.Time{}
	}
	w.outage.mu.Lock()
	defer w.outage.mu.Unlock()
	if !w.outage.until.After(o.ended) {
		w.outage.until = o.ended.Add(catchUpFor)
	}
	return w.outage.until
}
