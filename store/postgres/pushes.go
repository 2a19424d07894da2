package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

// pushColumns are what scanPush scans, in order, of pushes.
const pushColumns = `token, (SELECT url FROM feeds WHERE id = feed), hub, topic, secret, callback, found,
	state, asked, lease_end, next_try, failures, problem, delivered, streak`

func scanPush(row row, p *store.Push) error {
	return row.Scan(&p.Token, &p.Feed, &p.Hub, &p.Topic, &p.Secret, &p.Callback, &p.Found,
		(*string)(&p.State), &p.Asked, &p.LeaseEnd, &p.NextTry, &p.Failures, &p.Problem, &p.Delivered, &p.Streak)
}

// never is the zero time.
var never time.Time

// FoundHub implements store.Pushes. The feed's row is locked, for two may find its
// hub at once.
func (db *DB) FoundHub(ctx context.Context, p store.Push) error {
	return db.write(ctx, "keeping a feed's hub", func(ctx context.Context, tx tx) error {
		feed, err := tx.feedRow(ctx, p.Feed)
		if err != nil {
			return err
		}
		known := false
		if err := tx.one(ctx, `
			SELECT EXISTS (SELECT FROM pushes WHERE feed = $1 AND state <> 'ending' AND hub = $2 AND topic = $3)`,
			feed, p.Hub, p.Topic).Scan(&known); err != nil || known {
			return err
		}
		if err := tx.endPushes(ctx, p.Found, `feed = $3`, feed); err != nil {
			return err
		}
		_, err = tx.exec(ctx, `
			INSERT INTO pushes (token, feed, hub, topic, secret, callback, found, next_try,
				state, asked, lease_end, failures, problem, delivered, streak)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 'wanted', $8, $8, 0, '', $8, 0)`,
			p.Token, feed, p.Hub, p.Topic, p.Secret, p.Callback, p.Found, never)
		return err
	})
}

// feedRow returns the row of the feed with that URL and locks it, or returns
// store.ErrNotFound.
func (tx tx) feedRow(ctx context.Context, url string) (row int64, err error) {
	err = tx.one(ctx, `SELECT id FROM feeds WHERE digest = $1 AND url = $2 FOR NO KEY UPDATE`, digest(url), url).Scan(&row)
	if errors.Is(err, pgx.ErrNoRows) {
		err = store.ErrNotFound
	}
	return row, err
}

// EndPush implements store.Pushes.
func (db *DB) EndPush(ctx context.Context, feed string, at time.Time) error {
	return db.write(ctx, "ending a push", func(ctx context.Context, tx tx) error {
		return tx.endPushes(ctx, at, `feed = (SELECT id FROM feeds WHERE digest = $3 AND url = $4)`, digest(feed), feed)
	})
}

// endPushes has the hubs asked to end the pushes for which where holds, whose
// arguments are $3 and on.
func (tx tx) endPushes(ctx context.Context, at time.Time, where string, args ...any) error {
	_, err := tx.exec(ctx, `
		UPDATE pushes SET state = 'ending', asked = $1, next_try = $2, failures = 0, problem = ''
		WHERE state <> 'ending' AND `+where, append([]any{never, at}, args...)...)
	return err
}

// SyncPushes implements store.Pushes.
func (db *DB) SyncPushes(ctx context.Context, callback string, at time.Time) error {
	return db.writeUnder(ctx, listLock, "syncing the pushes", func(ctx context.Context, tx tx) error {
		if err := tx.endPushes(ctx, at, `feed IN (SELECT id FROM feeds WHERE NOT subscribed)`); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `
			UPDATE pushes SET state = 'wanted', callback = $1, asked = $2, lease_end = $2, next_try = $3, failures = 0, problem = '', streak = 0
			WHERE state <> 'ending' AND callback <> $1`, callback, never, at)
		return err
	})
}

