package postgres

import (
	"context"
	"time"

	"tocsin/store"
)

// Counts implements store.Store. It reads an index a table.
func (db *DB) Counts(ctx context.Context) (c store.Counts, err error) {
	var oldest *time.Time
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
				(SELECT count(*) FROM alerts WHERE state = 'failed'),
				(SELECT count(*) FROM alerts WHERE state = 'waiting'),
				(SELECT min(created) FROM alerts WHERE state = 'pending')`,
		).Scan(&c.Feeds, &c.FeedsFailing, &c.Articles, &c.Matches, &c.Stories, &c.Verdicts,
			&c.Pending, &c.SentAlerts, &c.Dead, &c.Held, &oldest)
	})
	if oldest != nil {
		c.OldestPending = oldest.UTC()
	}
	return c, err
}

// ArticleCounts implements store.Store. It reads an index.
func (db *DB) ArticleCounts(ctx context.Context) (counts map[string]int, err error) {
	err = db.operate(ctx, "counting articles", func(ctx context.Context) error {
		counts = make(map[string]int)
		return db.direct().each(ctx, func(row row) error {
			var url string
			var n int
			err := row.Scan(&url, &n)
			counts[url] = n
			return err
		}, `
			SELECT feeds.url, n.articles
			FROM (SELECT feed, count(*) AS articles FROM articles GROUP BY feed) AS n
			JOIN feeds ON feeds.id = n.feed`)
	})
	return counts, err
}
