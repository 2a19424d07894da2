package watcher

import (
	"cmp"
	"context"
	"time"

	"tocsin/store"
	"tocsin/watcher/config"
)

// Tidying is how the archive is kept findable and within its bounds.
type Tidying struct {
	Store TidyStore
	Keep  config.Retention
}

// TidyStore is what tidying asks of a store; see store.Store.
type TidyStore interface {
	store.Tasks
	store.Retention
	IndexArchive(ctx context.Context, limit int) (more bool, err error)
	Counts(ctx context.Context) (store.Counts, error)
}

const (
	tidyTask  = "tidy"
	tidyEvery = time.Hour
	// tidyLook is how often a daemon asks whether it is to tidy, which is done by one
	// of all that share the store.
	tidyLook = 10 * time.Minute
	// tidyStart is for how long after its start a daemon has better things to do.
	tidyStart = time.Minute
	tidyLease = 5 * time.Minute
	// tidyBatch is how many articles are touched at a time, and tidyRest how long
	// the polls have the store to themselves after it.
	tidyBatch = 100
	tidyRest  = 20 * time.Millisecond
	// minKept is how long articles stay even where the store is too large.
	minKept = 24 * time.Hour
)

// tidyLoop tidies when it is time to, until ctx ends.
func (w *Watcher) tidyLoop(ctx context.Context) {
	rest(ctx, tidyStart)
	for ctx.Err() == nil {
		t := tidying{Watcher: w, store: w.opts.Tidy.Store, keep: w.opts.Tidy.Keep}
		if err := t.tidy(ctx); err != nil && ctx.Err() == nil {
			w.log.Error("old articles cannot be deleted; it is tried again", "err", err)
		}
		rest(ctx, tidyLook)
	}
}

// rest returns after a time, or when ctx ends.
func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// tidying is one turn of it.
type tidying struct {
	*Watcher
	store   TidyStore
	keep    config.Retention
	claimed time.Time // when the lease was prolonged last
	deleted int       // articles
}

// tidy does what there is to tidy, if nobody else does.
func (t *tidying) tidy(ctx context.Context) error {
	if ok, err := t.claim(ctx); err != nil || !ok {
		return err
	}
	if err := t.index(ctx); err != nil {
		return err
	}
	now := t.now()
	aged := store.Expiry{Unmatched: before(now, t.keep.Articles), Matched: before(now, t.keep.Matched)}
	if _, err := t.expire(ctx, aged, -1); err != nil {
		return err
	}
	if err := t.shrink(ctx, aged.Matched); err != nil {
		return err
	}
	if t.deleted > 0 {
		t.log.Info("old articles were deleted", "articles", t.deleted)
	}
	return t.store.FinishTask(ctx, t.opts.Holder, tidyTask, t.now().Add(tidyEvery))
}

// before is the time that long before now; the zero time where things are kept for
// good.
func before(now time.Time, kept time.Duration) time.Time {
	if kept == 0 {
		return time.Time{}
	}
	return now.Add(-kept)
}

// claim leases the task, or prolongs the lease.
func (t *tidying) claim(ctx context.Context) (ok bool, err error) {
	t.claimed = t.now()
	_, ok, err = t.store.ClaimTask(ctx, store.Claim{Holder: t.opts.Holder, Now: t.claimed, Lease: tidyLease}, tidyTask)
	return ok, err
}

// pause ends a batch: the polls go first for a moment. The error is
// store.ErrLeaseLost where another daemon tidies meanwhile.
func (t *tidying) pause(ctx context.Context) error {
	rest(ctx, tidyRest)
	if t.now().Sub(t.claimed) < tidyLease/4 {
		return ctx.Err()
	}
	if ok, err := t.claim(ctx); err != nil || !ok {
		return cmp.Or(err, store.ErrLeaseLost)
	}
	return ctx.Err()
}

// index makes findable what a tocsin without search has kept.
func (t *tidying) index(ctx context.Context) error {
	for {
		more, err := t.store.IndexArchive(ctx, tidyBatch)
		if err != nil || !more {
			return err
		}
		if err := t.pause(ctx); err != nil {
			return err
		}
	}
}

// expire deletes up to most articles that are old, or all where most is less than
// 0, and returns how many.
func (t *tidying) expire(ctx context.Context, e store.Expiry, most int) (deleted int, err error) {
	for deleted != most {
		e.Limit = tidyBatch
		if most >= 0 {
			e.Limit = min(tidyBatch, most-deleted)
		}
		n, err := t.store.Expire(ctx, e)
		if err != nil {
			return deleted, err
		}
		deleted, t.deleted = deleted+n, t.deleted+n
		if n < e.Limit {
			break
		}
		if err := t.pause(ctx); err != nil {
			return deleted, err
		}
	}
	return deleted, nil
}

// shrink deletes the oldest articles of a store that is too large: as many as make
// up what is too much, those that no rule matched first. What one turn overlooks is
// for the next one, for some of what it frees is freed later.
func (t *tidying) shrink(ctx context.Context, matched time.Time) error {
	size, err := t.store.Size(ctx)
	if err != nil || t.keep.MaxSize == 0 || size <= t.keep.MaxSize {
		return err
	}
	counts, err := t.store.Counts(ctx)
	if err != nil {
		return err
	}
	now := t.now()
	most := 1 + int(float64(counts.Articles)*float64(size-t.keep.MaxSize)/float64(size))
	deleted, err := t.expire(ctx, store.Expiry{Unmatched: now.Add(-minKept), Matched: matched}, most)
	if err != nil {
		return err
	}
	if deleted < most {
		n, err := t.expire(ctx, store.Expiry{Matched: now.Add(-max(minKept, t.opts.StoryWindow))}, most-deleted)
		if err != nil {
			return err
		}
		deleted += n
	}
	if deleted < most {
		t.log.Warn("the store is larger than retention.max_size, and what is left is too new to go", "bytes", size, "max_size", t.keep.MaxSize)
	}
	return nil
}
