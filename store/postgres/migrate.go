package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

// released holds one file a step, NNNN_name.sql, numbered from 1 without gaps.
// None is ever edited. The numbers are not those of the steps of SQLite.
//
//go:embed migrations/*.sql
var released embed.FS

// migration is one step from a schema to the next.
type migration struct {
	version int
	name    string
	sql     string
}

// migrations returns the steps in files, in order.
func migrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var all []migration
	for i, file := range names { // Glob sorts
		number, name, _ := strings.Cut(strings.TrimSuffix(file[len("migrations/"):], ".sql"), "_")
		if version, err := strconv.Atoi(number); err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s is not number %d", file, i+1)
		}
		text, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, err
		}
		all = append(all, migration{version: i + 1, name: name, sql: string(text)})
	}
	return all, nil
}

// migrate makes the schema, which has that version, the newest. Each step is one transaction with its
// entry in the ledger, of which one daemon at a time takes one, so that many may
// start at once and a crash leaves a schema that is one of ours. A database that
// is not for us is refused before anything is written.
func (db *DB) migrate(ctx context.Context, version int, steps []migration) error {
	for version < len(steps) {
		step := steps[version]
		err := db.transact(ctx, pgx.TxOptions{BeginQuery: "BEGIN; " + string(schemaLock)}, func(ctx context.Context, tx tx) (err error) {
			if version, err = schema(ctx, tx.session); err != nil || version != step.version-1 {
				return err // another daemon took it
			}
			version = step.version
			return tx.apply(ctx, step)
		})
		if err != nil {
			return fmt.Errorf("migrating to schema %d (%s): %w", step.version, step.name, err)
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
func (tx tx) apply(ctx context.Context, step migration) error {
	if _, err := tx.exec(ctx, `
		CREATE TABLE IF NOT EXISTS ledger (version integer NOT NULL PRIMARY KEY, name text NOT NULL)`); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `INSERT INTO ledger (version, name) VALUES ($1, $2)`, step.version, step.name); err != nil {
		return err
	}
	// It is many statements, which only the simple protocol takes at once.
	_, err := tx.raw.Exec(ctx, step.sql, pgx.QueryExecModeSimpleProtocol)
	return err
}
