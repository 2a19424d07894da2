package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"tocsin/store"
)

// feedColumns are what scanFeed scans, in order.
const feedColumns = `url, location, title, etag, last_modified,
	next_poll, polled, succeeded, failures, problem, gone`

func scanFeed(row scanner, f *store.Feed) error {
	return row.Scan(&f.URL, &f.Location, &f.Title, &f.ETag, &f.LastModified,
		moment{&f.NextPoll}, moment{&f.Polled}, moment{&f.Succeeded}, &f.Failures, &f.Problem, &f.Gone)
}

// SyncFeeds implements store.Store. It writes the differences only: a restart
// with the same feeds writes nothing.
func (db *DB) SyncFeeds(ctx context.Context, subs []store.Subscription) error {
	return db.write(ctx, "syncing the feeds", func(tx *tx) error {
		subscribed, err := tx.subscriptions(ctx)
		if err != nil {
			return err
		}
		wanted := make(map[string]bool, len(subs))
		for _, s := range subs {
			if wanted[s.URL] {
				continue
			}
			wanted[s.URL] = true
			if subscribed[s.URL] {
				continue
			}
			if err := tx.subscribe(ctx, s); err != nil {
				return err
			}
		}
		for url, is := range subscribed {
			if is && !wanted[url] {
				if _, err := tx.exec(ctx, `UPDATE feeds SET subscribed = 0 WHERE url = ?`, url); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// subscriptions returns all known feeds with whether they are subscribed.
func (tx *tx) subscriptions(ctx context.Context) (map[string]bool, error) {
	all := make(map[string]bool)
	err := tx.query(ctx, func(row scanner) error {
		var url string
		var subscribed bool
		if err := row.Scan(&url, &subscribed); err != nil {
			return err
		}
		all[url] = subscribed
		return nil
	}, `SELECT url, subscribed FROM feeds`)
	return all, err
}

// subscribe subscribes a feed that is not, known or new.
func (tx *tx) subscribe(ctx context.Context, s store.Subscription) error {
	known, err := tx.exec(ctx, `UPDATE feeds SET subscribed = 1 WHERE url = ?`, s.URL)
	if err != nil || known > 0 {
		return err
	}
	f := store.Feed{URL: s.URL, NextPoll: s.FirstPoll}
	_, err = tx.exec(ctx, `INSERT INTO feeds (subscribed, `+feedColumns+`) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		f.URL, f.Location, f.Title, f.ETag, f.LastModified,
		micros(f.NextPoll), micros(f.Polled), micros(f.Succeeded), f.Failures, f.Problem, f.Gone)
	return err
}

// MakeDue implements store.Store.
func (db *DB) MakeDue(ctx context.Context, at time.Time, urls ...string) error {
	return db.write(ctx, "making feeds due", func(tx *tx) error {
		const update = `UPDATE feeds SET next_poll = ?, gone = 0 WHERE subscribed = 1`
		if len(urls) == 0 {
			_, err := tx.exec(ctx, update, micros(at))
			return err
		}
		for _, url := range urls {
			if _, err := tx.exec(ctx, update+` AND url = ?`, micros(at), url); err != nil {
				return err
			}
		}
		return nil
	})
}

// ClaimDueFeeds implements store.Store.
func (db *DB) ClaimDueFeeds(ctx context.Context, c store.Claim) ([]store.Feed, error) {
	var feeds []store.Feed
	err := db.claim(ctx, "claiming feeds", c, func(tx *tx) error {
		feeds = nil
		return tx.query(ctx, func(row scanner) error {
			var f store.Feed
			if err := scanFeed(row, &f); err != nil {
				return err
			}
			feeds = append(feeds, f)
			return nil
		}, `
			UPDATE feeds SET holder = ?, leased_until = ?
			WHERE id IN (
				SELECT id FROM feeds
				WHERE subscribed = 1 AND gone = 0 AND holder = '' AND next_poll <= ?
				ORDER BY next_poll, id LIMIT ?)
			RETURNING `+feedColumns,
			c.Holder, micros(c.Now.Add(c.Lease)), micros(c.Now), c.Limit)
	})
	if err != nil {
		return nil, err
	}
	// RETURNING has no order.
	slices.SortFunc(feeds, func(a, b store.Feed) int {
		return cmp.Or(a.NextPoll.Compare(b.NextPoll), cmp.Compare(a.URL, b.URL))
	})
	return feeds, nil
}

// Feeds implements store.Store.
func (db *DB) Feeds(ctx context.Context) (feeds []store.Feed, err error) {
	err = db.read("reading the feeds", func(pool *sql.DB) error {
		rows, err := pool.QueryContext(ctx, `SELECT `+feedColumns+` FROM feeds WHERE subscribed = 1 ORDER BY url`)
		if err != nil {
			return err
		}
		return each(rows, func(row scanner) error {
			var f store.Feed
			if err := scanFeed(row, &f); err != nil {
				return err
			}
			feeds = append(feeds, f)
			return nil
		})
	})
	return feeds, err
}

// leased returns the row of the feed with that URL, or store.ErrLeaseLost
// unless holder has it.
func (tx *tx) leased(ctx context.Context, url, holder string) (id int64, err error) {
	err = tx.query(ctx, func(row scanner) error { return row.Scan(&id) },
		`SELECT id FROM feeds WHERE url = ? AND holder = ? AND holder <> ''`, url, holder)
	if err == nil && id == 0 {
		err = store.ErrLeaseLost
	}
	return id, err
}

// endPoll writes f over the feed's row and gives the lease back.
func (tx *tx) endPoll(ctx context.Context, id int64, f store.Feed) error {
	_, err := tx.exec(ctx, `
		UPDATE feeds SET location = ?, title = ?, etag = ?, last_modified = ?,
			next_poll = ?, polled = ?, succeeded = ?, failures = ?, problem = ?, gone = ?,
			holder = '', leased_until = 0
		WHERE id = ?`,
		f.Location, f.Title, f.ETag, f.LastModified,
		micros(f.NextPoll), micros(f.Polled), micros(f.Succeeded), f.Failures, f.Problem, f.Gone,
		id)
	return err
}
