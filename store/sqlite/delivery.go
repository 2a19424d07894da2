package sqlite

import (
	"context"
	"fmt"
	"time"

	"tocsin/store"
)

// RecordDelivery implements store.Store.
func (db *DB) RecordDelivery(ctx context.Context, d store.Delivery) error {
	return db.write(ctx, "recording a delivery", func(tx *tx) error {
		switch d.State {
		case store.AlertSent:
			return tx.settle(ctx, d, store.Sent)
		case store.AlertFailed:
			return tx.settle(ctx, d, store.Failed)
		case store.AlertPending, store.AlertWaiting:
			return tx.endAttempt(ctx, d)
		}
		return fmt.Errorf("a delivery cannot end as %q", d.State)
	})
}

// settle ends an alert with those that it says, and the verdicts that wait for them.
func (tx *tx) settle(ctx context.Context, d store.Delivery, outcome store.Outcome) error {
	var sent time.Time
	var receipt, problem string
	if d.State == store.AlertSent {
		sent, receipt = d.At, d.Receipt
	} else {
		problem = d.Problem
	}
	held, err := tx.exec(ctx, `
		UPDATE alerts SET state = ?, unsettled = 0, sent = ?, receipt = ?, problem = ?, holder = '', leased_until = 0
		WHERE id = ? AND holder = ? AND holder <> '' AND `+sameLease,
		d.State, micros(sent), receipt, problem, d.Alert, d.Holder, micros(d.Lease), micros(d.Lease))
	if err != nil {
		return err
	}
	if held == 0 {
		return store.ErrLeaseLost
	}
	if _, err := tx.exec(ctx, `
		UPDATE alerts SET state = ?, sent = ?, receipt = ?, problem = ? WHERE said_by = ? AND said_by <> '' AND state = 'gathered'`,
		d.State, micros(sent), receipt, problem, d.Alert); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `
		UPDATE verdicts SET outcome = ? WHERE outcome = 'queued'
			AND alert IN (SELECT id FROM alerts WHERE said_by = ? AND said_by <> '')`, outcome, d.Alert); err != nil {
		return err
	}
	_, err = tx.exec(ctx, `UPDATE verdicts SET outcome = ? WHERE alert = ? AND outcome = 'queued'`, outcome, d.Alert)
	return err
}

// endAttempt leaves an alert to be tried again. An attempt that was none is
// counted back, and if it was the first, the alert was never tried.
func (tx *tx) endAttempt(ctx context.Context, d store.Delivery) error {
	held, err := tx.exec(ctx, `
		UPDATE alerts SET attempts = attempts - ?1, tried = iif(attempts > ?1, tried, ?2), strikes = strikes + ?3,
			unsettled = ?4, next_try = iif(?9, next_try, ?5), problem = ?6, holder = '', leased_until = 0,
			state = iif(?9, 'waiting', 'pending'), due = iif(?9, ?5, due), together = iif(?9, 1, together)
		WHERE id = ?7 AND holder = ?8 AND holder <> '' AND `+sameLease,
		d.Untried, micros(time.Time{}), d.Strike,
		d.Unsettled, micros(d.NextTry), d.Problem, d.Alert, d.Holder, d.State == store.AlertWaiting, micros(d.Lease), micros(d.Lease))
	if err == nil && held == 0 {
		err = store.ErrLeaseLost
	}
	if err != nil {
		return err
	}
	return tx.silence(ctx, d.At, d.Alert)
}
