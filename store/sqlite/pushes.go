package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"tocsin/store"
)

// pushColumns are what scanPush scans, in order, of pushes.
const pushColumns = `token, (SELECT url FROM feeds WHERE id = feed), hub, topic, secret, callback, found,
	state, asked, lease_end, next_try, failures, problem, delivered, streak`

func scanPush(row scanner, p *store.Push) error {
	return row.Scan(&p.Token, &p.Feed, &p.Hub, &p.Topic, &p.Secret, &p.Callback, moment{&p.Found},
		&p.State, moment{&p.Asked}, moment{&p.LeaseEnd}, moment{&p.NextTry}, &p.Failures, &p.Problem, moment{&p.Delivered}, &p.Streak)
}

// never is the zero time.
var never = micros(time.Time{})

// FoundHub implements store.Pushes.
func (db *DB) FoundHub(ctx context.Context, p store.Push) error {
	return db.write(ctx, "keeping a feed's hub", func(tx *tx) error {
		feed, err := tx.feedRow(ctx, p.Feed)
		if err != nil {
			return err
		}
		known := false
		err = tx.query(ctx, func(row scanner) error { return row.Scan(&known) },
			`SELECT 1 FROM pushes WHERE feed = ? AND state <> 'ending' AND hub = ? AND topic = ?`, feed, p.Hub, p.Topic)
		if err != nil || known {
			return err
		}
		if err := tx.endPush(ctx, feed, p.Found); err != nil {
			return err
		}
		_, err = tx.exec(ctx, `
			INSERT INTO pushes (token, feed, hub, topic, secret, callback, found, next_try,
				state, asked, lease_end, failures, problem, delivered, streak)
			VALUES (?, ?, ?, ?, ?, ?, ?7, ?7, 'wanted', ?8, ?8, 0, '', ?8, 0)`,
			p.Token, feed, p.Hub, p.Topic, p.Secret, p.Callback, micros(p.Found), never)
		return err
	})
}

// feedRow returns the row of the feed with that URL, or store.ErrNotFound.
func (tx *tx) feedRow(ctx context.Context, url string) (row int64, err error) {
	err = tx.query(ctx, func(r scanner) error { return r.Scan(&row) }, `SELECT id FROM feeds WHERE url = ?`, url)
	if err == nil && row == 0 {
		err = store.ErrNotFound
	}
	return row, err
}

// EndPush implements store.Pushes.
func (db *DB) EndPush(ctx context.Context, feed string, at time.Time) error {
	return db.write(ctx, "ending a push", func(tx *tx) error {
		row, err := tx.feedRow(ctx, feed)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return tx.endPush(ctx, row, at)
	})
}

// endPush has the hub asked to end the push of a feed.
func (tx *tx) endPush(ctx context.Context, feed int64, at time.Time) error {
	return tx.endPushes(ctx, at, `feed = ?`, feed)
}

// endPushes has the hubs asked to end the pushes for which where holds.
func (tx *tx) endPushes(ctx context.Context, at time.Time, where string, args ...any) error {
	_, err := tx.exec(ctx, `
		UPDATE pushes SET state = 'ending', asked = ?, next_try = ?, failures = 0, problem = ''
		WHERE state <> 'ending' AND `+where, append([]any{never, micros(at)}, args...)...)
	return err
}

// SyncPushes implements store.Pushes.
func (db *DB) SyncPushes(ctx context.Context, callback string, at time.Time) error {
	return db.write(ctx, "syncing the pushes", func(tx *tx) error {
		if err := tx.endPushes(ctx, at, `feed IN (SELECT id FROM feeds WHERE subscribed = 0)`); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `
			UPDATE pushes SET state = 'wanted', callback = ?1, asked = ?2, lease_end = ?2, next_try = ?3, failures = 0, problem = '', streak = 0
			WHERE state <> 'ending' AND callback <> ?1`, callback, never, micros(at))
		return err
	})
}

