package watcher

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/story"
)

// comparison is a backtest that runs.
type comparison struct {
	archive Archive
	opts    BacktestOptions
	watched map[string]config.Feed // by URL
	feeds   map[string]*pastFeed   // by URL, those met so far; nil for one that is not watched
	counted map[string]bool        // the feeds with articles that count
	before  *replay
	now     *replay

	polls   []pastPoll // read and not yet judged
	pending int        // articles of these
	result  Backtest
}

func newComparison(archive Archive, o BacktestOptions) *comparison {
	c := &comparison{
		archive: archive,
		opts:    o,
		watched: make(map[string]config.Feed, len(o.Feeds)),
		feeds:   make(map[string]*pastFeed),
		counted: make(map[string]bool),
		before:  newReplay(o.Before, o.Routes, o.StoryWindow),
		now:     newReplay(o.Now, o.Routes, o.StoryWindow),
	}
	for _, f := range o.Feeds {
		c.watched[f.URL] = f
	}
	return c
}

// run reads the archive, judges it and compares.
func (c *comparison) run(ctx context.Context) error {
	from := c.opts.Since
	if !from.IsZero() {
		from = from.Add(-max(c.opts.StoryWindow, story.Horizon))
	}
	for a, err := range c.archive.Articles(ctx, from) {
		if err == nil {
			err = c.add(ctx, a)
		}
		if err != nil {
			return err
		}
	}
	if err := c.judge(ctx); err != nil {
		return err
	}
	c.compare()
	return nil
}

// batch is how many articles are read before they are judged.
const batch = 1000

// add takes the next article of the archive.
func (c *comparison) add(ctx context.Context, a store.Article) error {
	f, err := c.feed(ctx, a.Feed)
	if err != nil {
		return err
	}
	c.count(&a, f != nil)
	if f == nil {
		return nil
	}
	n := len(c.polls)
	if n == 0 || c.polls[n-1].feed != f || !c.polls[n-1].at.Equal(a.Seen) {
		// Another poll begins: those before it are whole.
		if c.pending >= batch {
			if err := c.judge(ctx); err != nil {
				return err
			}
		}
		c.polls = append(c.polls, pastPoll{feed: f, at: a.Seen})
		n = len(c.polls)
	}
	c.polls[n-1].articles = append(c.polls[n-1].articles, a)
	c.pending++
	return nil
}

// feed returns what is known of a feed; nil for one that is not watched.
func (c *comparison) feed(ctx context.Context, url string) (*pastFeed, error) {
	if f, met := c.feeds[url]; met {
		return f, nil
	}
	c.feeds[url] = nil
	if sub, ok := c.watched[url]; ok {
		row, err := c.archive.Feed(ctx, url)
		if err != nil {
			return nil, err
		}
		c.feeds[url] = &pastFeed{Feed: sub, source: sourceName(sub, row), begun: row.Begun}
	}
	return c.feeds[url], nil
}

// count counts an article that was seen in the time asked about.
func (c *comparison) count(a *store.Article, judged bool) {
	if a.Seen.Before(c.opts.Since) {
		return
	}
	r := &c.result
	first := !c.counted[a.Feed]
	c.counted[a.Feed] = true
	if !judged {
		r.LeftOut++
		if first {
			r.LeftOutFeeds++
		}
		return
	}
	r.Articles++
	if first {
		r.Feeds++
	}
	if r.From.IsZero() || a.Seen.Before(r.From) {
		r.From = a.Seen
	}
	if a.Seen.After(r.To) {
		r.To = a.Seen
	}
}

// judge judges the polls that were read, with both rule sets at once: neither
// knows of the other.
func (c *comparison) judge(ctx context.Context) error {
	explainedBefore, explainedNow := len(c.before.rings), len(c.now.rings)
	var failed [2]error
	var both sync.WaitGroup
	for i, r := range []*replay{c.before, c.now} {
		both.Go(func() {
			for p := range c.polls {
				if failed[i] = r.poll(ctx, &c.polls[p]); failed[i] == nil {
					failed[i] = ctx.Err()
				}
				if failed[i] != nil {
					return
				}
			}
		})
	}
	both.Wait()
	if err := cmp.Or(failed[0], failed[1]); err != nil {
		return err
	}
	c.explain(c.before, c.now, explainedBefore)
	c.explain(c.now, c.before, explainedNow)
	c.polls, c.pending = c.polls[:0], 0
	if c.opts.Progress != nil {
		c.opts.Progress(c.result.Articles)
	}
	return nil
}

// explain says of own's rings from the nth on why they differ from what the
// other replay said of their articles, and lets go of the texts.
func (c *comparison) explain(own, other *replay, n int) {
	for i := n; i < len(own.rings); i++ {
		g := &own.rings[i]
		blamed := g.rule
		if k, both := other.said[place{g.channel, g.article.ID}]; both {
			switch cmp.Compare(other.rings[k].severity, g.severity) {
			case 0:
				blamed = ""
			case 1:
				blamed = other.rings[k].rule
			}
		}
		if blamed != "" {
			g.blamed, g.because = blamed, rules.Changes(c.before.verdict(g, blamed), c.now.verdict(g, blamed))
		}
		g.article.Summary, g.article.Body = "", ""
	}
}

// compare pairs the alerts of the two replays and notes the differences. Two
// alerts on one channel are the same if they say an article that both say.
func (c *comparison) compare() {
	paired := make(map[int]bool) // rings of before
	for i := range c.now.rings {
		g := &c.now.rings[i]
		k, found := c.counterpart(g, paired)
		if found {
			paired[k] = true
		}
		if g.at.Before(c.opts.Since) {
			continue
		}
		c.result.Now++
		switch {
		case !found:
			c.change(Comes, g, g.severity, "it is told apart from another story now")
			continue
		case c.before.rings[k].severity != g.severity:
			c.change(Reweighed, g, c.before.rings[k].severity, "another article begins its story now")
		}
		c.result.Stay++
	}
	for k := range c.before.rings {
		g := &c.before.rings[k]
		if g.at.Before(c.opts.Since) {
			continue
		}
		c.result.Before++
		if !paired[k] {
			c.change(Goes, g, g.severity, "it is told with another story now")
		}
	}
	slices.SortStableFunc(c.result.Changes, func(x, y AlertChange) int {
		return cmp.Or(cmp.Compare(kindOrder[x.Kind], kindOrder[y.Kind]), -cmp.Compare(x.Severity, y.Severity), y.At.Compare(x.At),
			cmp.Compare(x.Article.ID, y.Article.ID), cmp.Compare(x.Channel, y.Channel))
	})
}

var kindOrder = map[ChangeKind]int{Comes: 0, Goes: 1, Reweighed: 2}

// counterpart returns the first ring of before that is the same as one of now,
// and that is no other's.
func (c *comparison) counterpart(g *ring, paired map[int]bool) (k int, found bool) {
	for _, id := range g.reports {
		if k, found := c.before.said[place{g.channel, id}]; found && !paired[k] {
			return k, true
		}
	}
	return 0, false
}

// change notes a difference. otherwise is the reason where the rules judge the
// article as before.
func (c *comparison) change(kind ChangeKind, g *ring, was rules.Severity, otherwise string) {
	change := AlertChange{
		Kind: kind, At: g.at, Channel: g.channel, Severity: g.severity, Was: was, Story: g.story,
		Article: g.article, Source: g.feed.source, Rule: cmp.Or(g.blamed, g.rule), Because: g.because,
	}
	if len(change.Because) == 0 {
		change.Because = []string{otherwise}
	}
	c.result.Changes = append(c.result.Changes, change)
}
