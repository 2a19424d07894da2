package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"sync/atomic"
)

// writer is the one connection that writes. SQLite has one writer at a time
// anyway; queueing here, instead of at the file's lock, is fair and ends with
// the context.
type writer struct {
	pool  *sql.DB
	turn  chan struct{} // holds one element while somebody has the connection
	queue atomic.Int64  // how many wait for their turn with something to write

	// What follows belongs to whoever has the turn.
	conn       *sql.Conn // nil before the first use and after a failure
	statements map[string]*sql.Stmt
	group      *group // whose transaction is open between two turns; nil for none
}

func newWriter(pool *sql.DB) *writer {
	return &writer{pool: pool, turn: make(chan struct{}, 1)}
}

// take waits for the connection; give hands it on.
func (w *writer) take(ctx context.Context) error {
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if w.conn != nil {
		return nil
	}
	conn, err := w.pool.Conn(ctx)
	if err != nil {
		w.give()
		return err
	}
	w.conn, w.statements = conn, make(map[string]*sql.Stmt)
	return nil
}

func (w *writer) give() { <-w.turn }

// giveBack gives up the memory that the connection can do without.
func (w *writer) giveBack(ctx context.Context) error {
	if err := w.take(ctx); err != nil {
		return err
	}
	defer w.give()
	_, err := w.conn.ExecContext(context.WithoutCancel(ctx), `PRAGMA shrink_memory`)
	return err
}

// drop closes the connection; the next use opens another.
func (w *writer) drop() {
	for _, s := range w.statements {
		s.Close()
	}
	// ErrBadConn keeps the pool from handing it out again.
	w.conn.Raw(func(any) error { return driver.ErrBadConn })
	w.conn.Close()
	w.conn, w.statements = nil, nil
}

// close is called once nobody uses the writer any more.
func (w *writer) close() error {
	if w.conn != nil {
		for _, s := range w.statements {
			s.Close()
		}
		w.conn.Close()
	}
	return w.pool.Close()
}

// tx is a transaction that runs.
type tx struct{ *writer }

// exec runs a statement and returns how many rows it changed.
func (tx *tx) exec(ctx context.Context, query string, args ...any) (changed int64, err error) {
	result, err := tx.run(ctx, query, args)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// insert runs a statement that inserts one row and returns the row's number.
func (tx *tx) insert(ctx context.Context, query string, args ...any) (row int64, err error) {
	result, err := tx.run(ctx, query, args)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

func (tx *tx) run(ctx context.Context, query string, args []any) (sql.Result, error) {
	stmt, err := tx.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(context.WithoutCancel(ctx), args...)
}

// query calls scan for every row. scan must not use the transaction.
func (tx *tx) query(ctx context.Context, scan func(row scanner) error, query string, args ...any) error {
	stmt, err := tx.statement(ctx, query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(context.WithoutCancel(ctx), args...)
	if err != nil {
		return err
	}
	return each(rows, scan)
}

// statement returns query compiled, from the connection's stock or into it.
//
// Statements run to their end whatever becomes of ctx, which is asked here
// instead: each is short, and an interrupt in the middle of one would end the
// transaction behind our back.
func (tx *tx) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if stmt := tx.statements[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := tx.conn.PrepareContext(context.WithoutCancel(ctx), query)
	if err != nil {
		return nil, fmt.Errorf("preparing a statement: %w", err)
	}
	tx.statements[query] = stmt
	return stmt, nil
}

// scanner is the row at hand of a query.
type scanner interface{ Scan(dest ...any) error }

// each calls scan for every row and closes rows.
func each(rows *sql.Rows, scan func(row scanner) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
