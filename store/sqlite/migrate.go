package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"

	"tocsin/store"
	"tocsin/store/migration"
)

// released holds one file a step, NNNN_name.sql, numbered from 1 without gaps.
// None is ever edited.
//
//go:embed migrations/*.sql
var released embed.FS

// migrate makes the file a store of the newest schema. Each step is one
// transaction with its entry in the ledger, so that two processes may do this
// at once and a crash leaves a schema that is one of ours. A file that is not
// for us is refused before anything is written.
func (db *DB) migrate(ctx context.Context, steps []migration.Step) error {
	version, err := schema(ctx, db.readers.DB)
	if err != nil {
		return err
	}
	if version > len(steps) {
		return fmt.Errorf("its schema is %d, this tocsin knows up to %d: %w", version, len(steps), store.ErrNewerSchema)
	}
	if err := db.setUpFile(ctx, version == 0); err != nil {
		return err
	}
	for _, step := range steps[version:] {
		if err := db.writer.transact(ctx, func(tx *tx) error { return tx.apply(ctx, step) }); err != nil {
			return fmt.Errorf("migrating to schema %d (%s): %w", step.Version, step.Name, err)
		}
	}
	return nil
}

var errForeign = errors.New("this is a database, but not a tocsin store; name another file")

// schema returns the version of the file's schema; 0 for an empty file.
func schema(ctx context.Context, db *sql.DB) (version int, err error) {
	var tables, ledgers int
	err = db.QueryRowContext(ctx, `
		SELECT count(*), count(*) FILTER (WHERE name = 'ledger') FROM sqlite_schema WHERE type = 'table'`,
	).Scan(&tables, &ledgers)
	if err != nil || tables == 0 {
		return 0, err
	}
	if ledgers == 0 {
		return 0, errForeign
	}
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM ledger`).Scan(&version)
	return version, err
}

// setUpFile sets what belongs to the file and not to a connection.
func (db *DB) setUpFile(ctx context.Context, empty bool) error {
	if err := db.writer.take(ctx); err != nil {
		return err
	}
	defer db.writer.give()
	conn := db.writer.conn
	if empty {
		// Both can be chosen now only. Pages of 8 KiB hold articles of some KB
		// well: with 400,000 of them kept, a poll of 50 more takes 3.5 ms instead
		// of the 5 of pages of 4 KiB, and the file is a third smaller. Larger
		// pages gain little there, and cost where single rows change. And what
		// retention frees can be given back in small steps, not only by writing
		// the whole file anew.
		if _, err := conn.ExecContext(ctx, `PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL`); err != nil {
			return err
		}
	}
	// Readers and the writer then do not wait for each other.
	var mode string
	if err := conn.QueryRowContext(ctx, `PRAGMA journal_mode = WAL`).Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("it cannot have a write-ahead log (the journal mode stays %q); use a local disk", mode)
	}
	return nil
}

// apply takes one step, unless another process took it meanwhile.
func (tx *tx) apply(ctx context.Context, step migration.Step) error {
	if _, err := tx.exec(ctx, `
		CREATE TABLE IF NOT EXISTS ledger (version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT`); err != nil {
		return err
	}
	entered, err := tx.exec(ctx, `INSERT INTO ledger (version, name) VALUES (?, ?) ON CONFLICT DO NOTHING`,
		step.Version, step.Name)
	if err != nil || entered == 0 {
		return err
	}
	// Not kept compiled: it is many statements, and used once.
	_, err = tx.conn.ExecContext(ctx, step.SQL)
	return err
}
