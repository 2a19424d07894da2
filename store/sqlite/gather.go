package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"tocsin/store"
)

// Gather implements store.Store.
func (db *DB) Gather(ctx context.Context, g store.Gathering) error {
	return db.write(ctx, "gathering alerts", func(tx *tx) error {
		var place, until int64
		err := tx.query(ctx, func(row scanner) error { return row.Scan(&place, &until) }, `
			SELECT seq, leased_until FROM alerts WHERE id = ? AND holder = ? AND holder <> '' AND `+sameLease,
			g.Head, g.Holder, micros(g.Lease), micros(g.Lease))
		if err != nil {
			return err
		}
		if place == 0 {
			return store.ErrLeaseLost
		}
		// The new one takes the place of the head, and its lease.
		if _, err := tx.exec(ctx, `
			UPDATE alerts SET seq = (SELECT max(seq) + 1 FROM alerts), holder = '', leased_until = 0 WHERE seq = ?`, place); err != nil {
			return err
		}
		for _, id := range g.Said {
			if _, err := tx.exec(ctx, `
				UPDATE alerts SET state = 'gathered', said_by = ?, unsettled = 0 WHERE id = ? AND state = 'pending' AND holder = ''`,
				g.Alert.ID, id); err != nil {
				return err
			}
			if _, err := tx.exec(ctx, `UPDATE alerts SET said_by = ? WHERE said_by = ? AND said_by <> '' AND state = 'gathered'`, g.Alert.ID, id); err != nil {
				return err
			}
		}
		if err := tx.keepClaimed(ctx, g, place, until); err != nil {
			return err
		}
		for _, a := range g.Then {
			if err := tx.keepAlert(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
}

// keepClaimed keeps the alert of a gathering in its place, as claimed until then.
func (tx *tx) keepClaimed(ctx context.Context, g store.Gathering, place, until int64) error {
	if err := tx.keepAlert(ctx, g.Alert); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `
		UPDATE alerts SET seq = ?, state = 'pending', attempts = 1, unsettled = 1, tried = ?, holder = ?, leased_until = ? WHERE id = ?`,
		place, micros(g.Now), g.Holder, until, g.Alert.ID)
	return err
}

// Line implements store.Store.
func (db *DB) Line(ctx context.Context, channel string, limit int) ([]store.Alert, error) {
	return db.alertsWhere(ctx, "reading a channel's line", `channel = ? AND state = 'pending' ORDER BY seq LIMIT ?`, channel, limit)
}

// Replies implements store.Store.
func (db *DB) Replies(ctx context.Context, alert string) ([]store.Alert, error) {
	return db.alertsWhere(ctx, "reading replies", `follows = ? AND kind = 'reply' ORDER BY created, seq`, alert)
}

// Alert implements store.Store.
func (db *DB) Alert(ctx context.Context, id string) (store.Alert, error) {
	found, err := db.alertsWhere(ctx, "reading an alert", `id = ?`, id)
	if err != nil || len(found) > 0 {
		return append(found, store.Alert{})[0], err
	}
	return store.Alert{}, store.ErrNotFound
}

// alertsWhere returns the alerts that a condition, with its order, finds.
func (db *DB) alertsWhere(ctx context.Context, doing, where string, args ...any) (alerts []store.Alert, err error) {
	err = db.read(doing, func(pool *readers) error {
		rows, err := pool.QueryContext(ctx, `SELECT `+alertColumns+` FROM alerts WHERE `+where, args...)
		if err != nil {
			return err
		}
		alerts, err = scanAlerts(rows)
		return err
	})
	return alerts, err
}

// Said implements store.Store.
func (db *DB) Said(ctx context.Context, channel string, since time.Time) (messages int, last time.Time, err error) {
	const said = ` FROM alerts WHERE channel = ? AND state = 'sent' AND kind <> 'reply' AND said_by = ''`
	err = db.read("reading what was said", func(pool *readers) error {
		err := pool.QueryRowContext(ctx, `SELECT count(*)`+said+` AND sent >= ?`, channel, micros(since)).Scan(&messages)
		if err != nil {
			return err
		}
		err = pool.QueryRowContext(ctx, `SELECT sent`+said+` ORDER BY sent DESC LIMIT 1`, channel).Scan(moment{&last})
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return err
	})
	return messages, last, err
}
