package page

import (
	"time"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/store"
)

// Feed is how a feed is.
type Feed struct {
	URL      string // its identity, which may hold secrets; it is not shown
	Address  string // the same without what may be secret
	Moved    string // where it is read since it moved for good, likewise; "" for URL
	Title    string
	Tags     []string
	State    State
	Words    string // what is wrong, in a line; "" when nothing is
	Watched  bool   // it is in the configuration
	Articles int    // that are kept
	Polled   time.Time
	Next     time.Time // zero: never, or not known yet
	Heard    time.Time // when it last brought news; zero: not known
	// Silences are the longest gaps between news by month, the oldest first, and
	// Limit is from which gap on it counts as silent; 0: that is being learnt.
	Silences []time.Duration
	Limit    time.Duration
}

// State is how a feed is, in a word.
type State string

// The states of a feed, the worst first.
const (
	Gone    State = "gone"
	Failing State = "failing"
	Quiet   State = "quiet" // it answers, and has brought nothing for longer than it used to
	Partly  State = "in part"
	Unread  State = "never polled"
	Well    State = "ok"
)

// Account is the whole way of one article.
type Account struct {
	store.History

	Source   string // what its feed is called to people
	Watched  bool   // its feed is in the configuration
	Baseline bool   // the article was there when the feed was first read
	Then     []PastMatch
	AsRead   rules.Article // the article as rules read it now
	Rules    []Judged      // what all rules say now, the nearest to a match first
	Changed  []Drift
}

// PastMatch is a match as it was decided.
type PastMatch struct {
	store.Match
	Base    int
	Signals []Evidence   // those that held
	Spans   []rules.Span // the places that spoke for it
}

// Evidence is a signal that held.
type Evidence struct {
	When   string
	Points int
	Words  []string
}

// Judged is what a rule says now.
type Judged struct {
	rules.Verdict
	Standing Standing
}

// Standing is how near a rule is to a match.
type Standing int

// The standings, the nearest first.
const (
	Matches Standing = iota
	Near
	Apart // the rule has nothing to do with the article
)

// Drift is how a rule judges an article otherwise than it did.
type Drift struct {
	Rule string
	How  []string
}

// Said is what an alert says.
type Said struct {
	Title  string
	Source string
	Rules  []string // titles of those that rang
	Notice bool     // it is about a feed
}

// File is a rule file.
type File struct {
	Name  string
	Text  string
	Theme string // "" not given
}

// Draft is a rule file that is being written.
type Draft struct {
	Name  string // of the file that it takes the place of; another adds it
	Text  string
	Since time.Time // from when on the archive is judged
}

// Trial is what a draft would do.
type Trial struct {
	Problems []Problem // what is wrong with it; the rest is empty where there is an error
	Tests    []Test    // its examples, by rule

	Articles int       // that were judged, the latest first
	From     time.Time // when the earliest of them was seen
	Whole    bool      // that is all there is since then, or was asked for

	Before, Now        int // articles that the rules of the file match: the running ones, the draft's
	Comes, Goes, Other int // articles that all rules match anew, no more, or otherwise, each counted by rule
	Changes            []Change
	Hits               []Hit // of the draft's rules, the latest
	PerDay             []int // articles that the draft's rules match, by day; the last is today
}

// Problem is a problem with a draft or with what it stands among.
type Problem struct {
	yamlfile.Problem
	Snippet string // the line with a caret; "" for none
}

// Test is what the examples say of a rule.
type Test struct {
	Rule        string
	Passed, Bad int
	Failures    []string // a line each
}

// Change is a rule that judges an article otherwise than the running one.
type Change struct {
	Kind    string // comes, goes, other
	Article store.Article
	Source  string
	Rule    string
	Because []string
}

// Hit is an article that a rule of the draft matches.
type Hit struct {
	Article   store.Article
	Source    string
	Rule      string
	Severity  string
	Score     int
	Threshold int
	Words     []string // the words that earned it
	New       bool     // the running rules do not match it by this rule
}
