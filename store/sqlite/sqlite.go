// Package sqlite keeps a store in one SQLite file: the default engine, with
// nothing to install. It is written in Go throughout (modernc.org/sqlite), so
// that tocsin stays one static binary.
//
// One process at a time works on a file, and any number may read it. It is not
// for network file systems, whose locks cannot be trusted, and not for several
// daemons; those share a PostgreSQL.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"tocsin/store"
	"tocsin/store/migration"
)

// DB is a store in a file. Its methods may be called from any goroutine.
type DB struct {
	path    string // as the caller named it, for errors
	file    string // absolute and without links: one file has one lock
	writer  *writer
	readers *readers
	members members

	// Operations hold open for reading, Close for writing.
	open   sync.RWMutex
	closed bool
}

var _ store.Store = (*DB)(nil)

var errClosed = errors.New("store is closed")

// maxReaders is how many reads run at once beside the writer.
const maxReaders = 4

// Open opens the store in the file at path, and makes the file, readable by its
// owner alone, where there is none. A store of an older tocsin is migrated; one
// of a newer tocsin is left alone, with store.ErrNewerSchema. A file that is
// something else is left alone, too.
//
// A recorded delivery or poll survives a power cut: every transaction is on the
// disk before it counts as done.
func Open(ctx context.Context, path string) (*DB, error) {
	steps, err := migration.Read(released)
	if err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	return open(ctx, path, full, steps)
}

// OpenExisting is Open for somebody who only reads: where there is no file, none
// is made, and the error is fs.ErrNotExist.
func OpenExisting(ctx context.Context, path string) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	return Open(ctx, path)
}

func open(ctx context.Context, path string, sync synchronous, steps []migration.Step) (*DB, error) {
	db, err := connect(path, sync)
	if err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	if err := patiently(ctx, func() error { return db.migrate(ctx, steps) }); err != nil {
		db.Close()
		return nil, fmt.Errorf("opening store %s: %w", path, explain(err))
	}
	return db, nil
}

// connect makes the file and the pools; nothing is read yet.
func connect(path string, sync synchronous) (*DB, error) {
	if err := create(path); err != nil {
		return nil, err
	}
	file, err := resolve(path)
	if err != nil {
		return nil, err
	}
	writers, err := sql.Open("sqlite", dsn(file, sync, writerCache))
	if err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", dsn(file, sync, readerCache, "query_only(1)"))
	if err != nil {
		writers.Close()
		return nil, err
	}
	pool.SetMaxOpenConns(maxReaders)
	pool.SetMaxIdleConns(maxReaders)
	pool.SetConnMaxIdleTime(readerIdle)
	return &DB{path: path, file: file, writer: newWriter(writers), readers: &readers{DB: pool, stock: make(map[string]*sql.Stmt)}}, nil
}

// create makes an empty file where there is none. An existing file is not
// opened here: closing it again would drop the locks that SQLite holds on it
// elsewhere in this process.
func create(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.Mode().IsRegular():
		return nil
	case err == nil:
		return fmt.Errorf("%s is not a file", path)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // since a moment ago
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// resolve returns the absolute path of an existing file, links followed.
func resolve(path string) (string, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

// Close ends the use of the store, and waits for operations that run. Further
// calls do nothing.
func (db *DB) Close() error {
	db.open.Lock()
	defer db.open.Unlock()
	if db.closed {
		return nil
	}
	db.closed = true
	// The last connection to go folds the log into the file, which readers must
	// not do.
	err := errors.Join(db.readers.Close(), db.writer.close(), db.members.disband())
	if err != nil {
		return db.failed("closing", err)
	}
	return nil
}

// GiveBack gives up the memory in which connections keep pages of the file, and the
// connections that only read. They come back with the next work.
func (db *DB) GiveBack(ctx context.Context) error {
	return db.read("giving memory back", func(pool *readers) error {
		pool.SetMaxIdleConns(0)
		pool.SetMaxIdleConns(maxReaders)
		return db.writer.giveBack(ctx)
	})
}

// write runs fn in a transaction that is written whole or, when fn or ctx ends
// with an error, not at all. doing is for the error: "committing a poll".
func (db *DB) write(ctx context.Context, doing string, fn func(tx *tx) error) error {
	db.open.RLock()
	defer db.open.RUnlock()
	if db.closed {
		return db.failed(doing, errClosed)
	}
	if err := db.writer.transact(ctx, fn); err != nil {
		return db.failed(doing, err)
	}
	return nil
}

// read runs fn on the readers' pool. fn sees the store as of each of its
// statements.
func (db *DB) read(doing string, fn func(pool *readers) error) error {
	db.open.RLock()
	defer db.open.RUnlock()
	if db.closed {
		return db.failed(doing, errClosed)
	}
	if err := fn(db.readers); err != nil {
		return db.failed(doing, err)
	}
	return nil
}

// failed says what was being done on which file when err came.
func (db *DB) failed(doing string, err error) error {
	return fmt.Errorf("%s in %s: %w", doing, db.path, explain(err))
}
