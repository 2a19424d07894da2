package watcher

import (
	"context"
	"sync"
	"time"
)

// pacing knows when each channel may be written to again, since a channel takes
// a message a second only, and when any may, since trouble with the credentials
// concerns all. It is safe for concurrent use.
type pacing struct {
	mu      sync.Mutex
	free    map[string]time.Time // when the channel is; absent: now
	resting time.Time            // until when all of them are left alone
}

// turn waits until the channel may be written to, and returns ctx's error when
// ctx ends before.
func (p *pacing) turn(ctx context.Context, now func() time.Time, channel string) error {
	p.mu.Lock()
	wait := p.free[channel].Sub(now())
	p.mu.Unlock()
	if wait > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
	return ctx.Err()
}

// said notes that a channel is free again at a time.
func (p *pacing) said(channel string, free time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free[channel] = free
}

// rest makes all channels rest until then.
func (p *pacing) rest(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resting = until
}

// restsUntil returns until when all channels rest; a time that has passed, or
// the zero time, when they do not.
func (p *pacing) restsUntil() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.resting
}
