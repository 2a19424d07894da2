package watcher

import (
	"context"
	"iter"
	"time"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/route"
)

// Archive is what a backtest asks of a store.
type Archive interface {
	Feed(ctx context.Context, url string) (store.Feed, error)
	Articles(ctx context.Context, since time.Time) iter.Seq2[store.Article, error]
}

// BacktestOptions is what is compared, and on what.
type BacktestOptions struct {
	Before, Now *rules.Set
	Feeds       []config.Feed // the articles of others are left out
	Routes      []route.Route
	StoryWindow time.Duration
	Since       time.Time // alerts count from then on; zero: from the first article
	// Progress is told now and then how many articles were read; nil tells
	// nobody.
	Progress func(articles int)
}

// Backtest is what two rule sets make of one archive.
type Backtest struct {
	Articles int       // that were seen at Since or later, and judged
	Feeds    int       // that these are of
	From, To time.Time // when the first and the last of them were seen

	// Articles seen at Since or later that are of feeds which are not watched
	// any more, and how many feeds these are. Nothing is known of what they
	// would be routed by, so they are not judged.
	LeftOut, LeftOutFeeds int

	Before, Now int           // alerts
	Stay        int           // of Now: those that were said before, too
	Changes     []AlertChange // those that come, that go, that have another severity; each worst and newest first
}

// AlertChange is an alert that one of the rule sets raises and the other does
// not, or not so.
type AlertChange struct {
	Kind     ChangeKind
	At       time.Time
	Channel  string
	Severity rules.Severity // of what goes: as it was
	Was      rules.Severity // of Reweighed: before; else as Severity
	Story    string
	Article  store.Article // that raises it, without its texts
	Source   string        // what its feed is called to people
	Rule     string        // that made the difference
	Because  []string      // why, in a few words each; see rules.Changes
}

// ChangeKind is how an alert changes.
type ChangeKind string

// The kinds of changes.
const (
	Comes     ChangeKind = "comes"
	Goes      ChangeKind = "goes"
	Reweighed ChangeKind = "severity"
)

// Days is the time that the archive covers, in days; at least one, so that the
// first hours of an archive do not pass for a day's worth.
func (b *Backtest) Days() float64 { return max(1, b.To.Sub(b.From).Hours()/24) }

// PerDay are a number of alerts as the mean of a day.
func (b *Backtest) PerDay(alerts int) float64 { return float64(alerts) / b.Days() }

// RunBacktest judges the archive with both rule sets as the daemon would have:
// poll by poll in the order in which they came, with stories, routes and what
// does not ring. Feeds count as they are configured and called now. It reads the
// archive once, and what story.Horizon or a story's window before Since holds as
// well, so that the stories that were under way then are known, and how many had
// which words.
func RunBacktest(ctx context.Context, archive Archive, o BacktestOptions) (*Backtest, error) {
	c := newComparison(archive, o)
	if err := c.run(ctx); err != nil {
		return nil, err
	}
	return &c.result, nil
}
