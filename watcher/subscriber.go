package watcher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
	"tocsin/watcher/schedule"
	"tocsin/watcher/websub"
)

// Subscriber is the watcher as hubs see it, which may be while it runs, and before
// and after: what cannot be taken then is polled later. Options.Push must be given.
func (w *Watcher) Subscriber() websub.Subscriber { return subscriber{w} }

type subscriber struct{ *Watcher }

// Subscription implements websub.Subscriber.
func (s subscriber) Subscription(ctx context.Context, token string) (websub.Subscription, error) {
	p, err := s.opts.Push.Store.Push(ctx, token)
	if err == nil && p.State == store.PushEnding {
		err = websub.ErrUnknown
	}
	return websub.Subscription{Topic: p.Topic, Secret: p.Secret}, unknown(err)
}

// unknown is a store's error in the words of websub.
func unknown(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return websub.ErrUnknown
	}
	return err
}

// Verify implements websub.Subscriber.
func (s subscriber) Verify(ctx context.Context, token string, v websub.Verification) error {
	p, err := s.opts.Push.Store.Push(ctx, token)
	if err != nil {
		return unknown(err)
	}
	now := s.now()
	after, spread := websub.Renewal(v.Lease)
	err = s.opts.Push.Store.VerifyPush(ctx, store.PushVerification{
		Token: token, Topic: v.Topic, Ending: v.Mode == websub.Unsubscribe,
		LeaseEnd: now.Add(v.Lease), NextTry: now.Add(after + schedule.Jitter(token, spread)),
	})
	log := s.log.With("feed", config.Loggable(p.Feed), "hub", config.Loggable(p.Hub), "mode", v.Mode)
	if err != nil {
		log.Warn("a hub asks for a confirmation of what it was not asked for")
		return unknown(err)
	}
	log.Info("hub has done what it was asked for", "lease", v.Lease)
	signal(s.hubs)
	return nil
}

// Deny implements websub.Subscriber.
func (s subscriber) Deny(ctx context.Context, token, topic, reason string) error {
	p, err := s.opts.Push.Store.Push(ctx, token)
	if err != nil {
		return unknown(err)
	}
	now := s.now()
	d := store.PushDenial{Token: token, Topic: topic, Problem: fmt.Sprintf("denied: %.120q", reason), At: now}
	wait := websub.Refused(p.Failures + 1)
	d.Next = now.Add(wait + schedule.Jitter(token, wait/10))
	if err := s.opts.Push.Store.DenyPush(ctx, d); err != nil {
		return unknown(err)
	}
	s.log.Warn("hub denies the subscription; the feed is polled", "feed", config.Loggable(p.Feed), "hub", config.Loggable(p.Hub),
		"reason", d.Problem, "next", d.Next)
	signal(s.freed)
	return nil
}

const (
	// answerWithin is how long a hub waits for an answer at the most.
	answerWithin = 3 * time.Second
	// maxTaking is how many deliveries are being taken at once, those included that
	// wait for a poll of their feed to end.
	maxTaking = 32
)

// bringing is a delivery that is to be taken.
type bringing struct {
	push     store.Push
	delivery websub.Delivery
	taken    chan error // holds one element when it is
}

// Deliver implements websub.Subscriber. The hub is answered when the document's
// articles are kept, or when a poll is due in their place: so nothing that was
// answered is lost in a crash.
func (s subscriber) Deliver(ctx context.Context, token string, d websub.Delivery) error {
	ctx = context.WithoutCancel(ctx) // a hub that goes away has delivered all the same
	p, err := s.opts.Push.Store.Push(ctx, token)
	if err != nil {
		return unknown(err)
	}
	b := &bringing{push: p, delivery: d, taken: make(chan error, 1)}
	late := time.NewTimer(answerWithin)
	defer late.Stop()
	select {
	case s.brought <- b:
	case <-late.C:
		return s.pollInstead(ctx, p.Feed)
	}
	select {
	case err = <-b.taken:
	case <-late.C:
		return s.pollInstead(ctx, p.Feed)
	}
	if err != nil {
		s.log.Warn("a delivery cannot be taken; the feed is polled instead", "feed", config.Loggable(p.Feed), "reason", err)
		return s.pollInstead(ctx, p.Feed)
	}
	return nil
}