// ClaimPushes implements store.Pushes.
func (db *DB) ClaimPushes(ctx context.Context, c store.Claim) (pushes []store.Push, err error) {
	err = db.claim(ctx, "claiming pushes", c, func(tx *tx) error {
		return tx.query(ctx, func(row scanner) error {
			var p store.Push
			if err := scanPush(row, &p); err != nil {
				return err
			}
			pushes = append(pushes, p)
			return nil
		}, `
			UPDATE pushes SET holder = ?, leased_until = ?, asked = ?3, state = iif(state = 'denied', 'wanted', state)
			WHERE token IN (SELECT token FROM pushes WHERE holder = '' AND next_try <= ?3 ORDER BY next_try LIMIT ?4)
			RETURNING `+pushColumns, c.Holder, micros(c.Now.Add(c.Lease)), micros(c.Now), c.Limit)
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
	return db.write(ctx, "recording a request to a hub", func(tx *tx) error {
		held, err := tx.exec(ctx, `
			UPDATE pushes SET holder = '', leased_until = 0 WHERE token = ? AND holder = ? AND holder <> ''`, r.Token, r.Holder)
		switch {
		case err != nil:
			return err
		case held == 0:
			return store.ErrLeaseLost
		case r.Forget:
			_, err = tx.exec(ctx, `DELETE FROM pushes WHERE token = ? AND asked <> ?`, r.Token, never)
			return err
		}
		_, err = tx.exec(ctx, `UPDATE pushes SET next_try = ?, failures = ?, problem = ? WHERE token = ? AND asked <> ?`,
			micros(r.NextTry), r.Failures, r.Problem, r.Token, never)
		return err
	})
}

// NextPush implements store.Pushes.
func (db *DB) NextPush(ctx context.Context) (time.Time, error) {
	var next sql.NullInt64
	err := db.read("reading what is due at hubs", func(pool *readers) error {
		return pool.QueryRowContext(ctx, `
			SELECT min(t) FROM (
				SELECT min(next_try) AS t FROM pushes WHERE holder = ''
				UNION ALL
				SELECT min(max(next_try, leased_until)) FROM pushes WHERE holder <> '')`,
		).Scan(&next)
	})
	return due(next), err
}

// VerifyPush implements store.Pushes.
func (db *DB) VerifyPush(ctx context.Context, v store.PushVerification) error {
	return db.write(ctx, "keeping what a hub verified", func(tx *tx) error {
		const asked = `token = ? AND topic = ? AND (state = 'ending') = ? AND asked <> ?`
		if v.Ending {
			return one(tx.exec(ctx, `DELETE FROM pushes WHERE `+asked, v.Token, v.Topic, true, never))
		}
		return one(tx.exec(ctx, `
			UPDATE pushes SET state = 'verified', lease_end = ?, next_try = ?, asked = ?, failures = 0, problem = '' WHERE `+asked,
			micros(v.LeaseEnd), micros(v.NextTry), never, v.Token, v.Topic, false, never))
	})
}

// one is store.ErrNotFound where a statement changed nothing.
func one(changed int64, err error) error {
	if err == nil && changed == 0 {
		err = store.ErrNotFound
	}
	return err
}

// DenyPush implements store.Pushes.
func (db *DB) DenyPush(ctx context.Context, d store.PushDenial) error {
	return db.write(ctx, "keeping what a hub denied", func(tx *tx) error {
		ended, err := tx.exec(ctx, `DELETE FROM pushes WHERE token = ? AND topic = ? AND state = 'ending'`, d.Token, d.Topic)
		if err != nil || ended > 0 {
			return err
		}
		err = one(tx.exec(ctx, `
			UPDATE pushes SET state = 'denied', asked = ?1, lease_end = ?1, next_try = ?2, failures = failures + 1, problem = ?3, streak = 0
			WHERE token = ?4 AND topic = ?5 AND (asked <> ?1 OR lease_end <> ?1)`,
			never, micros(d.Next), d.Problem, d.Token, d.Topic))
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, pollBy+` AND id = (SELECT feed FROM pushes WHERE token = ?2)`, micros(d.At), d.Token)
		return err
	})
}

// PushDelivered implements store.Pushes.
func (db *DB) PushDelivered(ctx context.Context, token string, at time.Time, news bool) error {
	return db.write(ctx, "noting a delivery", func(tx *tx) error {
		_, err := tx.exec(ctx, `UPDATE pushes SET delivered = ?, streak = streak + ? WHERE token = ?`, micros(at), news, token)
		return err
	})
}

// PushMissed implements store.Pushes.
func (db *DB) PushMissed(ctx context.Context, feed string) error {
	return db.write(ctx, "noting a missed delivery", func(tx *tx) error {
		_, err := tx.exec(ctx, `UPDATE pushes SET streak = 0 WHERE state <> 'ending' AND feed = (SELECT id FROM feeds WHERE url = ?)`, feed)
		return err
	})
}

// Push implements store.Pushes.
func (db *DB) Push(ctx context.Context, token string) (store.Push, error) {
	return db.push(ctx, `token = ?`, token)
}

// PushOf implements store.Pushes.
func (db *DB) PushOf(ctx context.Context, feed string) (store.Push, error) {
	return db.push(ctx, `state <> 'ending' AND feed = (SELECT id FROM feeds WHERE url = ?)`, feed)
}

// push returns the one push for which where holds.
func (db *DB) push(ctx context.Context, where, arg string) (p store.Push, err error) {
	err = db.read("reading a push", func(pool *readers) error {
		err := scanPush(pool.QueryRowContext(ctx, `SELECT `+pushColumns+` FROM pushes WHERE `+where, arg), &p)
		if errors.Is(err, sql.ErrNoRows) {
			return store.ErrNotFound
		}
		return err
	})
	return p, err
}

// ClaimFeed implements store.Pushes.
func (db *DB) ClaimFeed(ctx context.Context, c store.Claim, url string) (f store.Feed, ok bool, err error) {
	c.Limit = 1
	err = db.claim(ctx, "claiming a feed", c, func(tx *tx) error {
		var rows []int64
		err := tx.query(ctx, func(row scanner) error {
			rows = append(rows, 0)
			return row.Scan(&rows[0])
		}, `SELECT id FROM feeds WHERE url = ? AND subscribed = 1 AND holder = ''`, url)
		if err != nil || len(rows) == 0 {
			return err
		}
		feeds, err := tx.leaseFeeds(ctx, c, rows)
		if err == nil && len(feeds) != 1 {
			err = fmt.Errorf("%d rows of a feed", len(feeds))
		}
		if err == nil {
			f, ok = feeds[0], true
		}
		return err
	})
	return f, ok, err
}

// pollBy has a feed polled by a time.
const pollBy = `UPDATE feeds SET next_poll = min(next_poll, ?1) WHERE subscribed = 1`

// PollBy implements store.Pushes.
func (db *DB) PollBy(ctx context.Context, by time.Time, url string) error {
	return db.write(ctx, "making a feed due", func(tx *tx) error {
		_, err := tx.exec(ctx, pollBy+` AND url = ?2`, micros(by), url)
		return err
	})
}
