package store

import (
	"context"
	"time"
)

// Feedback is what an engine can do for what people say of alerts. It goes with the
// article that it is about.
type Feedback interface {
	// Cause returns an alert with the article that raised it and the rules that did,
	// or ErrNotFound where there is no such alert, or no article raised it: it is
	// about a feed, or its article was deleted.
	Cause(ctx context.Context, alert string) (Cause, error)

	// RecordFeedback keeps what a person did at an alert: votes in place of an earlier
	// vote of theirs, and each other deed in place of the same one. What was done
	// before that, by its At, changes nothing. A vote counts for the rules that raised
	// the alert. The error is ErrNotFound as of Cause.
	RecordFeedback(ctx context.Context, d Deed) error
	// FeedbackOn returns what people did at an alert, oldest first.
	FeedbackOn(ctx context.Context, alert string) ([]Deed, error)
	// Votes returns the votes that count for a rule, oldest first; for all of them
	// where rule is "".
	Votes(ctx context.Context, rule string) ([]Vote, error)
	// RuleHits returns how many articles seen at since or later each rule matched, by
	// rule. Rules that matched none are not in it. Its cost is that of all matches
	// since then.
	RuleHits(ctx context.Context, since time.Time) ([]RuleHits, error)

	// HandleOnce reports whether it is asked about a key for the first time, of all
	// that share the store. A key is known for HandledFor after that.
	HandleOnce(ctx context.Context, key string, at time.Time) (first bool, err error)
}

// HandledFor is for how long at least a key of HandleOnce is known. Slack delivers
// again what it takes for undelivered within minutes.
const HandledFor = 24 * time.Hour

// Cause is why there is an alert.
type Cause struct {
	Alert   Alert
	Article string   // the ID of the article that raised it
	Rules   []string // that did, sorted; at least one
}

// DeedKind is what somebody did at an alert.
type DeedKind string

// The kinds of deeds. Useful and NotRelevant are votes.
const (
	Useful      DeedKind = "useful"
	NotRelevant DeedKind = "not relevant"
	MutedStory  DeedKind = "muted story"
	MutedRule   DeedKind = "muted rule"
)

// IsVote reports whether the deed is a vote.
func (k DeedKind) IsVote() bool { return k == Useful || k == NotRelevant }

// Deed is what a person did at an alert.
type Deed struct {
	Alert  string // its ID
	Person string // who, as the channel knows them; short
	Name   string // what the person is called
	Kind   DeedKind
	At     time.Time
	Until  time.Time // when a mute ends; zero for votes
	Object string    // for MutedRule: the rule's ID
}

// Vote is what a person thinks of an alert, as it counts for a rule.
type Vote struct {
	Rule    string
	Alert   string // the alert's ID
	Article string // the ID of the article that raised it
	Person  string
	Useful  bool
	At      time.Time
}

// RuleHits is what a rule matched.
type RuleHits struct {
	Rule string
	Hits int
	Last time.Time // when the last of these articles was seen
}
