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
	"tocsin/watcher/slack"
)

// pastPoll is what a poll brought that was new, as the archive has it.
type pastPoll struct {
	feed     *pastFeed
	at       time.Time // when it ran
	articles []store.Article
}

// pastFeed is a feed of the archive as it is today.
type pastFeed struct {
	config.Feed
	source string    // what it is called to people
	begun  time.Time // when its first poll ran, which brought its baseline
}

// replay judges polls again, with its own rules and its own stories, as the
// daemon would have with these rules.
type replay struct {
	rules   *rules.Set
	routes  []route.Route
	stories *storybook

	rings []ring
	byID  map[string]int // the ring of an alert
	said  map[place]int  // the ring that says an article on a channel
}

// place is an article on a channel.
type place struct{ channel, article string }

// ring is an alert that a replay raised.
type ring struct {
	id       string // the alert's
	story    string
	channel  string
	severity rules.Severity
	at       time.Time
	rule     string   // the strongest of those that raised it
	reports  []string // the IDs of all articles that it says, the first one included
	feed     *pastFeed
	article  store.Article // that raised it; without its texts once it is explained

	// Why it differs from what another replay said of its article: the rule that
	// makes the difference, and what of it. Both are empty where it does not.
	blamed  string
	because []string
}

func newReplay(set *rules.Set, routes []route.Route, window time.Duration) *replay {
	return &replay{
		rules: set, routes: routes, stories: newStorybook(window),
		byID: make(map[string]int), said: make(map[place]int),
	}
}

// poll judges one poll.
func (r *replay) poll(ctx context.Context, p *pastPoll) error {
	j := judge{
		rules: r.rules, routes: r.routes, feed: p.feed.Feed, source: p.feed.source,
		window: r.stories.window, firstPoll: p.at.Equal(p.feed.begun), now: p.at,
	}
	d, err := j.decide(ctx, p.articles, r.stories)
	if err != nil {
		return err
	}
	r.stories.keep(d, p.at)
	return r.note(p, d)
}

// note keeps what was decided of alerts.
func (r *replay) note(p *pastPoll, d store.Decision) error {
	for _, a := range d.Alerts {
		if a.Kind == store.AlertReply {
			r.byID[a.ID] = r.byID[a.Follows]
			continue
		}
		var said slack.Alert
		if err := json.Unmarshal(a.Content, &said); err != nil {
			return err
		}
		severity, _ := rules.ParseSeverity(a.Severity)
		r.byID[a.ID] = len(r.rings)
		r.rings = append(r.rings, ring{
			id: a.ID, story: a.Story, channel: a.Channel, severity: severity, at: a.Created,
			rule: said.Matches[0].Rule, feed: p.feed,
		})
	}
	for _, v := range d.Verdicts {
		if v.Alert == "" {
			continue
		}
		i, at := r.byID[v.Alert], place{v.Route, v.Article}
		if _, known := r.said[at]; known {
			continue // by another rule
		}
		r.said[at] = i
		if g := &r.rings[i]; len(g.reports) == 0 {
			g.article = p.article(v.Article)
		}
		r.rings[i].reports = append(r.rings[i].reports, v.Article)
	}
	return nil
}

// article is that of the poll with the ID.
func (p *pastPoll) article(id string) store.Article {
	i := slices.IndexFunc(p.articles, func(a store.Article) bool { return a.ID == id })
	return p.articles[i]
}

// verdict is what the replay's rule of that name says of the article of a ring;
// nil where it has no such rule.
func (r *replay) verdict(g *ring, rule string) *rules.Verdict {
	seen := ruleArticle(&g.article, g.feed.Feed, g.feed.source)
	verdicts := r.rules.Explain(&seen)
	i := slices.IndexFunc(verdicts, func(v rules.Verdict) bool { return v.Rule.ID == rule })
	if i < 0 {
		return nil
	}
	return &verdicts[i]
}
