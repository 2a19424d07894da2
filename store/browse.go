package store

import (
	"context"
	"time"
)

// Browser is what an engine can do for people who look around in the archive.
type Browser interface {
	// Browse returns a page of the articles that b asks for, those first that were
	// kept last, each with its matches. Its cost is that of a page and of what the
	// rarest of the filters has. At Since and Until it may miss what was kept more than
	// EdgeWidth after what was seen later.
	Browse(ctx context.Context, b Browsing) (Listing, error)

	// Hits returns how many of the articles seen at since or later each rule
	// matched, by rule and theme, and within these by time, in steps of every, which
	// is a microsecond or more. Steps without any are left out. Its cost is that of
	// all matches since then. It may miss the same at since.
	Hits(ctx context.Context, since time.Time, every time.Duration) ([]Hit, error)
}

// EdgeWidth is how much an engine that numbers articles in the order in which they
// were kept looks at around a time, to find the number that they have there: polls
// that run at once are not committed in the order in which they began.
const EdgeWidth = time.Hour

// Browsing asks for articles. Every filter that is given must hold; Theme, Rule and
// Severities must hold of one and the same match.
type Browsing struct {
	Search               // Text may be "" here, which asks for any
	Feed        string   // URL of the feed that brought it; "" any
	Theme, Rule string   // of a match; "" any
	Severities  []string // of a match, one of these; nil any
	Since       time.Time
	Until       time.Time // seen in [Since, Until); zero: no bound
}

// ByMatch reports whether only articles that a rule matched are asked for.
func (b *Browsing) ByMatch() bool { return b.Theme != "" || b.Rule != "" || len(b.Severities) > 0 }

// Listing is a page of articles.
type Listing struct {
	Entries []Entry
	Next    string // where the next page begins; "" where this is the last
}

// Entry is an article and the rules that matched it, by rule. Their Evidence is left
// out.
type Entry struct {
	Article
	Matches []Match
}

// Hit is how many articles a rule matched in a step of time.
type Hit struct {
	Rule, Theme string
	Step        int       // counted from since, which begins step 0
	Articles    int       // 1 or more
	Last        time.Time // when the last of them was seen
}
