package sqlite

import (
	"context"
	"database/sql"
	"time"

	"tocsin/store"
)

// alertColumns are what scanAlert scans, in order.
const alertColumns = `id, story, route, channel, severity, content, created,
	kind, follows, due, together, said_by, state, attempts, strikes, unsettled, tried, next_try, sent, receipt, problem`

func scanAlert(row scanner, a *store.Alert) error {
	return row.Scan(&a.ID, &a.Story, &a.Route, &a.Channel, &a.Severity, document{&a.Content}, moment{&a.Created},
		&a.Kind, &a.Follows, moment{&a.Due}, &a.Together, &a.SaidBy, &a.State, &a.Attempts, &a.Strikes, &a.Unsettled, moment{&a.Tried}, moment{&a.NextTry}, moment{&a.Sent}, &a.Receipt, &a.Problem)
}

// keepAlert keeps an alert unless it is there already.
func (tx *tx) keepAlert(ctx context.Context, a store.Alert) error {
	_, err := tx.exec(ctx, `
		INSERT INTO alerts (`+alertColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO NOTHING`,
		a.ID, a.Story, a.Route, a.Channel, a.Severity, string(a.Content), micros(a.Created),
		a.Kind, a.Follows, micros(a.Due), a.Together, a.SaidBy, a.State, a.Attempts, a.Strikes, a.Unsettled, micros(a.Tried), micros(a.NextTry), micros(a.Sent), a.Receipt, a.Problem)
	return err
}

// ClaimAlerts implements store.Store.
func (db *DB) ClaimAlerts(ctx context.Context, c store.Claim) ([]store.Alert, error) {
	var claimed []store.Alert
	err := db.claim(ctx, "claiming alerts", c, func(tx *tx) error {
		err := tx.lineUp(ctx, c.Now)
		if err != nil {
			return err
		}
		if claimed, err = tx.dueAlerts(ctx, c.Now, c.Limit); err != nil {
			return err
		}
		for i := range claimed {
			if err := tx.beginAttempt(ctx, &claimed[i], c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// lineUp puts the alerts whose time has come into their channels' lines, behind
// what is there: what is being said stays the head of its line.
func (tx *tx) lineUp(ctx context.Context, now time.Time) error {
	var due []int64
	err := tx.query(ctx, func(row scanner) error {
		var seq int64
		err := row.Scan(&seq)
		due = append(due, seq)
		return err
	}, `SELECT seq FROM alerts WHERE state = 'waiting' AND due <= ? ORDER BY due, seq`, micros(now))
	for _, seq := range due {
		if err == nil {
			_, err = tx.exec(ctx, `
				UPDATE alerts SET state = 'pending', seq = (SELECT max(seq) + 1 FROM alerts) WHERE seq = ?`, seq)
		}
	}
	return err
}

// heads names the head of every channel: the pending alert that was kept first.
// It steps from channel to channel through the index, so that a long queue costs
// no more than a short one.
const heads = `
		WITH RECURSIVE channels (channel) AS (
			SELECT min(channel) FROM alerts WHERE state = 'pending'
			UNION ALL
			SELECT (SELECT min(a.channel) FROM alerts a WHERE a.state = 'pending' AND a.channel > channels.channel)
			FROM channels WHERE channel IS NOT NULL),
		heads (seq) AS (
			SELECT (SELECT min(a.seq) FROM alerts a WHERE a.state = 'pending' AND a.channel = channels.channel)
			FROM channels WHERE channel IS NOT NULL)`

// dueAlerts returns the heads that nobody holds and that are to be tried at now,
// the oldest first.
func (tx *tx) dueAlerts(ctx context.Context, now time.Time, limit int) (due []store.Alert, err error) {
	err = tx.query(ctx, func(row scanner) error {
		var a store.Alert
		if err := scanAlert(row, &a); err != nil {
			return err
		}
		due = append(due, a)
		return nil
	}, heads+`
		SELECT `+alertColumns+` FROM alerts
		WHERE seq IN (SELECT seq FROM heads) AND holder = '' AND next_try <= ?
		ORDER BY seq LIMIT ?`, micros(now), limit)
	return due, err
}

// beginAttempt leases an alert for its next attempt and counts it. In the row
// the alert is unsettled from here on; a keeps what it was before.
func (tx *tx) beginAttempt(ctx context.Context, a *store.Alert, c store.Claim) error {
	a.Attempts++
	a.Lease = c.Now.Add(c.Lease).Truncate(time.Microsecond).UTC()
	if a.Tried.IsZero() {
		a.Tried = c.Now.Truncate(time.Microsecond).UTC()
	}
	_, err := tx.exec(ctx, `
		UPDATE alerts SET holder = ?, leased_until = ?, attempts = ?, tried = ?, unsettled = 1 WHERE id = ?`,
		c.Holder, micros(a.Lease), a.Attempts, micros(a.Tried), a.ID)
	return err
}

// Alerts implements store.Store.
func (db *DB) Alerts(ctx context.Context, since time.Time) (alerts []store.Alert, err error) {
	err = db.read("reading the alerts", func(pool *readers) error {
		rows, err := pool.QueryContext(ctx, `
			SELECT `+alertColumns+` FROM alerts WHERE created >= ? ORDER BY created, seq`, micros(since))
		if err != nil {
			return err
		}
		alerts, err = scanAlerts(rows)
		return err
	})
	return alerts, err
}

// scanAlerts reads and closes rows of alertColumns.
func scanAlerts(rows *sql.Rows) (alerts []store.Alert, err error) {
	err = each(rows, func(row scanner) error {
		var a store.Alert
		if err := scanAlert(row, &a); err != nil {
			return err
		}
		alerts = append(alerts, a)
		return nil
	})
	return alerts, err
}
