package watcher

import (
	"context"
	"errors"
	"time"

	"tocsin/store"
)

const (
	// commitFor is how long a daemon tries to do one thing on the way to a
	// committed poll. All of them take less than the lease, and each takes more
	// than a database needs to start again.
	commitFor = 30 * time.Second
	// recordFor is how long a daemon tries to record the outcome of an attempt,
	// likewise.
	recordFor = 5 * time.Minute
)

// insist does what is needed to end a lease, and where the store is in trouble, a daemon
// tries again for a while. Without it, the feed, or the alert with those behind
// it, would wait for the end of the lease. If the store had taken it without
// being able to say so, the lease is lost then, and nothing else.
func (w *Watcher) insist(ctx context.Context, patience time.Duration, do func() error) error {
	for tries := patience / storeRest; ; tries-- {
		err := do()
		if err == nil || errors.Is(err, store.ErrLeaseLost) || ctx.Err() != nil || !w.daemon || tries == 0 {
			return err
		}
		if w.tally.storeFailed(err) {
			w.log.Error("the store fails; what is done waits for it", "err", err)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(storeRest):
		}
	}
}
