package postgres

import (
	"context"
	"time"
)

// NextDue implements store.Store.
func (db *DB) NextDue(ctx context.Context) (feeds, alerts time.Time, err error) {
	var feed, alert *time.Time
	err = db.operate(ctx, "reading what is due next", func(ctx context.Context) error {
		// Feeds that nobody holds and those that are held have an index each.
		return db.direct().one(ctx, heads+`
			SELECT
				least(
					(SELECT min(next_poll) FROM feeds
					WHERE subscribed AND NOT gone AND holder = ''),
					(SELECT min(greatest(next_poll, leased_until)) FROM feeds
					WHERE subscribed AND NOT gone AND holder <> '')),
				least(
					(SELECT min(greatest(next_try, leased_until)) FROM alerts
					WHERE seq IN (SELECT seq FROM heads)),
					(SELECT min(due) FROM alerts WHERE state = 'waiting'))`,
		).Scan(&feed, &alert)
	})
	return due(feed), due(alert), err
}

// due is the time of what is due, as NextDue tells it. The zero time, at which
// things are due at once, would say that nothing is.
func due(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	if epoch := time.Unix(0, 0).UTC(); t.Before(epoch) {
		return epoch
	}
	return *t
}
