package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

// Gather implements store.Store. The head is numbered anew, which is done under
// the stories lock.
func (db *DB) Gather(ctx context.Context, g store.Gathering) error {
	return db.writeUnder(ctx, storiesLock, "gathering alerts", func(ctx context.Context, tx tx) error {
		var place int64
		var now, until time.Time
		err := tx.one(ctx, `
			SELECT seq, coalesce($3, clock_timestamp()), leased_until FROM alerts
			WHERE id = $1 AND holder = $2 AND holder <> '' AND `+fmt.Sprintf(sameLease, "$4")+` FOR UPDATE`,
			g.Head, g.Holder, db.clock(g.Now), g.Lease).Scan(&place, &now, &until)
		if errors.Is(err, pgx.ErrNoRows) {
			return store.ErrLeaseLost
		}
		if err != nil {
			return err
		}
		a := g.Alert
		a.State, a.Attempts, a.Unsettled, a.Tried = store.AlertPending, 1, true, now
		var b batch
		// The new one takes the place of the head, and its lease.
		b.queue(`UPDATE alerts SET seq = DEFAULT, holder = '', leased_until = NULL WHERE seq = $1`, place)
		b.queue(`UPDATE alerts SET state = 'gathered', said_by = $1, unsettled = false WHERE id = ANY ($2) AND state = 'pending' AND holder = ''`, a.ID, g.Said)
		b.queue(`UPDATE alerts SET said_by = $1 WHERE said_by = ANY ($2) AND said_by <> '' AND state = 'gathered'`, a.ID, g.Said)
		keepAlerts(&b, append([]store.Alert{a}, g.Then...))
		b.queue(`UPDATE alerts SET seq = $1, holder = $2, leased_until = $3 WHERE id = $4`, place, g.Holder, until, a.ID)
		return tx.send(ctx, &b)
	})
}

// clock is the time by which leases count: the caller's where it was told to use
// that, or null for the server's.
func (db *DB) clock(callers time.Time) *time.Time {
	if db.callersClock {
		return &callers
	}
	return nil
}

// Line implements store.Store.
func (db *DB) Line(ctx context.Context, channel string, limit int) ([]store.Alert, error) {
	return db.readAlerts(ctx, "reading a channel's line", `line = $1 AND channel = $2 AND state = 'pending' ORDER BY seq LIMIT $3`, digest(channel), channel, limit)
}

// Replies implements store.Store.
func (db *DB) Replies(ctx context.Context, alert string) ([]store.Alert, error) {
	return db.readAlerts(ctx, "reading replies", `follows = $1 AND kind = 'reply' ORDER BY created, seq`, alert)
}

// Alert implements store.Store.
func (db *DB) Alert(ctx context.Context, id string) (store.Alert, error) {
	found, err := db.readAlerts(ctx, "reading an alert", `id = $1`, id)
	if err != nil || len(found) > 0 {
		return append(found, store.Alert{})[0], err
	}
	return store.Alert{}, store.ErrNotFound
}

func (db *DB) readAlerts(ctx context.Context, doing, where string, args ...any) (alerts []store.Alert, err error) {
	err = db.operate(ctx, doing, func(ctx context.Context) (err error) {
		alerts, err = alertsWhere(ctx, db.direct(), where, args...)
		return err
	})
	return alerts, err
}

// Said implements store.Store.
func (db *DB) Said(ctx context.Context, channel string, since time.Time) (messages int, last time.Time, err error) {
	const said = ` FROM alerts WHERE line = $1 AND channel = $2 AND state = 'sent' AND kind <> 'reply' AND said_by = ''`
	err = db.operate(ctx, "reading what was said", func(ctx context.Context) error {
		var at *time.Time
		err := db.direct().one(ctx, `
			SELECT (SELECT count(*)`+said+` AND sent >= $3), (SELECT max(sent)`+said+`)`,
			digest(channel), channel, since).Scan(&messages, &at)
		if at != nil {
			last = at.UTC()
		}
		return err
	})
	return messages, last, err
}
