package watcher

import (
	"context"
	"errors"
	"time"

	"tocsin/store"
)

// insistMargin is how long before the end of a lease a daemon stops trying: somebody
// else may have it from then on, and may be this daemon itself.
const insistMargin = 2 * storeRest

// insist does what is needed to end a lease, and where the store is in trouble, a daemon
// tries again until then. Without it, the feed, or the alert with those behind it, would
// wait for the end of the lease, however soon the store works again. If the store had
// taken it without being able to say so, the lease is lost then, and nothing else.
func (w *Watcher) insist(ctx context.Context, until time.Time, do func() error) error {
	for {
		err := do()
		if err == nil || errors.Is(err, store.ErrLeaseLost) || ctx.Err() != nil || !w.daemon || w.now().Add(storeRest).After(until) {
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
