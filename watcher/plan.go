package watcher

import (
	"context"
	"reflect"
	"time"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
	"tocsin/watcher/route"
	"tocsin/watcher/schedule"
)

// Plan is what a Watcher watches and what becomes of that, as far as it can change
// while the watcher runs. A poll that has begun ends by the plan it began with.
type Plan struct {
	Rules       *rules.Set
	Feeds       []config.Feed // each URL once
	Routes      []route.Route
	Operators   string        // the channel that is told of feeds in trouble; "" for none
	MinInterval time.Duration // no feed more often
	StoryWindow time.Duration // how long a story takes further reports
}

// course is a plan in the form in which polls look things up. It is never changed.
type course struct {
	Plan
	feeds map[string]config.Feed // by URL
	urls  map[string]string      // of feeds, by FeedID
	// neighbours is how many feeds there are on a host.
	neighbours map[string]int
}

func newCourse(p Plan) *course {
	c := &course{Plan: p, feeds: make(map[string]config.Feed, len(p.Feeds)), urls: make(map[string]string, len(p.Feeds)), neighbours: make(map[string]int)}
	for _, f := range p.Feeds {
		c.feeds[f.URL], c.urls[store.FeedID(f.URL)] = f, f.URL
		c.neighbours[feed.HostOf(f.URL)]++
	}
	return c
}

// Change has a watcher that runs go on by another plan: Options.Began has been
// called, and its Run has not ended. All of the plan counts from then on, or, with
// an error of the store, nothing of it.
func (w *Watcher) Change(ctx context.Context, p Plan) error {
	next := newCourse(p)
	// No feed is claimed meanwhile: its poll would find the wrong plan.
	w.changing.Lock()
	defer w.changing.Unlock()
	if now := w.course.Load(); !next.polls(now) {
		if err := w.subscribe(ctx, next, next.spread()); err != nil {
			return err
		}
		defer signal(w.hubs)
		defer signal(w.freed)
	}
	w.course.Store(next)
	return nil
}

// follow has a feed go by the plan of now whose poll began by another one, and
// committed the next time of that.
func (w *Watcher) follow(ctx context.Context, o *outcome, f store.Feed) {
	w.changing.RLock() // a change that runs has seen the feed as it was before
	c := w.course.Load()
	w.changing.RUnlock()
	if _, polled := c.feeds[f.URL]; c == o.course || !polled || f.Gone {
		return
	}
	next := o.next(c, f)
	if !next.Before(f.NextPoll) {
		return
	}
	if err := w.store.MakeDue(ctx, next, f.URL); err != nil && ctx.Err() == nil {
		w.log.Warn("a feed keeps the time of its old schedule for once", "feed", config.Loggable(f.URL), "next", f.NextPoll, "err", err)
	}
	signal(w.freed)
}

// polls reports whether the same feeds are polled at the same times as by another
// plan.
func (c *course) polls(as *course) bool {
	return c.MinInterval == as.MinInterval && reflect.DeepEqual(c.Feeds, as.Feeds)
}

// subscribe makes the feeds of a plan known to the store; see subscriptions.
func (w *Watcher) subscribe(ctx context.Context, c *course, spread time.Duration) error {
	err := w.store.SyncFeeds(ctx, c.subscriptions(w.now(), spread))
	if err == nil && w.opts.Push != nil {
		err = w.opts.Push.Store.SyncPushes(ctx, w.opts.Push.Callback, w.now())
	}
	return err
}

// maxStartSpread is the time over which the first polls of new feeds are spread
// at the most.
const maxStartSpread = time.Minute

// spread is the time over which the first polls of new feeds are spread, so that a
// long list is no burst.
func (c *course) spread() time.Duration {
	return min(maxStartSpread, time.Duration(len(c.Feeds))*20*time.Millisecond)
}

// subscriptions are the feeds as the store wants them, new ones due within
// spread from now, or longer where a host has many; all at once where it is 0.
func (c *course) subscriptions(now time.Time, spread time.Duration) []store.Subscription {
	subs := make([]store.Subscription, 0, len(c.Feeds))
	for _, f := range c.Feeds {
		neighbours := c.neighbours[feed.HostOf(f.URL)]
		first := spread
		if spread > 0 {
			first = max(spread, min(maxStartSpread, time.Duration(neighbours-1)*time.Second))
		}
		subs = append(subs, store.Subscription{
			URL:       f.URL,
			FirstPoll: now.Add(schedule.Jitter(f.URL, first)),
			Schedule:  f.Schedule.String(),
			NextPoll: f.Schedule.NextPoll(schedule.Poll{
				Feed: f.URL, HostFeeds: neighbours, Started: now, Ended: now, MinInterval: c.MinInterval,
			}),
		})
	}
	return subs
}
