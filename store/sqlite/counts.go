package sqlite

import (
	"context"
	"database/sql"
	"time"

	"tocsin/store"
)

// Counts implements store.Store. It reads an index a table: 15 ms with 400,000
// articles.
func (db *DB) Counts(ctx context.Context) (c store.Counts, err error) {
	var oldest sql.NullInt64
	err = db.read("counting", func(pool *readers) error {
		return pool.QueryRowContext(ctx, `
			SELECT
				(SELECT count(*) FROM feeds WHERE subscribed = 1),
				(SELECT count(*) FROM feeds WHERE subscribed = 1 AND (failures > 0 OR gone = 1)),
				(SELECT count(*) FROM articles),
				(SELECT count(*) FROM matches),
				(SELECT count(*) FROM stories),
				(SELECT count(*) FROM verdicts),
				(SELECT count(*) FROM alerts WHERE state = 'pending'),
				(SELECT count(*) FROM alerts WHERE state = 'sent'),
				(SELECT count(*) FROM alerts WHERE state = 'failed'),
				(SELECT count(*) FROM alerts WHERE state = 'waiting'),
				(SELECT min(created) FROM alerts INDEXED BY alerts_pending WHERE state = 'pending')`,
		).Scan(&c.Feeds, &c.FeedsFailing, &c.Articles, &c.Matches, &c.Stories, &c.Verdicts,
			&c.Pending, &c.SentAlerts, &c.Dead, &c.Held, &oldest)
	})
	if oldest.Valid {
		c.OldestPending = time.UnixMicro(oldest.Int64).UTC()
	}
	return c, err
}

// ArticleCounts implements store.Store. It reads an index.
func (db *DB) ArticleCounts(ctx context.Context) (counts map[string]int, err error) {
	err = db.read("counting articles", func(pool *readers) error {
		rows, err := pool.QueryContext(ctx, `
			SELECT feeds.url, n.articles
			FROM (SELECT feed, count(*) AS articles FROM articles GROUP BY feed) AS n
			JOIN feeds ON feeds.id = n.feed`)
		if err != nil {
			return err
		}
		counts = make(map[string]int)
		return each(rows, func(row scanner) error {
			var url string
			var n int
			if err := row.Scan(&url, &n); err != nil {
				return err
			}
			counts[url] = n
			return nil
		})
	})
	return counts, err
}
