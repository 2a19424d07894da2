package watcher

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
)

// patience is after how many failures in a row somebody is told that a feed needs
// a look, with what may help.
const patience = 5

// tell logs how a feed is after a poll, and what changed.
func (w *Watcher) tell(ctx context.Context, o *outcome, after store.Feed, news int) {
	log := w.log.With("feed", config.Loggable(after.URL))
	switch {
	case after.Gone:
		log.Error("feed is gone for good and is polled no more; take it out of the list, or give its new address", "reason", after.Problem)
	case after.Failures == patience:
		log.Error("feed keeps failing and needs a look; it is polled ever less often", "reason", after.Problem, "failures", after.Failures,
			"advice", advice(o.err), "next", after.NextPoll)
	case after.Failures > 0:
		log.Warn("feed cannot be read", "reason", after.Problem, "failures", after.Failures, "next", after.NextPoll)
	case after.Problem != "":
		log.Warn("feed was read in part", "reason", after.Problem)
	case o.before.Failures > 0:
		log.Info("feed answers again", "failures", o.before.Failures)
	}
	switch {
	case after.Location == o.before.Location:
	case after.Location != "":
		log.Info("feed has moved for good", "to", config.Loggable(after.Location))
		w.tellTwins(ctx, after)
	default:
		log.Info("feed is asked at its own address again", "not", config.Loggable(o.before.Location))
	}
	log.Debug("polled", "new", news, "unchanged", o.err == nil && o.res.Unchanged, "next", after.NextPoll)
}

// tellTwins warns of feeds that are read where f has moved to: their articles come
// twice.
func (w *Watcher) tellTwins(ctx context.Context, f store.Feed) {
	all, err := w.store.Feeds(ctx)
	if err != nil {
		w.log.Warn("feeds cannot be compared", "err", err)
		return
	}
	for _, other := range all {
		if other.URL == f.URL || cmp.Or(other.Location, other.URL) != f.Location {
			continue
		}
		// Where both move at once, each finds the other.
		pair := [2]string{min(f.URL, other.URL), max(f.URL, other.URL)}
		if _, known := w.twins.LoadOrStore(pair, true); !known {
			w.log.Warn("two feeds have one address now; keep one of them", "feed", config.Loggable(f.URL),
				"other", config.Loggable(other.URL), "address", config.Loggable(f.Location))
		}
	}
}

// advice is what a person can do about a feed that keeps failing.
func advice(err error) string {
	var fe *feed.Error
	if !errors.As(err, &fe) {
		return "see whether it is there in a browser"
	}
	switch {
	case fe.Problem == feed.BotWall:
		return "ask the site's operators to let feed readers in, or look for another feed"
	case fe.Code == http.StatusUnauthorized, fe.Code == http.StatusForbidden:
		return "give it credentials in its headers, or ask the site's operators"
	case fe.Code == http.StatusNotFound, fe.Problem == feed.NotAFeed:
		return "look for its new address on the site"
	case fe.Code == http.StatusTooManyRequests:
		return "give it a slower schedule"
	case fe.Problem == feed.Forbidden:
		return "change its address, or permit it with fetch.allow_private"
	}
	return "see whether it is there in a browser"
}
