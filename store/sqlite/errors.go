package sqlite

import (
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// explain adds what to do to the errors of SQLite that people meet.
func explain(err error) error {
	var e *driver.Error
	if !errors.As(err, &e) {
		return err
	}
	// The lower byte is the kind, the rest its finer shade.
	switch e.Code() & 0xff {
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