// pollInstead has a feed polled as soon as may be. If what the hub brought is taken
// meanwhile, it is polled when it was to be.
func (s subscriber) pollInstead(ctx context.Context, feedURL string) error {
	err := s.opts.Push.Store.PollBy(ctx, s.now(), feedURL)
	signal(s.freed)
	return err
}

// takeLoop takes what hubs bring until ctx ends, and then waits until all of it is
// taken.
func (w *Watcher) takeLoop(ctx context.Context) {
	var taking sync.WaitGroup
	defer taking.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case w.taking <- struct{}{}:
		}
		select {
		case <-ctx.Done():
			return
		case b := <-w.brought:
			taking.Go(func() {
				b.taken <- w.take(ctx, b)
				<-w.taking
			})
		}
	}
}

var errNotWatched = errors.New("it is of a feed that is not in the configuration")

// take judges and commits a delivered document as a poll's. The feed stays as it
// is: what a hub brings says nothing of what the feed's own server would answer,
// and its validators would be a hub's.
func (w *Watcher) take(ctx context.Context, b *bringing) error {
	c := w.course.Load()
	sub, ok := c.feeds[b.push.Feed]
	if !ok {
		return errNotWatched
	}
	f, err := w.leaseFor(ctx, b.push.Feed)
	if err != nil {
		return err
	}
	p := store.Poll{Holder: w.opts.Holder, Feed: f}
	doc, broken := w.parse(f, b.delivery)
	o := outcome{course: c, before: f, sub: sub, started: w.now(), ended: w.now(), push: b.push, pushed: true, res: &feed.Result{Sent: true, Document: doc}}
	o.until = w.endOf(&o)
	p.Articles = articles(f.URL, doc, o.ended)
	if err := w.findUnknown(ctx, &o, p.Articles); err != nil {
		return err
	}
	if f.Failures == 0 {
		// News by a hub are no sign that the feed's own server answers again.
		if err := w.examine(ctx, &o, &p); err != nil {
			return err
		}
	}
	if sub.FullText && len(o.unknown) > 0 {
		w.readPages(ctx, &o, p.Articles)
	}
	news, err := w.commit(ctx, &o, p)
	if broken != nil {
		return broken
	}
	if err != nil {
		return err
	}
	w.log.Debug("delivered", "feed", config.Loggable(f.URL), "new", news)
	return w.opts.Push.Store.PushDelivered(ctx, b.push.Token, o.ended, news > 0)
}

// leaseFor leases a feed for what its hub brought, when no poll of it runs.
func (w *Watcher) leaseFor(ctx context.Context, feedURL string) (store.Feed, error) {
	c := w.claim(w.now(), 1)
	giveUp := c.Now.Add(c.Lease)
	for {
		f, ok, err := w.opts.Push.Store.ClaimFeed(ctx, c, feedURL)
		switch {
		case ok || err != nil:
			return f, err
		case ctx.Err() != nil:
			return f, ctx.Err()
		case c.Now.After(giveUp):
			return f, errors.New("a poll of its feed does not end")
		}
		w.sleep(ctx, c.Now.Add(hostRest), nil)
		c.Now = w.now()
	}
}

// parse reads a delivered document as a poll would.
func (w *Watcher) parse(f store.Feed, d websub.Delivery) (*feed.Document, error) {
	base, err := url.Parse(cmp.Or(f.Location, f.URL))
	if err != nil {
		return nil, err
	}
	base.User = nil
	return feed.Parse(feed.Raw{Body: d.Body, Base: base, ContentType: d.ContentType, MaxBody: w.opts.Push.MaxBody})
}
