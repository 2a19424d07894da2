package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"tocsin/store"
)

// alertColumns are what scanAlert scans, in order.
const alertColumns = `id, story, route, channel, severity, content, created,
	kind, follows, due, together, said_by, state, attempts, strikes, unsettled, tried, next_try, sent, receipt, problem`

// scanAlert scans a row of alertColumns, and what the row has beyond them into
// more.
func scanAlert(row row, a *store.Alert, more ...any) error {
	var content string
	err := row.Scan(append([]any{&a.ID, &a.Story, &a.Route, &a.Channel, &a.Severity, &content, &a.Created,
		(*string)(&a.Kind), &a.Follows, &a.Due, &a.Together, &a.SaidBy, (*string)(&a.State), &a.Attempts, &a.Strikes, &a.Unsettled, &a.Tried, &a.NextTry, &a.Sent, &a.Receipt, &a.Problem}, more...)...)
	a.Content = document(content)
	return err
}

// document is JSON as it was kept; "" is nil.
func document(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

// keepAlerts keeps those of the alerts that are not there already.
func keepAlerts(b *batch, alerts []store.Alert) {
	for _, a := range alerts {
		b.queue(`
			INSERT INTO alerts (line, `+alertColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
			ON CONFLICT (id) DO NOTHING`,
			digest(a.Channel), a.ID, a.Story, a.Route, a.Channel, a.Severity, string(a.Content), a.Created,
			string(a.Kind), a.Follows, a.Due, a.Together, a.SaidBy, string(a.State), a.Attempts, a.Strikes, a.Unsettled, a.Tried, a.NextTry, a.Sent, a.Receipt, a.Problem)
	}
}

// heads names the head of every channel: the pending alert that was kept first.
// It steps from channel to channel through the index, so that a long queue costs
// no more than a short one.
const heads = `
		WITH RECURSIVE lines (line) AS (
			SELECT min(line) FROM alerts WHERE state = 'pending'
			UNION ALL
			SELECT (SELECT min(a.line) FROM alerts a WHERE a.state = 'pending' AND a.line > lines.line)
			FROM lines WHERE line IS NOT NULL),
		heads (seq) AS (
			SELECT (SELECT min(a.seq) FROM alerts a WHERE a.state = 'pending' AND a.line = lines.line)
			FROM lines WHERE line IS NOT NULL)`

// ClaimAlerts implements store.Store. A head that another claim is taking is
// passed over; its channel is that claim's.
func (db *DB) ClaimAlerts(ctx context.Context, c store.Claim) ([]store.Alert, error) {
	var claimed []ranked
	err := db.claim(ctx, "", "claiming alerts", c, func(ctx context.Context, tx tx, at moment) (err error) {
		if err := tx.lineUp(ctx, at); err != nil {
			return err
		}
		claimed, err = tx.beginAttempts(ctx, c, at)
		return err
	})
	if err != nil {
		return nil, err
	}
	// RETURNING has no order.
	slices.SortFunc(claimed, func(a, b ranked) int { return cmp.Compare(a.seq, b.seq) })
	var alerts []store.Alert
	for _, a := range claimed {
		alerts = append(alerts, a.Alert)
	}
	return alerts, nil
}

// lineUp puts the alerts whose time has come into their channels' lines, behind
// what is there: what is being said stays the head of its line. Like all that is
// numbered, under the stories lock.
func (tx tx) lineUp(ctx context.Context, at moment) error {
	var due bool
	err := tx.one(ctx, `SELECT EXISTS (SELECT FROM alerts WHERE state = 'waiting' AND due <= $1)`, at.due).Scan(&due)
	if err != nil || !due {
		return err
	}
	if _, err := tx.exec(ctx, string(storiesLock)); err != nil {
		return err
	}
	var seqs []int64
	err = tx.each(ctx, func(row row) error {
		var seq int64
		err := row.Scan(&seq)
		seqs = append(seqs, seq)
		return err
	}, `SELECT seq FROM alerts WHERE state = 'waiting' AND due <= $1 ORDER BY due, seq FOR UPDATE`, at.due)
	if err != nil || len(seqs) == 0 {
		return err
	}
	var b batch
	for _, seq := range seqs {
		b.queue(`UPDATE alerts SET state = 'pending', seq = DEFAULT WHERE seq = $1`, seq)
	}
	return tx.send(ctx, &b)
}

// ranked is an alert with its place in the order in which alerts were kept.
type ranked struct {
	store.Alert
	seq int64
}

// beginAttempts leases the heads that nobody holds and that are to be tried now,
// the oldest first, and counts the attempt. In the rows they are unsettled from
// here on; what is returned is what they were before.
func (tx tx) beginAttempts(ctx context.Context, c store.Claim, at moment) (claimed []ranked, err error) {
	until := at.now.Add(c.Lease)
	err = tx.each(ctx, func(row row) error {
		a := ranked{Alert: store.Alert{Lease: until.Truncate(time.Microsecond)}}
		var was bool
		err := scanAlert(row, &a.Alert, &a.seq, &was)
		a.Unsettled = was
		claimed = append(claimed, a)
		return err
	}, heads+`,
		due AS (
			SELECT seq AS due_seq, unsettled AS was_unsettled FROM alerts
			WHERE seq IN (SELECT seq FROM heads) AND state = 'pending' AND holder = '' AND next_try <= $6
			ORDER BY seq LIMIT $2 FOR UPDATE SKIP LOCKED)
		UPDATE alerts SET holder = $3, leased_until = $4, attempts = attempts + 1, unsettled = true,
			tried = CASE WHEN tried = $5 THEN $1 ELSE tried END
		FROM due WHERE seq = due_seq
		RETURNING `+alertColumns+`, seq, was_unsettled`,
		at.now, c.Limit, c.Holder, until, time.Time{}, at.due)
	return claimed, err
}

// Alerts implements store.Store.
func (db *DB) Alerts(ctx context.Context, since time.Time) (alerts []store.Alert, err error) {
	err = db.operate(ctx, "reading the alerts", func(ctx context.Context) (err error) {
		alerts, err = alertsWhere(ctx, db.direct(), `created >= $1 ORDER BY created, seq`, since)
		return err
	})
	return alerts, err
}

// alertsWhere returns the alerts that a condition, with its order, finds.
func alertsWhere(ctx context.Context, q session, where string, args ...any) (alerts []store.Alert, err error) {
	err = q.each(ctx, func(row row) error {
		var a store.Alert
		err := scanAlert(row, &a)
		alerts = append(alerts, a)
		return err
	}, `SELECT `+alertColumns+` FROM alerts WHERE `+where, args...)
	return alerts, err
}
