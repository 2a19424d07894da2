package watcher

import (
	"context"
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
	catchUp   time.Time     // until when what comes after an outage waits for the rest; zero: there was none
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
	return d.route(ctx, a, s, matches)
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
func (d *decision) route(ctx context.Context, a *store.Article, s *store.Story, matches []rules.Match) error {
	muted, err := d.muted(ctx, a, s, matches)
	if err != nil {
		return err
	}
	silent := silence(a, d.feed.MaxAge, d.firstPoll, d.now)
	var rings []*ringing // a channel each
	for _, m := range matches {
		if m.Rule.Status != rules.Live {
			d.verdict(a, &m, "", store.Shadow, "")
			continue
		}
		taking := route.Takes(d.routes, routed(&m, &d.feed))
		if len(taking) == 0 {
			d.verdict(a, &m, "", store.NoRoute, "")
		}
		for _, i := range taking {
			r := &d.routes[i]
			switch {
			case silent != "":
				d.verdict(a, &m, r.Channel, silent, "")
			case muted[m.Rule.ID]:
				d.verdict(a, &m, r.Channel, store.Muted, "")
			default:
				rings = ringOn(rings, m, r)
			}
		}
	}
	for _, r := range rings {
		if err := d.say(ctx, a, s, r); err != nil {
			return err
		}
	}
	return nil
}

// verdicts notes the end of an article for all that rang on a channel.
func (d *decision) verdicts(a *store.Article, r *ringing, o store.Outcome, alert string) {
	for i := range r.matches {
		d.verdict(a, &r.matches[i], r.routes[i].Channel, o, alert)
	}
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

// routed is a match as routes look at it.
func routed(m *rules.Match, f *config.Feed) route.Match {
	return route.Match{Theme: m.Rule.Theme, Severity: m.Severity, Feed: f.URL, Tags: f.Tags}
}
