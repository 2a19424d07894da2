package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

// feedColumns are what scanFeed scans, in order.
const feedColumns = `url, location, title, etag, last_modified, document, ttl, skip_hours, skip_days,
	next_poll, polled, begun, succeeded, delivered, failures, problem, gone, health`

func scanFeed(row row, f *store.Feed) error {
	var health string
	err := row.Scan(&f.URL, &f.Location, &f.Title, &f.ETag, &f.LastModified, &f.Digest, &f.TTL, &f.SkipHours, &f.SkipDays,
		&f.NextPoll, &f.Polled, &f.Begun, &f.Succeeded, &f.Delivered, &f.Failures, &f.Problem, &f.Gone, &health)
	f.Health = document(health)
	return err
}

// MakeDue implements store.Store.
func (db *DB) MakeDue(ctx context.Context, at time.Time, urls ...string) error {
	return db.writeUnder(ctx, listLock, "making feeds due", func(ctx context.Context, tx tx) error {
		const update = `UPDATE feeds SET next_poll = $1, gone = false WHERE subscribed`
		if len(urls) == 0 {
			_, err := tx.exec(ctx, update, at)
			return err
		}
		_, err := tx.exec(ctx, update+` AND digest = ANY ($2) AND url = ANY ($3)`, at, digests(urls), urls)
		return err
	})
}

// Feeds implements store.Store.
func (db *DB) Feeds(ctx context.Context) (feeds []store.Feed, err error) {
	err = db.operate(ctx, "reading the feeds", func(ctx context.Context) error {
		return db.direct().each(ctx, func(row row) error {
			var f store.Feed
			err := scanFeed(row, &f)
			feeds = append(feeds, f)
			return err
		}, `SELECT `+feedColumns+` FROM feeds WHERE subscribed ORDER BY url`)
	})
	return feeds, err
}

// Feed implements store.Store.
func (db *DB) Feed(ctx context.Context, url string) (f store.Feed, err error) {
	err = db.operate(ctx, "reading a feed", func(ctx context.Context) error {
		err := scanFeed(db.direct().one(ctx,
			`SELECT `+feedColumns+` FROM feeds WHERE digest = $1 AND url = $2`, digest(url), url), &f)
		if errors.Is(err, pgx.ErrNoRows) {
			return store.ErrNotFound
		}
		return err
	})
	return f, err
}

// sameLease is whether a row's lease is that which ends at %[1]s; any is where that is the
// zero time.
const sameLease = `(leased_until = %[1]s OR %[1]s = '0001-01-01 00:00:00+00'::timestamptz)`

// endPoll writes f over the row of a feed that holder has, and gives the lease
// back; where holder has it not, it changes no row.
func endPoll(f store.Feed, holder string) (update string, args []any) {
	return `
		UPDATE feeds SET location = $4, host = $5, title = $6, etag = $7, last_modified = $8,
			document = $9, ttl = $10, skip_hours = $11, skip_days = $12,
			next_poll = $13, polled = $14, begun = $15, succeeded = $16, delivered = $17,
			failures = $18, problem = $19, gone = $20, health = $21, holder = '', leased_until = NULL
		WHERE digest = $1 AND url = $2 AND holder = $3 AND holder <> '' AND ` + fmt.Sprintf(sameLease, "$22"), []any{
			digest(f.URL), f.URL, holder,
			f.Location, digest(f.Host()), f.Title, f.ETag, f.LastModified,
			f.Digest, f.TTL, f.SkipHours, f.SkipDays,
			f.NextPoll, f.Polled, f.Begun, f.Succeeded, f.Delivered,
			f.Failures, f.Problem, f.Gone, string(f.Health), f.Lease}
}