// ClaimPushes implements store.Pushes. Rows that another claim is taking are passed
// over.
func (db *DB) ClaimPushes(ctx context.Context, c store.Claim) (pushes []store.Push, err error) {
	err = db.claim(ctx, "", "claiming pushes", c, func(ctx context.Context, tx tx, at moment) error {
		pushes = nil
		return tx.each(ctx, func(row row) error {
			var p store.Push
			err := scanPush(row, &p)
			pushes = append(pushes, p)
			return err
		}, `
			UPDATE pushes SET holder = $1, leased_until = $2, asked = $3,
				state = CASE state WHEN 'denied' THEN 'wanted' ELSE state END
			WHERE token IN (
				SELECT token FROM pushes WHERE holder = '' AND next_try <= $3 ORDER BY next_try LIMIT $4 FOR UPDATE SKIP LOCKED)
			RETURNING `+pushColumns, c.Holder, at.now.Add(c.Lease), at.due, c.Limit)
	})
	if err != nil {
		return nil, err
	}
	// RETURNING has no order.
	slices.SortFunc(pushes, func(a, b store.Push) int {
		return cmp.Or(a.NextTry.Compare(b.NextTry), cmp.Compare(a.Token, b.Token))
	})
	return pushes, nil
}

// RecordPush implements store.Pushes.
func (db *DB) RecordPush(ctx context.Context, r store.PushRequest) error {
	return db.write(ctx, "recording a request to a hub", func(ctx context.Context, tx tx) error {
		if err := tx.held(ctx, `
			UPDATE pushes SET holder = '', leased_until = NULL WHERE token = $1 AND holder = $2 AND holder <> ''`,
			r.Token, r.Holder); err != nil {
			return err
		}
		if r.Forget {
			_, err := tx.exec(ctx, `DELETE FROM pushes WHERE token = $1 AND asked <> $2`, r.Token, never)
			return err
		}
		_, err := tx.exec(ctx, `UPDATE pushes SET next_try = $1, failures = $2, problem = $3 WHERE token = $4 AND asked <> $5`,
			r.NextTry, r.Failures, r.Problem, r.Token, never)
		return err
	})
}

// NextPush implements store.Pushes.
func (db *DB) NextPush(ctx context.Context) (next time.Time, err error) {
	err = db.operate(ctx, "reading what is due at hubs", func(ctx context.Context) error {
		var t *time.Time
		err := db.direct().one(ctx, `
			SELECT least(
				(SELECT min(next_try) FROM pushes WHERE holder = ''),
				(SELECT min(greatest(next_try, leased_until)) FROM pushes WHERE holder <> ''))`).Scan(&t)
		next = due(t)
		return err
	})
	return next, err
}

// VerifyPush implements store.Pushes.
func (db *DB) VerifyPush(ctx context.Context, v store.PushVerification) error {
	return db.write(ctx, "keeping what a hub verified", func(ctx context.Context, tx tx) error {
		const asked = ` WHERE token = $1 AND topic = $2 AND (state = 'ending') = $3 AND asked <> $4`
		if v.Ending {
			return tx.found(ctx, `DELETE FROM pushes`+asked, v.Token, v.Topic, true, never)
		}
		return tx.found(ctx, `
			UPDATE pushes SET state = 'verified', lease_end = $5, next_try = $6, asked = $4, failures = 0, problem = ''`+asked,
			v.Token, v.Topic, false, never, v.LeaseEnd, v.NextTry)
	})
}

// found runs a statement, or returns store.ErrNotFound where it changes nothing.
func (tx tx) found(ctx context.Context, statement string, args ...any) error {
	done, err := tx.exec(ctx, statement, args...)
	if err == nil && done == 0 {
		err = store.ErrNotFound
	}
	return err
}

