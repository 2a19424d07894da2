package main

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/config"
	"tocsin/watcher/slack"
	"tocsin/watcher/web/page"
)

// pageDaemon is what the page sees of the daemon: it says in the page's words what
// the watcher, the store and the configuration know.
type pageDaemon struct {
	db    store.Store
	ready func(ctx context.Context) []string
	poll  func(ctx context.Context, url string) error
	using atomic.Pointer[inUse]

	counts   answer[store.Counts]
	articles answer[map[string]int] // by feed
}

// inUse is what the daemon goes by.
type inUse struct {
	config *config.Config
	rules  *rules.Set
}

// use has the page go by another configuration, or other rules, from now on.
func (d *pageDaemon) use(c *config.Config, set *rules.Set) { d.using.Store(&inUse{c, set}) }

// newPage returns the page of a daemon.
func newPage(log *slog.Logger, d *pageDaemon, a page.Access) http.Handler {
	return page.New(page.Options{Log: log, Store: d.db, Daemon: d, Access: a, Now: time.Now})
}

func (d *pageDaemon) Rules() *rules.Set { return d.using.Load().rules }

func (d *pageDaemon) Ready(ctx context.Context) []string { return d.ready(ctx) }

func (d *pageDaemon) PollNow(ctx context.Context, url string) error { return d.poll(ctx, url) }

// Feeds implements page.Daemon.
func (d *pageDaemon) Feeds(ctx context.Context, counted bool) ([]page.Feed, error) {
	var counts map[string]int
	if counted {
		var err error
		counts, err = d.articles.get(time.Now, func() (map[string]int, error) { return d.db.ArticleCounts(ctx) })
		if err != nil {
			return nil, err
		}
	}
	c := d.using.Load().config
	list, err := feedHealth(ctx, d.db, c.Feeds, counts)
	if err != nil {
		return nil, err
	}
	tags := make(map[string][]string)
	for _, f := range c.Feeds {
		tags[f.URL] = f.Tags
	}
	now := time.Now()
	return each(list, func(h health) page.Feed { return pageFeed(h, tags[h.URL], now) }), nil
}

// pageFeed is how a feed is, for the page.
func pageFeed(h health, tags []string, now time.Time) page.Feed {
	past := watcher.HealthOf(h.Feed)
	f := page.Feed{
		URL: h.URL, Address: oneLine(config.Loggable(h.URL)), Title: cmp.Or(oneLine(h.title), oneLine(config.Loggable(h.URL))), Tags: tags,
		State: page.State(h.stateName()), Words: oneLine(h.Problem), Watched: h.watched, Articles: h.articles,
		Polled: h.Polled, Next: h.NextPoll, Heard: past.Heard, Limit: past.Limit(), Silences: past.Months(now),
	}
	if h.Location != "" {
		f.Moved = oneLine(config.Loggable(h.Location))
	}
	if h.state() == feedQuiet && f.Words == "" {
		f.Words = past.Words(now)
	}
	return f
}

// Counts implements page.Daemon.
func (d *pageDaemon) Counts(ctx context.Context) (store.Counts, error) {
	return d.counts.get(time.Now, func() (store.Counts, error) { return d.db.Counts(ctx) })
}

// Accounts implements page.Daemon.
func (d *pageDaemon) Accounts(ctx context.Context, what string) ([]page.Account, error) {
	u := d.using.Load()
	s := settings{config: u.config, rules: u.rules}
	accounts, err := s.accounts(ctx, d.db, what)
	if err != nil {
		return nil, err
	}
	return each(accounts, pageAccount), nil
}

func pageAccount(a watcher.Account) page.Account {
	return page.Account{
		History: a.History, Source: a.Source, Watched: a.Watched, Baseline: a.Baseline, AsRead: a.AsRead,
		Then: each(a.Then, func(m watcher.PastMatch) page.PastMatch {
			return page.PastMatch{Match: m.Match, Base: m.Base, Spans: m.Spans, Signals: each(m.Signals, func(s slack.Signal) page.Evidence { return page.Evidence(s) })}
		}),
		Rules: each(a.Rules, func(v rules.Verdict) page.Judged {
			return page.Judged{Verdict: v, Standing: page.Standing(watcher.StandingOf(&v))}
		}),
		Changed: each(a.Changed, func(c watcher.Drift) page.Drift { return page.Drift(c) }),
	}
}

// Said implements page.Daemon. An alert of another tocsin says its ID.
func (d *pageDaemon) Said(a store.Alert) page.Said {
	var content slack.Alert
	if err := json.Unmarshal(a.Content, &content); err != nil || content.Title == "" {
		return page.Said{Title: "alert " + a.ID}
	}
	return page.Said{
		Title: content.Title, Source: content.Source, Notice: content.Notice != nil,
		Rules: each(content.Matches, func(m slack.Match) string { return cmp.Or(m.Title, m.Rule) }),
	}
}
