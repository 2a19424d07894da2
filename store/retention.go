package store

import (
	"context"
	"time"
)

// Retention is what an engine can do to keep no more than is wanted.
type Retention interface {
	// Expire deletes up to e.Limit articles that e says are old, the oldest first,
	// with all that is kept of them; a story goes with its last article, and the
	// alerts that were raised of it with the story. Alerts about feeds go when they
	// are as old as matched articles. What an alert is about that is still to be said
	// stays, and so do such alerts. An article that was deleted is known for as long as
	// its feed goes on listing it, and for more than a year after: it never comes
	// back as a new one. It returns how many articles went; fewer than e.Limit means
	// that there are no more.
	//
	// What is old is looked for beside the polls, and a batch of some hundreds holds
	// them up for milliseconds.
	Expire(ctx context.Context, e Expiry) (articles int, err error)

	// Size returns how many bytes are in use. Where the engine cannot know it, it
	// is estimated by the articles.
	Size(ctx context.Context) (int64, error)
}

// Expiry says what is old, by when it was seen.
type Expiry struct {
	Unmatched time.Time // an article before this that no rule matched
	Matched   time.Time // any article before this
	Limit     int       // at most so many; 1 or more
}

// ForgetAfter is for how long after its feed listed it last a deleted article is
// known.
const ForgetAfter = 400 * 24 * time.Hour
