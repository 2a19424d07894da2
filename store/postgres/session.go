package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// session runs statements: in a transaction, or each by itself. All strings go
// through it, and so through escape and unescape.
type session struct {
	raw interface {
		Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error)
		Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
		QueryRow(ctx context.Context, query string, args ...any) pgx.Row
		SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
	}
}

// tx is a session in a transaction. Each statement of it sees what was committed
// when the statement began.
type tx struct{ session }

// exec runs a statement and returns how many rows it changed.
func (s session) exec(ctx context.Context, query string, args ...any) (changed int64, err error) {
	done, err := s.raw.Exec(ctx, query, written(args)...)
	return done.RowsAffected(), err
}

// one runs a query for one row. Its Scan returns pgx.ErrNoRows where there is
// none.
func (s session) one(ctx context.Context, query string, args ...any) row {
	return row{s.raw.QueryRow(ctx, query, written(args)...)}
}

// each calls scan for every row of a query. scan must not use the transaction.
func (s session) each(ctx context.Context, scan func(row row) error, query string, args ...any) error {
	rows, err := s.raw.Query(ctx, query, written(args)...)
	if err != nil {
		return err
	}
	return eachOf(rows, scan)
}

// eachOf calls scan for every row and closes rows.
func eachOf(rows pgx.Rows, scan func(row row) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(row{rows}); err != nil {
			return err
		}
	}
	return rows.Err()
}

// batch is statements that are sent together. Those after one that fails are not
// run.
type batch struct{ pgx.Batch }

func (b *batch) queue(query string, args ...any) *pgx.QueuedQuery {
	return b.Queue(query, written(args)...)
}

// send runs a batch, and returns the first error.
func (s session) send(ctx context.Context, b *batch) error {
	return s.raw.SendBatch(ctx, &b.Batch).Close()
}

// row is the row at hand of a query.
type row struct{ raw pgx.Row }

// Scan copies the columns into what dest points to.
func (r row) Scan(dest ...any) error {
	to := make([]any, len(dest))
	for i, d := range dest {
		if s, ok := d.(*string); ok {
			d = (*text)(s)
		}
		to[i] = d
	}
	return r.raw.Scan(to...)
}

// written are arguments as the driver is given them.
func written(args []any) []any {
	to := make([]any, len(args))
	for i, a := range args {
		if s, ok := a.(string); ok {
			a = text(s)
		}
		to[i] = a
	}
	return to
}
