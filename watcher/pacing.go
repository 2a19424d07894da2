package watcher

import (
	"context"
	"sync"
	"time"
)

// maxTurn is the longest that an alert waits for its channel's turn while it is
// held. Whatever takes longer goes back to the store.
const maxTurn = 3 * time.Second

// lines knows when each channel may be written to again: a channel takes a
// message a second, and rests after trouble. It is safe for concurrent use.
type lines struct {
	mu   sync.Mutex
	free map[string]time.Time // when the channel is free
	all  time.Time            // when any channel is
}

// wait returns true when it is the channel's turn, after waiting for a short
// while where need be. Otherwise, or when ctx has ended, it returns when the
// turn comes.
func (l *lines) wait(ctx context.Context, now func() time.Time, channel string) (free time.Time, ok bool) {
	l.mu.Lock()
	free = l.free[channel]
	if l.all.After(free) {
		free = l.all
	}
	l.mu.Unlock()
	if ctx.Err() != nil {
		return free, false
	}
	turn := free.Sub(now())
	if free.IsZero() || turn <= 0 {
		return free, true
	}
	if turn > maxTurn {
		return free, false
	}
	select {
	case <-ctx.Done():
		return free, false
	case <-time.After(turn):
		return free, true
	}
}

// rest makes a channel rest until then.
func (l *lines) rest(channel string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free[channel] = until
}

// restAll makes every channel rest until then.
func (l *lines) restAll(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = until
}
