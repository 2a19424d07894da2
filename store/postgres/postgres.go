// Package postgres keeps a store in a PostgreSQL database: the engine for
// several daemons that share their work. Any number may open one database, and
// any number may join.
//
// A store is one schema of a database: the first of the connection's search
// path, which is public where nothing else is said.
//
// It starts no server and keeps no copy of what is in one: where the server
// cannot be reached, operations return errors.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tocsin/store"
	"tocsin/store/migration"
)

// DB is a store in a database. Its methods may be called from any goroutine.
type DB struct {
	name    string // of the database, for errors: without user and password
	pool    *pgxpool.Pool
	members members
	ends    ends

	// callersClock has claims go by their Now alone, for tests that choose it.
	callersClock bool

	// Operations hold open for reading, Close for writing.
	open   sync.RWMutex
	closed bool
}

var _ store.Store = (*DB)(nil)

var errClosed = errors.New("store is closed")

// utc is the zone of all times that are read.
var utc = time.UTC

// Open opens the store at a PostgreSQL URL, and makes its tables where there are
// none. A store of an older tocsin is migrated; one of a newer tocsin is left
// alone, with store.ErrNewerSchema. A database with other tables is left alone,
// too. Errors do not tell the password.
//
// What the URL leaves out comes from the environment (PGPASSWORD and its like)
// and from ~/.pgpass, as for psql.
func Open(ctx context.Context, url string) (*DB, error) {
	return open(ctx, url, true)
}

// OpenExisting is Open for somebody who only reads: where there are no tables,
// none are made, and the error is fs.ErrNotExist.
func OpenExisting(ctx context.Context, url string) (*DB, error) {
	return open(ctx, url, false)
}

func open(ctx context.Context, url string, making bool) (*DB, error) {
	steps, err := migration.Read(released)
	if err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	return openWith(ctx, url, making, steps)
}

func openWith(ctx context.Context, url string, making bool, steps []migration.Step) (*DB, error) {
	db, err := connect(url)
	if err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	if err := db.begin(ctx, making, steps); err != nil {
		db.Close()
		return nil, db.failed(ctx, "opening the store", err)
	}
	return db, nil
}

// begin makes the schema the newest; making says whether it may be made where
// there is none.
func (db *DB) begin(ctx context.Context, making bool, steps []migration.Step) error {
	ctx, cancel := context.WithTimeout(ctx, openPatience)
	defer cancel()
	if err := db.fit(ctx); err != nil {
		return err
	}
	version, err := schema(ctx, db.direct())
	if err != nil {
		return err
	}
	if version == 0 && !making {
		return fs.ErrNotExist
	}
	return db.migrate(ctx, version, steps)
}

// Close ends the use of the store, and waits for operations that run. Further
// calls do nothing.
func (db *DB) Close() error {
	db.members.disband()
	db.open.Lock()
	defer db.open.Unlock()
	if !db.closed {
		db.closed = true
		db.pool.Close()
	}
	return nil
}

const (
	// patience is how long one operation may take. It is not met where the server
	// answers at all; without it, an operation could hang with the network.
	patience = time.Minute
	// openPatience is how long opening may take, in which other daemons may be
	// migrating a large store.
	openPatience = time.Hour
	// attempts is how often a transaction is tried that others have got into the
	// way of.
	attempts = 5
)

// write runs fn in a transaction that is written whole or, when fn or ctx ends
// with an error, not at all. doing is for the error: "committing a poll". fn may
// be run more than once.
func (db *DB) write(ctx context.Context, doing string, fn func(ctx context.Context, tx tx) error) error {
	return db.writeUnder(ctx, "", doing, fn)
}

// writeUnder is write under a lock.
func (db *DB) writeUnder(ctx context.Context, l lock, doing string, fn func(ctx context.Context, tx tx) error) error {
	return db.operate(ctx, doing, func(ctx context.Context) error {
		for n := 1; ; n++ {
			err := db.transact(ctx, pgx.TxOptions{BeginQuery: "BEGIN; " + string(l)}, fn)
			if !inTheWay(err) || n == attempts {
				return err
			}
		}
	})
}

// view runs fn in a transaction that sees the store as it is at one moment and
// writes nothing.
func (db *DB) view(ctx context.Context, doing string, fn func(ctx context.Context, tx tx) error) error {
	return db.operate(ctx, doing, func(ctx context.Context) error {
		return db.transact(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, fn)
	})
}

// operate runs fn while the store is open, and with limited patience.
func (db *DB) operate(ctx context.Context, doing string, fn func(ctx context.Context) error) error {
	db.open.RLock()
	defer db.open.RUnlock()
	if db.closed {
		return db.failed(ctx, doing, errClosed)
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := fn(limited); err != nil {
		return db.failed(ctx, doing, err)
	}
	return nil
}

// direct runs each statement by itself, on any connection.
func (db *DB) direct() session { return session{db.pool} }

// transact runs fn in a transaction.
func (db *DB) transact(ctx context.Context, o pgx.TxOptions, fn func(ctx context.Context, tx tx) error) error {
	begun, err := db.pool.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	// After the commit this is nothing. A connection that cannot roll back is
	// not used again.
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		begun.Rollback(ctx)
	}()
	if err := fn(ctx, tx{session{begun}}); err != nil {
		return err
	}
	return begun.Commit(ctx)
}

// failed says what was being done where when err came, in one line.
func (db *DB) failed(ctx context.Context, doing string, err error) error {
	err = explain(err)
	if over := ctx.Err(); over != nil && !errors.Is(err, over) {
		// The server says that it was asked to stop, or the connection is gone.
		err = fmt.Errorf("%w (%w)", over, err)
	}
	return fmt.Errorf("%s in %s: %w", doing, db.name, err)
}

// A lock is a statement that waits for it. It is held to the end of the
// transaction, by one transaction of all daemons at a time, or by several that
// share it. The numbers are of tocsin alone, by their first half.
type lock string

const (
	schemaLock   lock = "SELECT pg_advisory_xact_lock(1953457011, 0)"        // of migrating
	listLock     lock = "SELECT pg_advisory_xact_lock(1953457011, 1)"        // of changing which feeds there are, or many at once
	claimLock    lock = "SELECT pg_advisory_xact_lock(1953457011, 2)"        // of choosing feeds
	claimLockToo lock = "SELECT pg_advisory_xact_lock_shared(1953457011, 2)" // shared
	storiesLock  lock = "SELECT pg_advisory_xact_lock(1953457011, 3)"        // of deciding by what stories there are
)
