package watcher

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/route"
)

// judge decides what follows from the new articles of one poll of one feed. It
// is pure but for looking stories up, so a store may have it decide again.
type judge struct {
	rules     *rules.Set
	routes    []route.Route
	feed      config.Feed
	source    string        // what the feed is called to people
	window    time.Duration // how long a story takes further reports
	firstPoll bool          // the feed was never read before: its articles are no news
	now       time.Time     // when the poll ran
}

// decide is a store.Judge.
func (j judge) decide(ctx context.Context, fresh []store.Article, stories store.Stories) (store.Decision, error) {
	d := decision{judge: j, telling: telling{stories: stories, window: j.window, now: j.now}}
	for i := range fresh {
		if err := d.article(ctx, &fresh[i]); err != nil {
			return store.Decision{}, err
		}
	}
	return d.Decision, nil
}

// decision is a Decision in the making.
type decision struct {
	store.Decision
	judge
	telling telling
}

// article judges one article.
func (d *decision) article(ctx context.Context, a *store.Article) error {
	seen := ruleArticle(a, d.feed, d.source)
	matches := d.rules.Evaluate(&seen)
	if len(matches) == 0 {
		return nil
	}
	for i := range matches {
		record, err := matchRecord(a.ID, &matches[i])
		if err != nil {
			return err
		}
		d.Matches = append(d.Matches, record)
	}
	s, report, err := d.telling.report(ctx, a.ID, storyArticle(a, seen.Lang, themes(matches)))
	if err != nil {
		return err
	}
	d.Reports = append(d.Reports, report)
	return d.route(a, s, matches)
}

// themes are those of the matches, each once.
func themes(matches []rules.Match) []string {
	var list []string
	for _, m := range matches {
		if !slices.Contains(list, m.Rule.Theme) {
			list = append(list, m.Rule.Theme)
		}
	}
	return list
}

// route gives every match its verdicts, and raises the alerts.
func (d *decision) route(a *store.Article, s *store.Story, matches []rules.Match) error {
	raised := make(map[string][]rules.Match)
	var order []string
	for _, m := range matches {
		to := channels(d.routes, &m, &d.feed)
		if m.Rule.Status != rules.Live {
			d.verdict(a, &m, "", store.Shadow, "")
			continue
		}
		if len(to) == 0 {
			d.verdict(a, &m, "", store.NoRoute, "")
		}
		silent := silence(a, d.feed.MaxAge, d.firstPoll, d.now)
		for _, channel := range to {
			switch {
			case silent != "":
				d.verdict(a, &m, channel, silent, "")
			case slices.Contains(s.Routes, channel):
				d.verdict(a, &m, channel, store.Joined, store.AlertID(s.ID, channel))
			default:
				d.verdict(a, &m, channel, store.Queued, store.AlertID(s.ID, channel))
				if raised[channel] == nil {
					order = append(order, channel)
				}
				raised[channel] = append(raised[channel], m)
			}
		}
	}
	for _, channel := range order {
		if err := d.raise(a, s, channel, raised[channel]); err != nil {
			return err
		}
	}
	return nil
}

// raise makes the alert of a story for a channel. A route is known by its
// channel: two routes that lead to one channel are one to whoever reads there.
func (d *decision) raise(a *store.Article, s *store.Story, channel string, matches []rules.Match) error {
	// The strongest first; rules that are equally strong keep their order.
	slices.SortStableFunc(matches, func(x, y rules.Match) int {
		if x.Severity != y.Severity {
			return int(y.Severity) - int(x.Severity)
		}
		return (y.Score - y.Rule.Threshold) - (x.Score - x.Rule.Threshold)
	})
	id := store.AlertID(s.ID, channel)
	content, err := json.Marshal(alertContent(id, a, d.source, matches))
	if err != nil {
		return err
	}
	s.Routes = append(s.Routes, channel)
	d.Alerts = append(d.Alerts, store.Alert{
		ID:       id,
		Story:    s.ID,
		Route:    channel,
		Channel:  channel,
		Severity: matches[0].Severity.String(),
		Content:  content,
		Created:  d.now,
		State:    store.AlertPending,
	})
	return nil
}

// verdict notes the end of an article for a rule and a route.
func (d *decision) verdict(a *store.Article, m *rules.Match, route string, o store.Outcome, alert string) {
	d.Verdicts = append(d.Verdicts, store.Verdict{
		Article: a.ID, Rule: m.Rule.ID, Route: route, Outcome: o, Alert: alert, At: d.now,
	})
}

// ruleArticle is an article as rules look at it.
func ruleArticle(a *store.Article, f config.Feed, source string) rules.Article {
	lang := a.Language
	if lang == "" {
		lang = f.Language
	}
	return rules.Article{
		ID:         a.ID,
		Title:      a.Title,
		Summary:    a.Summary,
		Body:       a.Body,
		Source:     source,
		URL:        a.URL,
		Author:     a.Author,
		Lang:       lang,
		Tags:       f.Tags,
		Categories: a.Categories,
	}
}

// channels returns where a match is said, each channel once, in the order of the
// routes.
func channels(routes []route.Route, m *rules.Match, f *config.Feed) []string {
	var to []string
	for _, i := range route.Takes(routes, routed(m, f)) {
		to = append(to, routes[i].Channel)
	}
	return to
}

// routed is a match as routes look at it.
func routed(m *rules.Match, f *config.Feed) route.Match {
	return route.Match{Theme: m.Rule.Theme, Severity: m.Severity, Feed: f.URL, Tags: f.Tags}
}
