package watcher

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"

	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
	"tocsin/watcher/health"
)

// tell logs how a feed is after a poll, and what changed.
func (w *Watcher) tell(ctx context.Context, o *outcome, after store.Feed, news int) {
	log := w.log.With("feed", config.Loggable(after.URL))
	for _, c := range o.changes {
		tellChange(log, o, after, c)
	}
	switch {
	case len(o.changes) > 0:
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

// tellChange logs what operators should know.
func tellChange(log *slog.Logger, o *outcome, after store.Feed, c health.Change) {
	text := c.Text(o.ended, after.Problem)
	switch {
	case c.Ended:
		log.Info(c.Title(), "how", text)
	case c.Condition == health.Silent, c.Condition == health.Stuck:
		log.Warn(c.Title(), "how", text, "advice", advice(c, o.err))
	default:
		log.Error(c.Title(), "how", text, "failures", after.Failures, "advice", advice(c, o.err), "next", after.NextPoll)
	}
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

// advice is what a person can do about a feed that is not well.
func advice(c health.Change, err error) string {
	const look = "see whether it is there in a browser"
	switch c.Condition {
	case health.Gone:
		return "take it out of the list, or give its new address"
	case health.Parked:
		return "take it out of the list, or look for the site's new domain"
	case health.Silent:
		return "see whether the site still publishes, and whether it has another feed now"
	case health.Stuck:
		return "ask the site's operators to mend it, or look for another feed"
	}
	var fe *feed.Error
	if !errors.As(err, &fe) {
		return look
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
	return look
}