// DenyPush implements store.Pushes.
func (db *DB) DenyPush(ctx context.Context, d store.PushDenial) error {
	return db.write(ctx, "keeping what a hub denied", func(ctx context.Context, tx tx) error {
		ended, err := tx.exec(ctx, `DELETE FROM pushes WHERE token = $1 AND topic = $2 AND state = 'ending'`, d.Token, d.Topic)
		if err != nil || ended > 0 {
			return err
		}
		if err := tx.found(ctx, `
			UPDATE pushes SET state = 'denied', asked = $1, lease_end = $1, next_try = $2, failures = failures + 1, problem = $3, streak = 0
			WHERE token = $4 AND topic = $5 AND (asked <> $1 OR lease_end <> $1)`,
			never, d.Next, d.Problem, d.Token, d.Topic); err != nil {
			return err
		}
		_, err = tx.exec(ctx, pollBy+` AND id = (SELECT feed FROM pushes WHERE token = $2)`, d.At, d.Token)
		return err
	})
}

// PushDelivered implements store.Pushes.
func (db *DB) PushDelivered(ctx context.Context, token string, at time.Time, news bool) error {
	return db.write(ctx, "noting a delivery", func(ctx context.Context, tx tx) error {
		_, err := tx.exec(ctx, `UPDATE pushes SET delivered = $1, streak = streak + $2 WHERE token = $3`, at, number(news), token)
		return err
	})
}

// PushMissed implements store.Pushes.
func (db *DB) PushMissed(ctx context.Context, feed string) error {
	return db.write(ctx, "noting a missed delivery", func(ctx context.Context, tx tx) error {
		_, err := tx.exec(ctx, `
			UPDATE pushes SET streak = 0
			WHERE state <> 'ending' AND feed = (SELECT id FROM feeds WHERE digest = $1 AND url = $2)`, digest(feed), feed)
		return err
	})
}

// Push implements store.Pushes.
func (db *DB) Push(ctx context.Context, token string) (store.Push, error) {
	return db.push(ctx, `token = $1`, token)
}

// PushOf implements store.Pushes.
func (db *DB) PushOf(ctx context.Context, feed string) (store.Push, error) {
	return db.push(ctx, `state <> 'ending' AND feed = (SELECT id FROM feeds WHERE digest = $1 AND url = $2)`, digest(feed), feed)
}

// push returns the one push for which where holds.
func (db *DB) push(ctx context.Context, where string, args ...any) (p store.Push, err error) {
	err = db.operate(ctx, "reading a push", func(ctx context.Context) error {
		err := scanPush(db.direct().one(ctx, `SELECT `+pushColumns+` FROM pushes WHERE `+where, args...), &p)
		if errors.Is(err, pgx.ErrNoRows) {
			p, err = store.Push{}, store.ErrNotFound
		}
		return err
	})
	return p, err
}

// ClaimFeed implements store.Pushes. A feed that another transaction has is
// somebody's.
func (db *DB) ClaimFeed(ctx context.Context, c store.Claim, url string) (f store.Feed, ok bool, err error) {
	c.Limit = 1
	err = db.claim(ctx, claimLockToo, "claiming a feed", c, func(ctx context.Context, tx tx, at moment) error {
		f, ok = store.Feed{}, false
		rows, err := tx.numbers(ctx, `
			SELECT id FROM feeds WHERE digest = $1 AND url = $2 AND subscribed AND holder = '' FOR UPDATE SKIP LOCKED`, digest(url), url)
		if err != nil {
			return err
		}
		feeds, err := tx.leaseFeeds(ctx, c, at.now, rows)
		if err == nil && len(feeds) == 1 {
			f, ok = feeds[0], true
		}
		return err
	})
	if err != nil {
		return store.Feed{}, false, err
	}
	return f, ok, nil
}

// pollBy has a feed polled by a time.
const pollBy = `UPDATE feeds SET next_poll = least(next_poll, $1) WHERE subscribed`

// PollBy implements store.Pushes.
func (db *DB) PollBy(ctx context.Context, by time.Time, url string) error {
	return db.write(ctx, "making a feed due", func(ctx context.Context, tx tx) error {
		_, err := tx.exec(ctx, pollBy+` AND digest = $2 AND url = $3`, by, digest(url), url)
		return err
	})
}
