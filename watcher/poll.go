package watcher

import (
	"context"
	"errors"
	"time"

	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
	"tocsin/watcher/health"
	"tocsin/watcher/schedule"
)

// PollReport is how one poll of one feed ended.
type PollReport struct {
	Feed      string // its URL
	Title     string
	Unchanged bool
	Pushed    bool           // a hub brought it: nobody was asked
	Failed    bool           // nothing could be read
	New       int            // articles not seen before
	Matched   int            // of these: articles that rules matched
	Alerts    int            // raised
	Decided   store.Decision // about the new articles
	At        time.Time      // when it ended
	Problem   string         // one line: why the feed could not be read, or only in part; "" when all is well
}

// poll reads one feed, judges what is new, and commits both, all by one plan. idle
// is called when it begins to wait for others, and needs no slot any more.
func (w *Watcher) poll(ctx context.Context, c *course, f store.Feed, idle func()) {
	sub, ok := c.feeds[f.URL]
	if !ok {
		// Another daemon on the store has other feeds than this one. The lease
		// runs out.
		w.log.Warn("a feed in the store is not in the configuration", "feed", config.Loggable(f.URL))
		return
	}
	o := outcome{course: c, before: f, sub: sub, started: w.now()}
	o.until, o.push = w.endOf(&o), w.pushOf(ctx, f.URL)
	req := request(f, sub, o.started)
	req.Waiting = idle
	o.res, o.err = w.reader.Read(ctx, req, o.started)
	if ctx.Err() != nil {
		return // the lease is given back on leaving
	}
	o.ended = w.now()
	p := store.Poll{Holder: w.opts.Holder}
	if o.err == nil {
		p.Articles = articles(f.URL, o.res.Document, o.ended)
	}
	if err := w.compare(ctx, &o, &p); err != nil {
		w.uncommitted(ctx, f.URL, err)
		return
	}
	if sub.FullText && len(o.unknown) > 0 {
		idle()
		w.readPages(ctx, &o, p.Articles)
		if ctx.Err() != nil {
			return
		}
	}
	if _, err := w.commit(ctx, &o, p); err == nil {
		w.seeHub(ctx, &o)
	}
}

// compare finds what a poll brought that was not known, and what that says of the
// feed and of its hub.
func (w *Watcher) compare(ctx context.Context, o *outcome, p *store.Poll) error {
	if err := w.findUnknown(ctx, o, p.Articles); err != nil {
		return err
	}
	w.seeMissed(ctx, o)
	p.Feed = w.after(o)
	return w.examine(ctx, o, p)
}

// findUnknown finds which of a feed's articles were not known.
func (w *Watcher) findUnknown(ctx context.Context, o *outcome, articles []store.Article) error {
	if len(articles) == 0 {
		return nil
	}
	ids := make([]string, len(articles))
	for i := range articles {
		ids[i] = articles[i].ID
	}
	return w.insist(ctx, o.until, func() (err error) {
		o.unknown, err = w.store.Unknown(ctx, o.before.URL, ids)
		return err
	})
}

// outcome is how the reading of one feed ended.
type outcome struct {
	course         *course // by which it is polled
	before         store.Feed
	sub            config.Feed
	started, ended time.Time
	until          time.Time // when the lease ends, or soon before
	res            *feed.Result
	err            error           // then there is no res
	unknown        []string        // the IDs of articles that were not known
	changes        []health.Change // of the feed's health
	push           store.Push      // the feed's; zero for none
	pushed         bool            // a hub brought it
}

// endOf is until when a daemon tries to commit what it began right after the claim.
func (w *Watcher) endOf(o *outcome) time.Time { return o.started.Add(w.lease() - insistMargin) }

// firstPoll reports whether the feed was never read before.
func (o *outcome) firstPoll() bool { return o.before.Begun.IsZero() }

// after is the feed after the poll.
func (w *Watcher) after(o *outcome) store.Feed {
	var f store.Feed
	if o.err != nil {
		f = afterFailure(o.before, o.err, o.ended)
	} else {
		f = afterSuccess(o.before, o.res, o.ended)
	}
	f.NextPoll = o.next(o.course, f)
	return f
}

// next is when a plan has the feed polled after this poll, by which it is f.
func (o *outcome) next(c *course, f store.Feed) time.Time {
	return c.feeds[f.URL].Schedule.NextPoll(schedule.Poll{
		Feed: f.URL, HostFeeds: c.neighbours[feed.HostOf(f.URL)],
		Started: o.started, Ended: o.ended, MinInterval: c.MinInterval,
		NotBefore: wish(f, o.res, o.err, o.ended),
		Failures:  f.Failures, Throttled: throttled(o.err),
		Skip:        schedule.Skip{Hours: f.SkipHours, Days: f.SkipDays},
		PushedUntil: pushedUntil(o.push),
	})
}

// commit judges the new articles of a poll and commits all of it. It returns how
// many were new; an error is told already.
func (w *Watcher) commit(ctx context.Context, o *outcome, p store.Poll) (news int, err error) {
	report := PollReport{
		Feed: p.Feed.URL, Title: sourceName(o.sub, p.Feed), Problem: p.Feed.Problem,
		Failed: o.err != nil, Unchanged: o.err == nil && o.res.Unchanged, Pushed: o.pushed, At: o.ended,
	}
	j := judge{
		rules: o.course.Rules, routes: o.course.Routes, feed: o.sub,
		source: report.Title, window: o.course.StoryWindow, firstPoll: o.firstPoll(), catchUp: w.catchUp(o), now: o.ended,
	}
	var decided store.Decision
	err = w.insist(ctx, o.until, func() error {
		return w.store.CommitPoll(ctx, p, func(ctx context.Context, fresh []store.Article, stories store.Stories) (store.Decision, error) {
			d, err := j.decide(ctx, fresh, stories)
			decided, report.New = d, len(fresh)
			return d, err
		})
	})
	if err != nil {
		w.uncommitted(ctx, p.Feed.URL, err)
		return 0, err
	}
	report.Matched, report.Alerts, report.Decided = len(decided.Reports), raised(decided)+len(p.Alerts), decided
	if w.tally.storeWorked() {
		w.log.Info("the store works again")
	}
	w.tell(ctx, o, p.Feed, report.New)
	w.follow(ctx, o, p.Feed)
	w.committed(report)
	return report.New, nil
}

// raised is how many alerts a decision raises, those in threads not counted.
func raised(d store.Decision) (n int) {
	for _, a := range d.Alerts {
		if a.Kind == store.AlertFirst {
			n++
		}
	}
	return n
}

// uncommitted notes that a poll came to nothing. The feed is polled again when
// its lease has run out, which is soon where a daemon has tried for as long.
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
func (w *Watcher) committed(report PollReport) {
	for _, m := range report.Decided.Matches {
		w.log.Info("match", "feed", config.Loggable(report.Feed),
			"article", m.Article, "rule", m.Rule, "score", m.Score, "threshold", m.Threshold, "status", m.Status)
	}
	w.tally.polled(report)
	if w.opts.Polled != nil {
		w.opts.Polled(report)
	}
	if report.Alerts+len(report.Decided.Alerts) > 0 {
		signal(w.rang)
	}
}
