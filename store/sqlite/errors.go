package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// code is the kind of an error of SQLite, without its finer shade; 0 for other
// errors.
func code(err error) int {
	var e *driver.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code() & 0xff
}

// explain adds what to do to the errors of SQLite that people meet.
func explain(err error) error {
	switch code(err) {
	case lib.SQLITE_NOTADB:
		return fmt.Errorf("%w; name another file, or restore this one from a backup", err)
	case lib.SQLITE_CORRUPT:
		return fmt.Errorf("%w; restore it from a backup, or move it away to begin anew", err)
	case lib.SQLITE_FULL:
		return fmt.Errorf("%w; nothing of this was kept, free some space", err)
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN:
		return fmt.Errorf("%w; tocsin must be able to write the file and its folder", err)
	case lib.SQLITE_BUSY:
		return fmt.Errorf("%w; another process keeps writing", err)
	}
	return err
}

const (
	// openPatience is for how long opening is tried again: as long as a write
	// waits.
	openPatience = 5 * time.Second
	openRest     = 50 * time.Millisecond
)

// patiently does what opening takes, again for as long as the file is busy. Where
// waiting could lock two processes up, as when both turn on the write-ahead log
// or one closes it while the other opens it, SQLite does not wait by itself.
// Everything that opening does can be done again.
func patiently(ctx context.Context, do func() error) error {
	enough := time.After(openPatience)
	for {
		err := do()
		if code(err) != lib.SQLITE_BUSY {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-enough:
			return err
		case <-time.After(openRest):
		}
	}
}
