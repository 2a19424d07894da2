package sqlite

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// NextDue implements store.Store.
func (db *DB) NextDue(ctx context.Context) (feeds, alerts time.Time, err error) {
	var feed, alert sql.NullInt64
	err = db.read("reading what is due next", func(pool *sql.DB) error {
		stmt, err := db.nextDue.on(ctx, pool)
		if err != nil {
			return err
		}
		return stmt.QueryRowContext(ctx).Scan(&feed, &alert)
	})
	return due(feed), due(alert), err
}

// nextDue is asked whenever something has happened. Feeds that nobody holds and
// those that are held have an index each.
const nextDue = heads + `
			SELECT
				(SELECT min(t) FROM (
					SELECT min(next_poll) AS t FROM feeds
					WHERE subscribed = 1 AND gone = 0 AND holder = ''
					UNION ALL
					SELECT min(max(next_poll, leased_until)) FROM feeds
					WHERE subscribed = 1 AND gone = 0 AND holder <> '')),
				(SELECT min(t) FROM (
					SELECT min(max(next_try, leased_until)) AS t FROM alerts
					WHERE seq IN (SELECT seq FROM heads)
					UNION ALL
					SELECT min(due) FROM alerts WHERE state = 'waiting'))`

// prepared is a query of the readers that is compiled once for each of them.
type prepared struct {
	query string
	mu    sync.Mutex
	stmt  *sql.Stmt // nil before the first use
}

// on returns the statement on a pool, always the same one.
func (p *prepared) on(ctx context.Context, pool *sql.DB) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stmt == nil {
		stmt, err := pool.PrepareContext(ctx, p.query)
		if err != nil {
			return nil, err
		}
		p.stmt = stmt
	}
	return p.stmt, nil
}

// close is called once nobody uses the statement any more.
func (p *prepared) close() error {
	if p.stmt == nil {
		return nil
	}
	return p.stmt.Close()
}

// due is the time of what is due, as NextDue tells it. The zero time, at which
// things are due at once, would say that nothing is.
func due(t sql.NullInt64) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return time.UnixMicro(max(t.Int64, 0)).UTC()
}
