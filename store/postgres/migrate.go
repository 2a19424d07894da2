package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
	"tocsin/store/migration"
)

// released holds one file a step, NNNN_name.sql, numbered from 1 without gaps.
// None is ever edited. The numbers are not those of the steps of SQLite.
//
//go:embed migrations/*.sql
var released embed.FS

// migrate makes the schema, which has that version, the newest. Each step is one transaction with its
// entry in the ledger, of which one daemon at a time takes one, so that many may
// start at once and a crash leaves a schema that is one of ours. A database that
// is not for us is refused before anything is written.
func (db *DB) migrate(ctx context.Context, version int, steps []migration.Step) error {
	for version < len(steps) {
		step := steps[version]
		err := db.transact(ctx, pgx.TxOptions{BeginQuery: "BEGIN; " + string(schemaLock)}, func(ctx context.Context, tx tx) (err error) {
			if version, err = schema(ctx, tx.session); err != nil || version != step.Version-1 {
				return err // another daemon took it
			}
			version = step.Version
			return tx.apply(ctx, step)
		})
		if err != nil {
			return fmt.Errorf("migrating to schema %d (%s): %w", step.Version, step.Name, err)
		}
	}
	if version > len(steps) {
		return fmt.Errorf("its schema is %d, this tocsin knows up to %d: %w", version, len(steps), store.ErrNewerSchema)
	}
	return nil
}

var errForeign = errors.New("there are tables that are not tocsin's; name another database, or a schema of its own with ?search_path=NAME")

// schema returns the version of the schema; 0 where there is nothing yet.
func schema(ctx context.Context, q session) (version int, err error) {
	var tables, ledgers int
	err = q.one(ctx, `
		SELECT count(*), count(*) FILTER (WHERE tablename = 'ledger')
		FROM pg_tables WHERE schemaname = current_schema()`).Scan(&tables, &ledgers)
	if err != nil || tables == 0 {
		return 0, err
	}
	if ledgers == 0 {
		return 0, errForeign
	}
	err = q.one(ctx, `SELECT coalesce(max(version), 0) FROM ledger`).Scan(&version)
	return version, err
}

// apply takes one step.
func (tx tx) apply(ctx context.Context, step migration.Step) error {
	if _, err := tx.exec(ctx, `
		CREATE TABLE IF NOT EXISTS ledger (version integer NOT NULL PRIMARY KEY, name text NOT NULL)`); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `INSERT INTO ledger (version, name) VALUES ($1, $2)`, step.Version, step.Name); err != nil {
		return err
	}
	// It is many statements, which only the simple protocol takes at once.
	_, err := tx.raw.Exec(ctx, step.SQL, pgx.QueryExecModeSimpleProtocol)
	return err
}
