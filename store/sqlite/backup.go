package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup copies the store in the file at path to a new file at to, readable by its
// owner alone, and returns the copy's size in bytes. The copy is of one moment,
// however long it takes; nobody who works on the store waits for it. It appears
// whole or not at all, and on the disk. The store is not migrated, whatever its
// schema. Where there is something at to, the error is fs.ErrExist; where there is
// no store, fs.ErrNotExist.
func Backup(ctx context.Context, path, to string) (size int64, err error) {
	if _, err := os.Lstat(to); err == nil {
		return 0, fmt.Errorf("%s: %w", to, fs.ErrExist)
	}
	if _, err := os.Stat(path); err != nil {
		return 0, fmt.Errorf("reading the store: %w", err)
	}
	// In the same folder, so that it can take its name in one step.
	draft, err := os.CreateTemp(filepath.Dir(to), "."+filepath.Base(to)+".*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(draft.Name())
	defer draft.Close()
	if err := copyStore(ctx, path, draft.Name()); err != nil {
		return 0, fmt.Errorf("copying %s: %w", path, explain(err))
	}
	return publish(draft, to)
}

// copyStore copies the store in the file at path into an empty file.
func copyStore(ctx context.Context, path, to string) error {
	file, err := resolve(path)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn(file, full, readerCache))
	if err != nil {
		return err
	}
	defer db.Close()
	version, err := schema(ctx, db)
	if err == nil && version == 0 {
		err = errors.New("there is nothing in it")
	}
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, to)
	return err
}

// publish brings a finished file to the disk and gives it its name, unless that is
// taken.
func publish(draft *os.File, name string) (size int64, err error) {
	if err := draft.Sync(); err != nil {
		return 0, err
	}
	info, err := draft.Stat()
	if err != nil {
		return 0, err
	}
	// A link, unlike a new name, never replaces what has the name already.
	if err := os.Link(draft.Name(), name); err != nil {
		return 0, err
	}
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return 0, err
	}
	defer folder.Close()
	return info.Size(), folder.Sync()
}
