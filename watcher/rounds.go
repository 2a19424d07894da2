package watcher

import (
	"context"
	"time"

	"tocsin/store"
)

const (
	// claimsPerRequest is how many feeds are claimed for each request that may
	// run at once. Feeds of one host wait for each other; the surplus keeps
	// requests to other hosts going meanwhile.
	claimsPerRequest = 8
	// pollLease covers a request at its time limit for each of the feeds that
	// are claimed at once, should all of them wait for one dead host.
	pollLease = 2 * time.Hour
)

// pollLoop polls feeds as they come due, until ctx ends, and then waits for the
// polls that run.
func (w *Watcher) pollLoop(ctx context.Context) {
	defer w.running.Wait()
	for ctx.Err() == nil {
		wake, err := w.startDue(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			w.log.Error("feeds cannot be claimed", "err", err)
			wake = w.now().Add(storeRest)
		}
		w.sleep(ctx, wake, w.freed)
	}
}

// startDue starts the polls that are due and for which there is room. It
// returns when to look again; the zero time means: when a poll has ended.
func (w *Watcher) startDue(ctx context.Context) (wake time.Time, err error) {
	for {
		room := cap(w.slots) - len(w.slots)
		if room == 0 {
			return time.Time{}, nil
		}
		started, err := w.start(ctx, store.Claim{Holder: w.opts.Holder, Now: w.now(), Lease: pollLease, Limit: room})
		if err != nil {
			return time.Time{}, err
		}
		if started == 0 {
			next, _, err := w.store.NextDue(ctx)
			return next, err
		}
	}
}

// pollRound polls what is due at start, and returns when all of it is polled.
func (w *Watcher) pollRound(ctx context.Context, start time.Time) error {
	defer w.running.Wait()
	for {
		// What comes due while the round runs is for the next one, so Now stays;
		// the lease must count from the real time all the same.
		lease := pollLease + w.now().Sub(start)
		if err := w.waitForRoom(ctx); err != nil {
			return err
		}
		room := cap(w.slots) - len(w.slots)
		started, err := w.start(ctx, store.Claim{Holder: w.opts.Holder, Now: start, Lease: lease, Limit: room})
		if err != nil {
			return err
		}
		if started == 0 || w.tally.storeErr() != nil {
			w.running.Wait()
			return w.tally.storeErr()
		}
	}
}

// waitForRoom returns when at least one more poll may run.
func (w *Watcher) waitForRoom(ctx context.Context) error {
	for len(w.slots) == cap(w.slots) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.freed:
		}
	}
	return ctx.Err()
}

// start claims feeds and starts their polls.
func (w *Watcher) start(ctx context.Context, c store.Claim) (started int, err error) {
	feeds, err := w.store.ClaimDueFeeds(ctx, c)
	if err != nil {
		return 0, err
	}
	for _, f := range feeds {
		w.slots <- struct{}{}
		w.running.Go(func() {
			w.poll(ctx, f)
			<-w.slots
			signal(w.freed)
		})
	}
	return len(feeds), nil
}

// signal wakes whoever waits on c, or will.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// sleep returns at the time until, on a signal from c, or when ctx ends. The
// zero time never comes.
func (w *Watcher) sleep(ctx context.Context, until time.Time, c <-chan struct{}) {
	var timer <-chan time.Time
	if !until.IsZero() {
		timer = time.After(until.Sub(w.now()))
	}
	select {
	case <-ctx.Done():
	case <-c:
	case <-timer:
	}
}
