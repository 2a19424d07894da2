package watcher

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"time"

	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
	"tocsin/watcher/schedule"
)

const (
	// claimsPerRequest is how many feeds are claimed for each request that may
	// run at once. Feeds of one host wait for each other; the surplus keeps
	// requests to other hosts going meanwhile.
	claimsPerRequest = 8
	// pollLease covers a request at its time limit for each of the feeds that
	// are claimed at once, should all of them wait for one dead host.
	pollLease = 2 * time.Hour
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

// pollLoop polls feeds as they come due, until ctx ends, and then waits for the
// polls that run.
func (w *Watcher) pollLoop(ctx context.Context) {
	defer w.running.Wait()
	for ctx.Err() == nil {
		wake, err := w.startDue(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			w.log.Error("feeds cannot be claimed", "err", err)
			wake = w.now().Add(storeRest)
		}
		w.sleep(ctx, wake, w.freed)
	}
}

// startDue starts the polls that are due and for which there is room. It
// returns when to look again; the zero time means: when a poll has ended.
func (w *Watcher) startDue(ctx context.Context) (wake time.Time, err error) {
	for {
		room := cap(w.slots) - len(w.slots)
		if room == 0 {
			return time.Time{}, nil
		}
		started, err := w.start(ctx, store.Claim{Holder: w.opts.Holder, Now: w.now(), Lease: pollLease, Limit: room})
		if err != nil {
			return time.Time{}, err
		}
		if started == 0 {
			next, _, err := w.store.NextDue(ctx)
			return next, err
		}
	}
}

// pollRound polls what is due at start, and returns when all of it is polled.
func (w *Watcher) pollRound(ctx context.Context, start time.Time) error {
	defer w.running.Wait()
	for {
		// What comes due while the round runs is for the next one, so Now stays;
		// the lease must count from the real time all the same.
		lease := pollLease + w.now().Sub(start)
		if err := w.waitForRoom(ctx); err != nil {
			return err
		}
		room := cap(w.slots) - len(w.slots)
		started, err := w.start(ctx, store.Claim{Holder: w.opts.Holder, Now: start, Lease: lease, Limit: room})
		if err != nil {
			return err
		}
		if started == 0 || w.tally.storeErr() != nil {
			w.running.Wait()
			return w.tally.storeErr()
		}
	}
}

// waitForRoom returns when at least one more poll may run.
func (w *Watcher) waitForRoom(ctx context.Context) error {
	for len(w.slots) == cap(w.slots) {
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
	feeds, err := w.store.ClaimDueFeeds(ctx, c)
	if err != nil {
		return 0, err
	}
	for _, f := range feeds {
		w.slots <- struct{}{}
		w.running.Go(func() {
			w.poll(ctx, f)
			<-w.slots
			signal(w.freed)
		})
	}
	return len(feeds), nil
}

// poll reads one feed, judges what is new, and commits both.
func (w *Watcher) poll(ctx context.Context, f store.Feed) {
	sub, ok := w.feeds[f.URL]
	if !ok {
		// Another daemon that shares the store knows more feeds than this one.
		// The lease runs out, and that daemon polls it.
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
		rules: w.opts.Rules, routes: w.opts.Routes, feed: sub,
		source: report.Title, window: w.opts.StoryWindow, firstPoll: f.Succeeded.IsZero(), now: now,
	}
	var decided store.Decision
	err = w.store.CommitPoll(ctx, p, func(ctx context.Context, fresh []store.Article, stories store.Stories) (store.Decision, error) {
		d, err := j.decide(ctx, fresh, stories)
		decided, report.New = d, len(fresh)
		return d, err
	})
	if err != nil {
		w.uncommitted(ctx, f.URL, err)
		return
	}
	report.Matched, report.Alerts = len(decided.Reports), len(decided.Alerts)
	w.committed(f, p.Feed, report, decided)
}

// request is what a feed is asked.
func request(f store.Feed, sub config.Feed) feed.Request {
	req := feed.Request{URL: cmp.Or(f.Location, f.URL), Header: sub.Header, ETag: f.ETag, LastModified: f.LastModified}
	if !sameHost(req.URL, f.URL) {
		// The headers may hold credentials, and were given for the old host.
		req.Header = nil
	}
	return req
}

func sameHost(a, b string) bool {
	u, err := url.Parse(a)
	if err != nil {
		return false
	}
	v, err := url.Parse(b)
	return err == nil && u.Host == v.Host
}

// uncommitted notes that a poll came to nothing. The feed is polled again when
// its lease has run out.
func (w *Watcher) uncommitted(ctx context.Context, url string, err error) {
	switch {
	case ctx.Err() != nil:
	case errors.Is(err, store.ErrLeaseLost):
		w.log.Warn("poll took longer than its lease and was dropped", "feed", loggable(url))
	case w.tally.storeFailed(err):
		// Said once: as long as the store is in trouble, every poll is.
		w.log.Error("polls cannot be kept and are repeated later", "err", err)
	}
}

// committed tells everybody what a poll brought.
func (w *Watcher) committed(before, after store.Feed, report PollReport, d store.Decision) {
	if w.tally.storeWorked() {
		w.log.Info("polls can be kept again")
	}
	log := w.log.With("feed", loggable(report.Feed))
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
	if after.Location != before.Location {
		log.Info("feed has moved for good", "to", loggable(after.Location))
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

// afterFailure is a feed after a poll that brought nothing: what was good before is
// kept, validators included.
func afterFailure(f store.Feed, err error, now time.Time) store.Feed {
	f.Polled = now
	f.Failures++
	f.Problem = err.Error()
	var fe *feed.Error
	f.Gone = errors.As(err, &fe) && fe.Problem == feed.Gone
	return f
}

// afterSuccess is a feed after a poll that it answered.
func afterSuccess(f store.Feed, res *feed.Result, now time.Time) store.Feed {
	f.Polled, f.Succeeded = now, now
	f.Failures, f.Problem, f.Gone = 0, "", false
	f.ETag, f.LastModified = res.ETag, res.LastModified
	if res.Moved != "" {
		f.Location = res.Moved
	}
	if f.Location == f.URL {
		f.Location = ""
	}
	if d := res.Document; d != nil {
		f.Title = cmp.Or(d.Title, f.Title)
		f.Problem = d.Degraded
	}
	return f
}

// notBefore is when the server wants to be asked again, whichever way it said
// so.
func notBefore(res *feed.Result, err error) time.Time {
	var fe *feed.Error
	switch {
	case err == nil:
		return res.NotBefore
	case errors.As(err, &fe):
		return fe.NotBefore
	}
	return time.Time{}
}

// articles are a document's entries as the store keeps them.
func articles(feedURL string, d *feed.Document, now time.Time) []store.Article {
	if d == nil {
		return nil
	}
	list := make([]store.Article, 0, len(d.Items))
	for _, it := range d.Items {
		a := store.Article{
			ID:         store.ArticleID(feedURL, it.Key),
			Feed:       feedURL,
			Key:        it.Key,
			URL:        it.Link,
			Title:      cmp.Or(it.Title, "(untitled)"),
			Summary:    it.Summary,
			Body:       it.Content,
			Author:     it.Author,
			Language:   d.Language,
			Categories: it.Categories,
			Published:  it.Published,
			Updated:    it.Updated,
			Seen:       now,
		}
		list = append(list, a)
	}
	return list
}

// sourceName is what a feed is called to people.
func sourceName(sub config.Feed, f store.Feed) string {
	if name := cmp.Or(sub.Title, f.Title); name != "" {
		return name
	}
	if u, err := url.Parse(f.URL); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return f.URL
}

// loggable is an address without what may be secret: the password, and the
// query of which tokens are often a part.
func loggable(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(unreadable address)"
	}
	if u.RawQuery != "" {
		u.RawQuery = "…"
	}
	return u.Redacted()
}

// signal wakes whoever waits on c, or will.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// sleep returns at the time until, on a signal from c, or when ctx ends. The
// zero time never comes.
func (w *Watcher) sleep(ctx context.Context, until time.Time, c <-chan struct{}) {
	var timer <-chan time.Time
	if !until.IsZero() {
		timer = time.After(until.Sub(w.now()))
	}
	select {
	case <-ctx.Done():
	case <-c:
	case <-timer:
	}
}
