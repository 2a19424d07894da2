package main

import (
	"context"
	"time"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/config"
	"tocsin/watcher/slack"
	"tocsin/watcher/web"
)

// counting is what the watcher does in the words of the metrics.
type counting struct{ metrics *web.Metrics }

func newCounting(s *settings) counting {
	commit, goVersion := buildInfo()
	c := counting{web.NewMetrics(web.Build{Version: version, Commit: commit, Go: goVersion})}
	if s.config.Web.FeedMetrics {
		c.metrics.CountFeeds()
	}
	c.metrics.ExpectAnswers(slack.Answers())
	c.expect(s.config, s.rules)
	return c
}

// expect has the counters of a configuration and its rules begin.
func (c counting) expect(conf *config.Config, set *rules.Set) {
	var routes []string
	for _, r := range conf.Routes {
		routes = append(routes, r.Channel) // a route is known by its channel
	}
	var list []web.Match
	for _, r := range set.Rules() {
		if r.Status != rules.Off {
			list = append(list, web.Match{Rule: r.ID, Status: r.Status.String()})
		}
	}
	c.metrics.Expect(list, routes)
	var feeds []string
	for _, f := range conf.Feeds {
		feeds = append(feeds, config.Loggable(f.URL))
	}
	c.metrics.Feeds(feeds)
}

// polled counts a poll.
func (c counting) polled(r watcher.PollReport) {
	p := web.Poll{Feed: config.Loggable(r.Feed), Outcome: web.Read, At: r.At, Articles: r.New}
	switch {
	case r.Failed:
		p.Outcome = web.Unread
	case r.Unchanged:
		p.Outcome = web.Unchanged
	case r.Problem != "":
		p.Outcome = web.Partial
	}
	for _, m := range r.Decided.Matches {
		p.Matches = append(p.Matches, web.Match{Rule: m.Rule, Status: m.Status})
	}
	for _, a := range r.Decided.Alerts {
		if a.Kind != store.AlertFirst {
			continue
		}
		p.Raised = append(p.Raised, a.Route)
	}
	c.metrics.Polled(p)
}

// answered counts a call to Slack.
func (c counting) answered(class string) { c.metrics.Answered(class) }

// attempted counts an attempt at saying an alert.
func (c counting) attempted(r watcher.AttemptReport) {
	a := web.Attempt{Route: r.Route, Outcome: web.Retried, Age: -1}
	switch r.State {
	case store.AlertSent:
		a.Outcome = web.Sent
	case store.AlertFailed:
		a.Outcome = web.GivenUp
	}
	if !r.Published.IsZero() {
		a.Age = r.At.Sub(r.Published)
	}
	c.metrics.Attempted(a)
}

// state is what the metrics show of the daemon when they are read.
func (v *vitals) state(ctx context.Context) web.State {
	s := web.State{Ready: len(v.ready(ctx)) == 0}
	if b, ok := v.backlog(ctx); ok {
		s.Backlog = &web.Backlog{Feeds: b.Feeds, Failing: b.FeedsFailing, Waiting: b.Pending, Lag: b.Lag}
		if !b.OldestPending.IsZero() {
			s.Backlog.Oldest = max(0, time.Since(b.OldestPending))
		}
	}
	return s
}
