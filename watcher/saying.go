package watcher

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/route"
	"tocsin/watcher/slack"
	"tocsin/watcher/story"
)

// ringing is what rang of an article on a channel.
type ringing struct {
	matches []rules.Match
	routes  []*route.Route // of each match
}

// ringOn adds a match to those of its route's channel.
func ringOn(rings []*ringing, m rules.Match, r *route.Route) []*ringing {
	i := slices.IndexFunc(rings, func(x *ringing) bool { return x.routes[0].Channel == r.Channel })
	if i < 0 {
		i, rings = len(rings), append(rings, new(ringing))
	}
	rings[i].matches, rings[i].routes = append(rings[i].matches, m), append(rings[i].routes, r)
	return rings
}

// severity is that of the strongest match.
func (r *ringing) severity() (top rules.Severity) {
	for _, m := range r.matches {
		top = max(top, m.Severity)
	}
	return top
}

// due is when the first of the routes would say it, and whom they mention. Nobody
// waits for further reports of a story that was told before.
func (r *ringing) due(now time.Time, told bool) (first route.Due, mention string) {
	for i, m := range r.matches {
		way := *r.routes[i]
		if told {
			way.Hold = 0
		}
		due := way.Due(now, m.Severity)
		if i == 0 || due.At.Before(first.At) {
			first = due
		}
		if mention == "" {
			mention = way.Mention
		}
	}
	return first, mention
}

// say decides how what rang on a channel is said: in a message of its own where its
// story is new there or more severe than before, else in the thread. A route is
// known by its channel: two routes that lead to one channel are one to whoever reads
// there.
func (d *decision) say(ctx context.Context, a *store.Article, s *store.Story, r *ringing) error {
	channel, top := r.routes[0].Channel, r.severity()
	i := slices.IndexFunc(s.Raised, func(x store.Raised) bool { return x.Route == channel })
	if i < 0 {
		return d.begin(ctx, a, s, r)
	}
	before := s.Raised[i]
	switch was, _ := rules.ParseSeverity(before.Severity); {
	case before.State == store.AlertMuted:
		// The story was silenced before it was told, and is not any more.
		return d.raise(ctx, a, s, r, store.AlertID(s.ID, channel, "after", a.ID), nil)
	case top > was:
		return d.raise(ctx, a, s, r, store.AlertID(s.ID, channel, top.String()), &before)
	case d.telling.how == story.Duplicate:
		d.verdicts(a, r, store.Joined, before.Alert)
		return nil
	}
	return d.reply(a, s, r, &before)
}

// begin tells a story on a channel where it is new. A twin that is stronger mutes it:
// it is told in the thread of that. One that is weaker and waits is muted by it.
func (d *decision) begin(ctx context.Context, a *store.Article, s *store.Story, r *ringing) error {
	channel, top := r.routes[0].Channel, r.severity()
	id := store.AlertID(s.ID, channel)
	twin := d.telling.twin()
	if twin == nil {
		return d.raise(ctx, a, s, r, id, nil)
	}
	i := slices.IndexFunc(twin.Raised, func(x store.Raised) bool { return x.Route == channel })
	if i < 0 {
		return d.raise(ctx, a, s, r, id, nil)
	}
	other := twin.Raised[i]
	switch its, _ := rules.ParseSeverity(other.Severity); {
	case its > top && other.State != store.AlertFailed && other.State != store.AlertMuted:
		s.Raised = append(slices.Clip(s.Raised), store.Raised{Route: channel, Alert: other.Alert, Severity: top.String(), State: other.State, Due: other.Due})
		return d.reply(a, s, r, &other)
	case its < top && other.State == store.AlertWaiting:
		d.Muted = append(d.Muted, store.Muting{Alert: other.Alert, By: id})
	}
	return d.raise(ctx, a, s, r, id, nil)
}

