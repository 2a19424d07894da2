package sqlite

import (
	"context"
	"database/sql"
	"time"
)

// NextDue implements store.Store.
func (db *DB) NextDue(ctx context.Context) (feeds, alerts time.Time, err error) {
	var feed, alert sql.NullInt64
	err = db.read("reading what is due next", func(pool *readers) error {
		return pool.QueryRowContext(ctx, nextDue).Scan(&feed, &alert)
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

// due is the time of what is due, as NextDue tells it. The zero time, at which
// things are due at once, would say that nothing is.
func due(t sql.NullInt64) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return time.UnixMicro(max(t.Int64, 0)).UTC()
}
