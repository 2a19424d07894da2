package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"tocsin/store"
)

// feedColumns are what scanFeed scans and feedValues gives, in order.
const feedColumns = `url, location, title, etag, last_modified, digest, ttl, skip_hours, skip_days,
	next_poll, polled, begun, succeeded, delivered, failures, problem, gone, health`

func scanFeed(row scanner, f *store.Feed) error {
	return row.Scan(&f.URL, &f.Location, &f.Title, &f.ETag, &f.LastModified, &f.Digest, span{&f.TTL}, &f.SkipHours, &f.SkipDays,
		moment{&f.NextPoll}, moment{&f.Polled}, moment{&f.Begun}, moment{&f.Succeeded}, moment{&f.Delivered}, &f.Failures, &f.Problem, &f.Gone, document{&f.Health})
}

func feedValues(f *store.Feed) []any {
	return []any{f.URL, f.Location, f.Title, f.ETag, f.LastModified, f.Digest, f.TTL.Microseconds(), f.SkipHours, f.SkipDays,
		micros(f.NextPoll), micros(f.Polled), micros(f.Begun), micros(f.Succeeded), micros(f.Delivered), f.Failures, f.Problem, f.Gone, string(f.Health)}
}

// feedMarks are as many parameters as there are feedColumns.
var feedMarks = "?" + strings.Repeat(", ?", strings.Count(feedColumns, ","))

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

// Feeds implements store.Store.
func (db *DB) Feeds(ctx context.Context) (feeds []store.Feed, err error) {
	err = db.read("reading the feeds", func(pool *readers) error {
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

// Feed implements store.Store.
func (db *DB) Feed(ctx context.Context, url string) (f store.Feed, err error) {
	err = db.read("reading a feed", func(pool *readers) error {
		err := scanFeed(pool.QueryRowContext(ctx, `SELECT `+feedColumns+` FROM feeds WHERE url = ?`, url), &f)
		if errors.Is(err, sql.ErrNoRows) {
			return store.ErrNotFound
		}
		return err
	})
	return f, err
}

// sameLease is whether a row's lease is that which ends at a time; any is where that is
// the zero time. It takes the time twice.
const sameLease = `(leased_until = ? OR ? = -62135596800000000)`

// leased returns the row of the feed, or store.ErrLeaseLost unless holder has it
// under the lease that it was claimed with.
func (tx *tx) leased(ctx context.Context, f store.Feed, holder string) (id int64, err error) {
	err = tx.query(ctx, func(row scanner) error { return row.Scan(&id) },
		`SELECT id FROM feeds WHERE url = ? AND holder = ? AND holder <> '' AND `+sameLease, f.URL, holder, micros(f.Lease), micros(f.Lease))
	if err == nil && id == 0 {
		err = store.ErrLeaseLost
	}
	return id, err
}

// endPoll writes f over the feed's row and gives the lease back.
func (tx *tx) endPoll(ctx context.Context, id int64, f store.Feed) error {
	values := append(feedValues(&f), f.Host(), id)
	_, err := tx.exec(ctx, `
		UPDATE feeds SET (`+feedColumns+`) = (`+feedMarks+`), host = ?, holder = '', leased_until = 0
		WHERE id = ?`, values...)
	return err
}
