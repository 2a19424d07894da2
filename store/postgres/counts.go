package postgres

import (
	"context"

	"tocsin/store"
)

// Counts implements store.Store. It reads an index a table.
func (db *DB) Counts(ctx context.Context) (c store.Counts, err error) {
	err = db.operate(ctx, "counting", func(ctx context.Context) error {
		return db.direct().one(ctx, `
			SELECT
				(SELECT count(*) FROM feeds WHERE subscribed),
				(SELECT count(*) FROM feeds WHERE subscribed AND (failures > 0 OR gone)),
				(SELECT count(*) FROM articles),
				(SELECT count(*) FROM matches),
				(SELECT count(*) FROM stories),
				(SELECT count(*) FROM verdicts),
				(SELECT count(*) FROM alerts WHERE state = 'pending'),
				(SELECT count(*) FROM alerts WHERE state = 'sent'),
				(SELECT count(*) FROM alerts WHERE state = 'failed')`,
		).Scan(&c.Feeds, &c.FeedsFailing, &c.Articles, &c.Matches, &c.Stories, &c.Verdicts,
			&c.Pending, &c.SentAlerts, &c.Dead)
	})
	return c, err
}
