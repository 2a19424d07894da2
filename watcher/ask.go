package watcher

import (
	"context"
	"errors"
	"sync"
	"time"

	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
	"tocsin/watcher/schedule"
	"tocsin/watcher/websub"
)

const (
	// maxAsking is how many hubs are asked at once.
	maxAsking = 16
	// maxEndings is how often a hub is asked to end a subscription. After that it runs
	// out.
	maxEndings = 3
)

// askLoop asks hubs what is due to be asked, until ctx ends.
func (w *Watcher) askLoop(ctx context.Context) {
	for ctx.Err() == nil {
		next, err := w.askDue(ctx)
		if ctx.Err() != nil {
			return
		}
		if w.claims("requests to hubs", err); err != nil {
			next = w.now().Add(storeRest)
		}
		w.sleep(ctx, next, w.hubs)
	}
}

// askDue asks what is due, and returns when the next is.
func (w *Watcher) askDue(ctx context.Context) (next time.Time, err error) {
	// The lease covers waiting for a turn and the request.
	c := store.Claim{Holder: w.opts.Holder, Lease: time.Minute + 4*w.opts.Timeout, Limit: maxAsking}
	for {
		// A look costs less than a claim, and mostly nothing is due.
		next, err = w.opts.Push.Store.NextPush(ctx)
		if c.Now = w.now(); err != nil || next.IsZero() || next.After(c.Now) {
			return next, err
		}
		pushes, err := w.opts.Push.Store.ClaimPushes(ctx, c)
		if err != nil || len(pushes) == 0 {
			return c.Now.Add(hostRest), err // another daemon was quicker
		}
		var asking sync.WaitGroup
		for _, p := range pushes {
			asking.Go(func() { w.ask(ctx, p) })
		}
		asking.Wait()
	}
}

// ask asks a hub to begin, to renew or to end a subscription, and records what
// became of it. Whether the hub does so it says at the callback address.
func (w *Watcher) ask(ctx context.Context, p store.Push) {
	req := websub.Request{Mode: websub.Subscribe, Topic: p.Topic, Callback: p.Callback + p.Token, Secret: p.Secret}
	if p.State == store.PushEnding {
		req.Mode = websub.Unsubscribe
	}
	r := store.PushRequest{Token: p.Token, Holder: w.opts.Holder, Failures: p.Failures + 1}
	if r.Forget = p.State == store.PushEnding && p.Failures >= maxEndings; !r.Forget {
		err := w.opts.Push.Hubs.PostForm(ctx, p.Hub, req.Form(), w.now())
		if ctx.Err() != nil {
			return // the lease is given back on leaving
		}
		r.NextTry = w.askAgain(p.Token, r.Failures, err)
		if err != nil {
			r.Problem = err.Error()
			w.log.Warn("hub cannot be asked; the feed is polled meanwhile", "feed", config.Loggable(p.Feed),
				"hub", config.Loggable(p.Hub), "mode", req.Mode, "reason", err, "failures", r.Failures, "next", r.NextTry)
		}
	}
	if err := w.opts.Push.Store.RecordPush(ctx, r); err != nil && ctx.Err() == nil {
		w.log.Error("a request to a hub cannot be recorded; it is repeated later", "err", err)
	}
}

// askAgain is when a hub is asked again that has not verified by then.
func (w *Watcher) askAgain(token string, failures int, err error) time.Time {
	wait := websub.Unverified(failures)
	if err != nil {
		wait = websub.Retry(failures)
	}
	next := w.now().Add(wait + schedule.Jitter(token, wait/10))
	var fe *feed.Error
	if errors.As(err, &fe) && fe.NotBefore.After(next) {
		next = fe.NotBefore
	}
	return next
}
