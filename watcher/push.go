package watcher

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"time"

	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/websub"
)

// Push is what feeds are subscribed with at the hubs that they name.
type Push struct {
	Store store.Pushes
	Hubs  Hubs
	// Callback is what the addresses begin with at which hubs find the Subscriber; a
	// token follows. It ends in a slash.
	Callback string
	// MaxBody is how many bytes a document may have after decompression.
	MaxBody int64
}

// Hubs asks hubs; feed.Reader is the real one. An error that knows when the hub
// wants to be asked again is a *feed.Error.
type Hubs interface {
	PostForm(ctx context.Context, hub string, form url.Values, now time.Time) error
}

const (
	// proof is how many deliveries with news a hub has to bring in a row, of which
	// polls found none before it, until its feed is polled less often.
	proof = 3
	// hubRest is how long a feed keeps the hub and topic that it named: servers of one
	// feed do not always agree.
	hubRest = 24 * time.Hour
)

// pushOf is the push of a feed, zero for none.
func (w *Watcher) pushOf(ctx context.Context, feedURL string) store.Push {
	if w.opts.Push == nil {
		return store.Push{}
	}
	p, err := w.opts.Push.Store.PushOf(ctx, feedURL)
	if err != nil && !errors.Is(err, store.ErrNotFound) && ctx.Err() == nil {
		w.log.Warn("a feed's hub cannot be looked up; it is polled as if it had none", "feed", config.Loggable(feedURL), "err", err)
	}
	return p
}

// pushedUntil is until when a hub that has proven itself brings a feed's news; the
// zero time when none does.
func pushedUntil(p store.Push) time.Time {
	if p.State != store.PushVerified || p.Streak < proof {
		return time.Time{}
	}
	return p.LeaseEnd
}

// seeMissed notes when a poll found what the hub did not bring. Then the hub has to
// prove itself anew.
func (w *Watcher) seeMissed(ctx context.Context, o *outcome) {
	if o.push.Streak == 0 || len(o.unknown) == 0 {
		return
	}
	log := w.log.With("feed", config.Loggable(o.before.URL))
	log.Info("a poll found what the hub did not bring; the feed is polled as it was", "articles", len(o.unknown))
	o.push.Streak = 0
	if err := w.opts.Push.Store.PushMissed(ctx, o.before.URL); err != nil && ctx.Err() == nil {
		log.Warn("that the hub missed something cannot be kept", "err", err)
	}
}

// seeHub subscribes a feed at the hub that its document names, or ends that where
// it names none any more. A damaged document may have named one.
func (w *Watcher) seeHub(ctx context.Context, o *outcome) {
	if w.opts.Push == nil || o.err != nil || o.res.Document == nil || o.res.Document.Degraded != "" {
		return
	}
	hub, topic := websub.Discover(websub.Document{
		URL: o.res.From, Links: o.res.Links, Hubs: o.res.Document.Hubs, Self: o.res.Document.Self,
	})
	if hub == o.push.Hub && topic == o.push.Topic || o.push.Token != "" && o.ended.Sub(o.push.Found) < hubRest {
		return
	}
	log := w.log.With("feed", config.Loggable(o.before.URL))
	pushes := w.opts.Push.Store
	var err error
	if hub == "" {
		log.Info("feed names no hub any more")
		err = pushes.EndPush(ctx, o.before.URL, o.ended)
	} else {
		log.Info("feed names a hub", "hub", config.Loggable(hub))
		err = pushes.FoundHub(ctx, store.Push{
			Token: rand.Text(), Feed: o.before.URL, Hub: hub, Topic: topic, Secret: rand.Text(),
			Callback: w.opts.Push.Callback, Found: o.ended,
		})
	}
	if err != nil && ctx.Err() == nil {
		log.Warn("the feed's hub cannot be kept", "err", err)
	}
	signal(w.hubs)
}
