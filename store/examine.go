package store

import (
	"context"
	"time"
)

// Examiner is what an engine can tell of its own state.
type Examiner interface {
	// Examine looks whether what is kept is whole, how much room there is, and who
	// works on it. It may read everything; nobody waits for it.
	Examine(ctx context.Context) (Examination, error)
}

// Examination is what an engine found.
type Examination struct {
	Schema  int       // its version
	Damage  []string  // what is damaged, a line each; some of it where it is much
	Size    int64     // bytes on the disk
	Room    int64     // bytes that are free for it there; -1 where that cannot be known
	Clock   time.Time // of the server that decides; zero: it is this machine's
	Workers []Worker  // those that are alive, by Holder
}

// Worker is who works on a store.
type Worker struct {
	Holder string
	Feeds  int // that it has leases on
	Alerts int
	Pushes int
	Tasks  []string // by name
}
