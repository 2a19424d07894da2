package sqlite

import (
	"context"
	"database/sql"
	"sync"
)

// maxStock is how many queries are kept compiled: all that are asked over and over
// have room.
const maxStock = 64

// readers are the connections that only read. A query is compiled once for each of
// them: for most that takes longer than they run.
type readers struct {
	*sql.DB
	mu    sync.Mutex
	stock map[string]*sql.Stmt // by text
}

// statement returns a query compiled, and nil where there is no room or it cannot be
// compiled, which asking it tells.
func (r *readers) statement(ctx context.Context, query string) *sql.Stmt {
	r.mu.Lock()
	defer r.mu.Unlock()
	if stmt := r.stock[query]; stmt != nil || len(r.stock) >= maxStock {
		return stmt
	}
	stmt, err := r.PrepareContext(ctx, query)
	if err != nil {
		return nil
	}
	r.stock[query] = stmt
	return stmt
}

// QueryContext is that of the pool.
func (r *readers) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := r.statement(ctx, query); stmt != nil {
		return stmt.QueryContext(ctx, args...)
	}
	return r.DB.QueryContext(ctx, query, args...)
}

// QueryRowContext is that of the pool.
func (r *readers) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if stmt := r.statement(ctx, query); stmt != nil {
		return stmt.QueryRowContext(ctx, args...)
	}
	return r.DB.QueryRowContext(ctx, query, args...)
}
