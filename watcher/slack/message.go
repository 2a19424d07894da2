// Package slack says alerts: it renders them as Slack messages, posts them, and
// looks up in a channel whether one was posted before. The terminal shows the
// very same messages, drawn from their blocks.
//
// It does not decide what is said, where or when, and never tries again what may
// have been said: it says what became of an attempt, and whoever called decides.
// Folder slacktest holds a Slack for tests.
package slack

import "time"

// Alert is what is to be said about a story. Its texts are plain and come from
// feeds: rendering makes sure that they cannot ring, link or break anything.
type Alert struct {
	Key       string // identifies the alert in the channel's history
	Severity  string // info, low, medium, high, critical
	Title     string
	URL       string // http or https; "" when the article has none
	Text      string // the article's summary or the begin of its body; may be empty
	Source    string // who reports it
	Published time.Time
	Bold      []Span  // in Title and Text: the words that rang; those of Text are shown in bold
	Matches   []Match // what rang, the strongest first; at least one
	// Also are the further reports, the first one first.
	Also []Report `json:",omitempty"`
	// Earlier is the message that this one follows; nil: none.
	Earlier *Earlier `json:",omitempty"`
	Mention string   `json:",omitempty"` // who is mentioned, as the configuration has it; "" for nobody
	// MentionID is Mention as Slack knows it, or here, channel or everyone; "" shows
	// the name and mentions nobody.
	MentionID string `json:",omitempty"`
	Drill     bool   `json:",omitempty"` // it is a test, and says so
	Feed      string `json:",omitempty"` // the ID of the feed that reports it; it is not shown
	// Occasion is why it is said with others, where it is; "" else. It is not shown.
	Occasion string `json:",omitempty"`

	// One of these is what is said in place of all that, the Key and who is mentioned
	// aside; nil: nothing.
	Notice *Notice `json:",omitempty"`
	Report *Report `json:",omitempty"` // a further report, for the thread
	Digest *Digest `json:",omitempty"`
}

// Report is an article of a story that was told before.
type Report struct {
	Title     string
	URL       string
	Text      string
	Source    string
	Published time.Time
}

// Earlier is a message that another one leads back to.
type Earlier struct {
	Severity string // that it had, where the story got more severe; else ""
	Link     string // its address; "" where it has none
}

// Span is a piece of an alert's Title or Text, in bytes.
type Span struct {
	InTitle  bool
	From, To int
}

// Match is a rule that rang, with its arithmetic.
type Match struct {
	Rule      string // its ID
	Title     string // the rule's title, for people
	Why       string // why the rule exists; may be empty
	Theme     string
	Severity  string
	Score     int
	Threshold int
	Signals   []Signal // in the rule's order
}

// Signal is one signal that held.
type Signal struct {
	When   string // the query as written
	Points int
	Words  []string // the article's words that earned the points, each once; none where the query looks at no text
}