// reply makes the alert of a further report, for the thread of the message that
// told its story.
func (d *decision) reply(a *store.Article, s *store.Story, r *ringing, before *store.Raised) error {
	channel := before.Route
	id := store.AlertID(s.ID, channel, "report", a.ID)
	content, err := json.Marshal(slack.Alert{Key: id, Severity: r.severity().String(), Title: a.Title, Published: a.Published, Report: reportOf(a, d.source)})
	if err != nil {
		return err
	}
	alert := store.Alert{
		ID: id, Story: s.ID, Route: channel, Channel: channel, Severity: r.severity().String(), Content: content,
		Created: d.now, Kind: store.AlertReply, Follows: before.Alert, State: store.AlertPending,
	}
	if before.State == store.AlertWaiting {
		alert.State, alert.Due = store.AlertWaiting, before.Due
	}
	d.Alerts = append(d.Alerts, alert)
	d.verdicts(a, r, store.Queued, id)
	return nil
}

// raise makes the alert of a story for a channel. before is the story's last one
// there, which was less severe; nil for none.
func (d *decision) raise(ctx context.Context, a *store.Article, s *store.Story, r *ringing, id string, before *store.Raised) error {
	channel := r.routes[0].Channel
	due, mention := r.due(d.now, before != nil)
	content := alertContent(id, a, d.source, sorted(r.matches))
	content.Feed, content.Mention, content.Occasion = store.FeedID(a.Feed), mention, occasion(due)
	alert := store.Alert{
		ID: id, Story: s.ID, Route: channel, Channel: channel, Severity: content.Severity,
		Created: d.now, State: store.AlertPending,
	}
	if d.catchUp.After(due.At) {
		due = route.Due{At: d.catchUp, Together: true}
		content.Occasion = catchUp
	}
	if due.At.After(d.now) {
		alert.State, alert.Due, alert.Together = store.AlertWaiting, due.At, due.Together
	}
	if err := d.link(ctx, &alert, &content, before); err != nil {
		return err
	}
	var err error
	if alert.Content, err = json.Marshal(content); err != nil {
		return err
	}
	if before != nil && before.State == store.AlertWaiting {
		// Nobody needs the weaker one any more.
		d.Muted = append(d.Muted, store.Muting{Alert: before.Alert, By: id})
	}
	s.Raised = slices.DeleteFunc(slices.Clone(s.Raised), func(x store.Raised) bool { return x.Route == channel })
	s.Raised = append(s.Raised, store.Raised{Route: channel, Alert: id, Severity: alert.Severity, State: alert.State, Due: alert.Due})
	d.Alerts = append(d.Alerts, alert)
	d.verdicts(a, r, store.Queued, id)
	return nil
}

// link has an alert lead back to the one of its story that was less severe, or to
// that of an earlier story which it follows up on.
func (d *decision) link(ctx context.Context, alert *store.Alert, content *slack.Alert, before *store.Raised) error {
	if before != nil {
		alert.Follows, content.Earlier = before.Alert, &slack.Earlier{Severity: before.Severity}
		return nil
	}
	past, err := d.telling.earlier(ctx)
	if err != nil || past == nil {
		return err
	}
	if i := slices.IndexFunc(past.Raised, func(x store.Raised) bool { return x.Route == alert.Route }); i >= 0 {
		alert.Follows, content.Earlier = past.Raised[i].Alert, &slack.Earlier{}
	}
	return nil
}

// catchUp is the occasion of what comes after an outage.
const catchUp = "Catch-up"

// occasion says why an alert is said with others; "" where it is not.
func occasion(d route.Due) string {
	switch {
	case d.Quiet != "":
		return "After " + d.Quiet
	case d.Digest:
		return "Digest"
	}
	return ""
}

// sorted is the matches, the strongest first; rules that are equally strong keep
// their order.
func sorted(matches []rules.Match) []rules.Match {
	matches = slices.Clone(matches)
	slices.SortStableFunc(matches, func(x, y rules.Match) int {
		if x.Severity != y.Severity {
			return int(y.Severity) - int(x.Severity)
		}
		return (y.Score - y.Rule.Threshold) - (x.Score - x.Rule.Threshold)
	})
	return matches
}
