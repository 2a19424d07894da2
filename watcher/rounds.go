package watcher

import (
	"context"
	"sync"
	"time"

	"tocsin/store"
)

// pollLoop polls feeds as they come due, until ctx ends, and then waits for the
// polls that run.
func (w *Watcher) pollLoop(ctx context.Context) {
	defer w.running.Wait()
	for ctx.Err() == nil {
		wake, err := w.startDue(ctx)
		w.polls.beat()
		if ctx.Err() != nil {
			return
		}
		if w.claims("feeds", err); err != nil {
			wake = w.now().Add(storeRest)
		}
		w.rest(ctx, wake, w.freed, func(feeds, _ time.Time) time.Time { return feeds })
	}
}

// claims tells how a claim ended, where that is news: while the store is in trouble,
// every claim is.
func (w *Watcher) claims(what string, err error) {
	switch news := w.tally.claimed(what, err); {
	case news && err != nil:
		w.log.Error(what+" cannot be claimed; it is tried again", "err", err)
	case news:
		w.log.Info(what + " are claimed again")
	}
}

// startDue starts the polls that are due and for which there is room. It
// returns when to look again; the zero time means: when a poll has ended.
func (w *Watcher) startDue(ctx context.Context) (wake time.Time, err error) {
	for {
		room := w.room()
		if room == 0 {
			return time.Time{}, nil
		}
		started, err := w.start(ctx, w.claim(w.now(), room))
		if err != nil {
			return time.Time{}, err
		}
		if started == 0 {
			next, _, err := w.store.NextDue(ctx)
			if now := w.now(); !next.IsZero() && !next.After(now) {
				// What is due and was not claimed waits for its host.
				next = now.Add(hostRest)
			}
			return next, err
		}
	}
}

// room is for how many more polls there is room. While most slots are taken, it is
// 0 until several are free: a claim costs the store the same for one feed as for
// many, and what runs meanwhile has been claimed before.
func (w *Watcher) room() int {
	room := cap(w.slots) - len(w.slots)
	if room < cap(w.slots)/8 {
		return 0
	}
	return room
}

// pollRound polls what is due at start, and returns when all of it is polled.
func (w *Watcher) pollRound(ctx context.Context, start time.Time) error {
	defer w.running.Wait()
	for {
		if err := w.waitForRoom(ctx); err != nil {
			return err
		}
		polling := w.polling.Load()
		started, err := w.start(ctx, w.claim(start, w.room()))
		if err == nil {
			err = w.tally.storeErr()
		}
		if err != nil {
			return err
		}
		if started > 0 {
			continue
		}
		if polling == 0 {
			return nil
		}
		// What is left waits for its host.
		w.sleep(ctx, time.Time{}, w.freed)
	}
}

// claim asks for the feeds that are due at a time. What comes due while a round
// runs is for the next one, so that time may have passed; the lease counts from
// the real time all the same.
func (w *Watcher) claim(due time.Time, limit int) store.Claim {
	return store.Claim{Holder: w.opts.Holder, Now: due, Lease: w.now().Sub(due) + w.lease(), Limit: limit, PerHost: w.opts.PerHost}
}

// lease covers waiting for a turn, a request at its time limit, the pages of its
// articles, the parse and the commit.
func (w *Watcher) lease() time.Duration { return time.Minute + 6*w.opts.Timeout }

// waitForRoom returns when at least one more poll may run.
func (w *Watcher) waitForRoom(ctx context.Context) error {
	for w.room() == 0 {
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
	feeds, course, err := w.claimDue(ctx, c)
	if err != nil {
		return 0, err
	}
	for _, f := range feeds {
		w.slots <- struct{}{}
		w.polling.Add(1)
		idle := sync.OnceFunc(func() {
			<-w.slots
			signal(w.freed)
		})
		w.running.Go(func() {
			w.poll(ctx, course, f, idle)
			w.polling.Add(-1)
			idle()
			signal(w.freed)
		})
	}
	return len(feeds), nil
}

// claimDue claims feeds, and returns them with the plan that they are polled by.
func (w *Watcher) claimDue(ctx context.Context, c store.Claim) ([]store.Feed, *course, error) {
	w.changing.RLock()
	defer w.changing.RUnlock()
	feeds, err := w.store.ClaimDueFeeds(ctx, c)
	return feeds, w.course.Load(), err
}

// signal wakes whoever waits on c, or will.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

const (
	// hostRest is how long a loop rests when all that is due waits for busy
	// hosts, of which other daemons may be busy with some.
	hostRest = 250 * time.Millisecond
	// maxSleep bounds how late the loops are when the machine was suspended, its
	// clock was set, or another daemon left work in the store.
	maxSleep = 30 * time.Second
)

// rest returns when a loop may have work: at the time until, on a signal from c,
// when the store has come to have some by itself, or when ctx ends. Every maxSleep it
// asks when something is due, which costs the store far less than a claim.
func (w *Watcher) rest(ctx context.Context, until time.Time, c <-chan struct{}, due func(feeds, alerts time.Time) time.Time) {
	for w.sleep(ctx, until, c) {
		feeds, alerts, err := w.store.NextDue(ctx)
		if err != nil {
			return // what is wrong is told by the claim
		}
		until = due(feeds, alerts)
	}
}

// sleep returns at the time until, after maxSleep, on a signal from c, or when
// ctx ends. The zero time never comes. It reports whether only maxSleep has passed.
func (w *Watcher) sleep(ctx context.Context, until time.Time, c <-chan struct{}) (early bool) {
	wait := maxSleep
	if !until.IsZero() {
		wait = min(wait, until.Sub(w.now()))
	}
	select {
	case <-ctx.Done():
	case <-c:
	case <-time.After(wait):
		return wait == maxSleep
	}
	return false
}
