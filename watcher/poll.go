package watcher

import (
	"context"
	"errors"

	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/schedule"
)

// PollReport is how one poll of one feed ended.
type PollReport struct {
	Feed      string // its URL
	Title     string
	Unchanged bool
	Failed    bool   // nothing could be read
	New       int    // articles not seen before
	Matched   int    // of these: articles that rules matched
	Alerts    int    // raised
	Problem   string // one line: why the feed could not be read, or only in part; "" when all is well
}

// poll reads one feed, judges what is new, and commits both.
func (w *Watcher) poll(ctx context.Context, f store.Feed) {
	sub, ok := w.feeds[f.URL]
	if !ok {
		// Another daemon on the store has other feeds than this one. The lease
		// runs out.
		w.log.Warn("a feed in the store is not in the configuration", "feed", config.Loggable(f.URL))
		return
	}
	started := w.now()
	res, err := w.reader.Read(ctx, request(f, sub), started)
	if ctx.Err() != nil {
		return // the lease is given back on leaving
	}
	now := w.now()
	p := store.Poll{Holder: w.opts.Holder}
	report := PollReport{Feed: f.URL}
	if err != nil {
		p.Feed = afterFailure(f, err, now)
		report.Failed = true
	} else {
		p.Feed = afterSuccess(f, res, now)
		p.Articles = articles(f.URL, res.Document, now)
		report.Unchanged = res.Unchanged
	}
	p.Feed.NextPoll = sub.Schedule.NextPoll(schedule.Poll{
		Feed: f.URL, Started: started, Ended: now, MinInterval: w.opts.MinInterval,
		NotBefore: notBefore(res, err), Failures: p.Feed.Failures,
	})
	report.Title = sourceName(sub, p.Feed)
	report.Problem = p.Feed.Problem

	j := judge{
		rules: w.rules.Load(), routes: w.opts.Routes, feed: sub,
		source: report.Title, window: w.opts.StoryWindow, firstPoll: f.Begun.IsZero(), now: now,
	}
	var decided store.Decision
	err = w.insist(ctx, commitFor, func() error {
		return w.store.CommitPoll(ctx, p, func(ctx context.Context, fresh []store.Article, stories store.Stories) (store.Decision, error) {
			d, err := j.decide(ctx, fresh, stories)
			decided, report.New = d, len(fresh)
			return d, err
		})
	})
	if err != nil {
		w.uncommitted(ctx, f.URL, err)
		return
	}
	report.Matched, report.Alerts = len(decided.Reports), len(decided.Alerts)
	w.committed(f, p.Feed, report, decided)
}

// uncommitted notes that a poll came to nothing. The feed is polled again when
// its lease has run out.
func (w *Watcher) uncommitted(ctx context.Context, url string, err error) {
	switch {
	case ctx.Err() != nil:
	case errors.Is(err, store.ErrLeaseLost):
		w.log.Warn("poll took longer than its lease and was dropped", "feed", config.Loggable(url))
	case w.tally.storeFailed(err):
		// Said once: as long as the store is in trouble, every poll is.
		w.log.Error("the store fails; polls are repeated later", "err", err)
	}
}

// committed tells everybody what a poll brought.
func (w *Watcher) committed(before, after store.Feed, report PollReport, d store.Decision) {
	if w.tally.storeWorked() {
		w.log.Info("the store works again")
	}
	log := w.log.With("feed", config.Loggable(report.Feed))
	switch {
	case after.Gone:
		log.Warn("feed is gone for good and is polled no more", "reason", after.Problem)
	case after.Failures > 0:
		log.Warn("feed cannot be read", "reason", after.Problem, "failures", after.Failures, "next", after.NextPoll)
	case after.Problem != "":
		log.Warn("feed was read in part", "reason", after.Problem)
	case before.Failures > 0:
		log.Info("feed answers again", "failures", before.Failures)
	}
	switch {
	case after.Location == before.Location:
	case after.Location != "":
		log.Info("feed has moved for good", "to", config.Loggable(after.Location))
	default:
		log.Info("feed is asked at its own address again", "not", config.Loggable(before.Location))
	}
	log.Debug("polled", "new", report.New, "unchanged", report.Unchanged, "next", after.NextPoll)
	for _, m := range d.Matches {
		log.Info("match", "article", m.Article, "rule", m.Rule, "score", m.Score, "threshold", m.Threshold, "status", m.Status)
	}
	w.tally.polled(report)
	if w.opts.Polled != nil {
		w.opts.Polled(report)
	}
	if len(d.Alerts) > 0 {
		signal(w.rang)
	}
}
