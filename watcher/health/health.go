// Package health judges how a feed is by what its polls brought: whether it can be
// read, and whether it still brings news as often as its own past has it. What must
// be remembered for that is a small State, and every change is told once.
//
// It is pure: it reads no feed, keeps nothing and tells nobody, and the time comes in
// as an argument. Which channel hears of a change is for others.
package health

import (
	"slices"
	"time"
)

// Condition is what is wrong with a feed.
type Condition string

// The conditions. The first three are of a feed that cannot be read, the last two of
// one that can.
const (
	Well    Condition = ""        // nothing
	Failing Condition = "failing" // it cannot be read, several times in a row
	NoFeed  Condition = "no feed" // likewise: something else is sent in its place, such as a page
	Parked  Condition = "parked"  // likewise: the page of a domain that is for sale
	Gone    Condition = "gone"    // the server says that it is gone for good
	Silent  Condition = "silent"  // it brings nothing new, for longer than its past explains
	Stuck   Condition = "stuck"   // likewise, though its document is written anew all the time
)

const (
	// patience is how many failures in a row make a feed failing, and leastFailing
	// for how long it must have failed: restarts and deployments are over by then.
	patience     = 5
	leastFailing = time.Hour
	// leastIdle is how many polls in a row must have brought nothing before a feed is
	// silent: one between two articles of a feed that is rarely asked says nothing.
	leastIdle = 3
	// leastRewritten is how many other documents without news make a silent feed a
	// stuck one. One or two are corrections.
	leastRewritten = 3
)

// State is what is remembered of a feed: some hundred bytes, whatever its age. The
// zero State knows nothing.
type State struct {
	Cadence

	Failed    time.Time `json:"failed,omitzero"`     // when the first of the present failures was; zero: none
	Idle      int       `json:"idle,omitempty"`      // good polls in a row that brought nothing new
	Rewritten int       `json:"rewritten,omitempty"` // of these: with another document than the poll before
	Down      Trouble   `json:"down,omitzero"`       // why it cannot be read
	Quiet     Trouble   `json:"quiet,omitzero"`      // why it brings no news
}

// Trouble is a condition that lasts.
type Trouble struct {
	Condition Condition `json:"is,omitempty"`
	Since     time.Time `json:"since,omitzero"` // the first failure, or the last news
	// Old says that it was so when the feed was first read, so that nobody was told.
	Old bool `json:"old,omitempty"`
}

// Poll is what a poll brought.
type Poll struct {
	At       time.Time
	Failed   Condition // Failing, NoFeed, Parked or Gone where it could not be read; else Well
	Failures int       // polls that failed in a row, with this one

	// What follows is of a feed that was read.

	Before   time.Time   // the good poll before this one; zero: none
	News     int         // articles that were not known
	Document bool        // there was a document that is not that of the poll before
	Whole    bool        // and nothing of it had to be repaired or left out
	Dates    []time.Time // of the document's articles, as far as it says
}

// Change is what somebody should know.
type Change struct {
	Condition Condition // that began, or that ended
	Since     time.Time // when it began
	Ended     bool
	Longest   time.Duration // for Silent and Stuck: how long it brought nothing before, at the most
}

// After returns what is to be remembered after a poll, and what changed with it.
func (s State) After(p Poll) (State, []Change) {
	s.Peaks = slices.Clone(s.Peaks)
	p.At = p.At.UTC().Truncate(time.Second) // finer times would only take room
	if p.Failed != Well {
		return s.afterFailure(p)
	}
	return s.afterSuccess(p)
}

// afterFailure tells of a feed that cannot be read once, and once more when it is
// gone for good: what its server answers meanwhile may change with every poll.
func (s State) afterFailure(p Poll) (State, []Change) {
	if s.Failed.IsZero() {
		s.Failed = p.At
	}
	patient := p.Failures < patience || p.At.Sub(s.Failed) < leastFailing
	known := s.Down.Condition != Well
	news := p.Failed == Gone && s.Down.Condition != Gone || !known && !patient
	if known || news {
		s.Down = Trouble{Condition: p.Failed, Since: s.Failed}
	}
	if !news {
		return s, nil
	}
	return s, []Change{{Condition: p.Failed, Since: s.Failed}}
}

func (s State) afterSuccess(p Poll) (State, []Change) {
	var changes []Change
	if s.Down.Condition != Well {
		changes = append(changes, Change{Condition: s.Down.Condition, Since: s.Down.Since, Ended: true})
		if !s.Heard.IsZero() && s.Quiet.Condition == Well {
			s.Heard = p.At // that it brought nothing meanwhile is no silence
		}
	}
	s.Down, s.Failed = Trouble{}, time.Time{}
	switch {
	case s.Heard.IsZero() && p.Document:
		s.begin(p.At, p.Dates)
		if s.silent(p.At) {
			s.Quiet = Trouble{Condition: Silent, Since: s.Heard, Old: true}
		}
	case s.Heard.IsZero():
	case p.News > 0:
		changes = append(changes, s.endQuiet()...)
		s.hear(p.At, p.Before)
		s.Quiet, s.Idle, s.Rewritten = Trouble{}, 0, 0
	default:
		changes = append(changes, s.idle(p)...)
	}
	return s, changes
}

// idle notes a poll that brought nothing new.
func (s *State) idle(p Poll) []Change {
	s.Idle++
	if p.Document && p.Whole {
		s.Rewritten++
	}
	if s.Quiet.Condition != Well || s.Idle < leastIdle || !s.silent(p.Before) {
		return nil
	}
	s.Quiet = Trouble{Condition: Silent, Since: s.Heard}
	if s.Rewritten >= leastRewritten {
		s.Quiet.Condition = Stuck
	}
	return []Change{{Condition: s.Quiet.Condition, Since: s.Heard, Longest: s.Longest()}}
}

// endQuiet is what to tell when news come.
func (s *State) endQuiet() []Change {
	if s.Quiet.Condition == Well || s.Quiet.Old {
		return nil
	}
	return []Change{{Condition: s.Quiet.Condition, Since: s.Quiet.Since, Ended: true}}
}

// Condition is what is wrong with the feed now: first of all that it cannot be read.
func (s State) Condition() Condition {
	if s.Down.Condition != Well {
		return s.Down.Condition
	}
	return s.Quiet.Condition
}
