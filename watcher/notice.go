package watcher

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
	"tocsin/watcher/health"
	"tocsin/watcher/slack"
)

const (
	// lossDays is over how many days it is counted which rules a feed serves.
	lossDays = 90
	// maxLosses is how many of them are named.
	maxLosses = 5
	// operators is the route on which notices are said, whatever its channel.
	operators = "operators"
)

// HealthOf is what a feed's past says of it.
func HealthOf(f store.Feed) health.State {
	var s health.State
	if err := json.Unmarshal(f.Health, &s); err != nil {
		return health.State{} // of another tocsin, or of none yet: it is learnt anew
	}
	return s
}

// examine adds to a poll what it says of the feed's health, and what operators are to
// be told of that.
func (w *Watcher) examine(ctx context.Context, o *outcome, p *store.Poll) error {
	state, changes := HealthOf(o.before).After(healthPoll(o, p))
	record, err := json.Marshal(state)
	if err != nil {
		return err
	}
	p.Feed.Health, o.changes = record, changes
	if o.course.Operators == "" {
		return nil
	}
	for _, c := range changes {
		var a store.Alert
		err := w.insist(ctx, o.until, func() (err error) {
			a, err = w.notice(ctx, o, p.Feed, c)
			return err
		})
		if err != nil {
			return err
		}
		p.Alerts = append(p.Alerts, a)
	}
	return nil
}

// healthPoll is a poll as far as it says something of the feed's health.
func healthPoll(o *outcome, p *store.Poll) health.Poll {
	hp := health.Poll{At: o.ended, Failures: p.Feed.Failures, Before: o.before.Succeeded}
	if o.err != nil {
		hp.Failed = failure(o.err, p.Feed.Gone)
		return hp
	}
	hp.News = len(o.unknown)
	hp.Document = o.res.Document != nil
	// A document without a digest cannot be told from the one before.
	hp.Whole = p.Feed.Problem == "" && o.before.Digest != ""
	for _, a := range p.Articles {
		if date := published(&a); !date.IsZero() {
			hp.Dates = append(hp.Dates, date)
		}
	}
	return hp
}

// failure is what a failed poll says of a feed.
func failure(err error, gone bool) health.Condition {
	var fe *feed.Error
	errors.As(err, &fe)
	switch {
	case gone:
		return health.Gone
	case fe != nil && fe.Problem == feed.NotAFeed:
		return health.NoFeed
	case fe != nil && fe.Problem == feed.Parked:
		return health.Parked
	}
	return health.Failing
}

// notice is the alert that tells operators of a change.
func (w *Watcher) notice(ctx context.Context, o *outcome, f store.Feed, c health.Change) (store.Alert, error) {
	story := store.NoticeID(f.URL, fmt.Sprintf("%s %t %d", c.Condition, c.Ended, c.Since.Unix()))
	id := store.AlertID(story, operators)
	n := &slack.Notice{
		Title: c.Title(), Feed: sourceName(o.sub, f), Address: config.Loggable(cmp.Or(f.Location, f.URL)),
		Text: c.Text(o.ended, f.Problem), Ended: c.Ended, At: o.ended,
	}
	severity := "info"
	if !c.Ended {
		severity = "medium"
		n.Advice = advice(c, o.err)
		if err := w.addLosses(ctx, n, f.URL, o.ended); err != nil {
			return store.Alert{}, err
		}
	}
	content, err := json.Marshal(slack.Alert{Key: id, Severity: severity, Title: n.Title + ": " + n.Feed, Notice: n})
	return store.Alert{
		ID: id, Story: story, Route: operators, Channel: o.course.Operators, Severity: severity,
		Content: content, Created: o.ended, State: store.AlertPending,
	}, err
}

// addLosses says which rules lose a source.
func (w *Watcher) addLosses(ctx context.Context, n *slack.Notice, url string, now time.Time) error {
	counts, err := w.store.RulesOf(ctx, url, now.AddDate(0, 0, -lossDays), maxLosses)
	if err != nil {
		return err
	}
	n.Days = lossDays
	for _, c := range counts {
		n.Rules = append(n.Rules, slack.RuleCount{Rule: c.Rule, Articles: c.Articles})
	}
	return nil
}
