package postgres

import (
	"context"
	"fmt"
	"time"

	"tocsin/store"
)

// RecordDelivery implements store.Store.
func (db *DB) RecordDelivery(ctx context.Context, d store.Delivery) error {
	return db.write(ctx, "recording a delivery", func(ctx context.Context, tx tx) error {
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
func (tx tx) settle(ctx context.Context, d store.Delivery, outcome store.Outcome) error {
	var sent time.Time
	var receipt, problem string
	if d.State == store.AlertSent {
		sent, receipt = d.At, d.Receipt
	} else {
		problem = d.Problem
	}
	if err := tx.held(ctx, `
		UPDATE alerts SET state = $1, unsettled = false, sent = $2, receipt = $3, problem = $4, holder = '', leased_until = NULL
		WHERE id = $5 AND holder = $6 AND holder <> '' AND `+fmt.Sprintf(sameLease, "$7"),
		string(d.State), sent, receipt, problem, d.Alert, d.Holder, d.Lease); err != nil {
		return err
	}
	var b batch
	b.queue(`UPDATE alerts SET state = $1, sent = $2, receipt = $3, problem = $4 WHERE said_by = $5 AND said_by <> '' AND state = 'gathered'`,
		string(d.State), sent, receipt, problem, d.Alert)
	b.queue(`
		UPDATE verdicts SET outcome = $1 WHERE outcome = 'queued'
			AND alert IN (SELECT $2::text UNION ALL SELECT id FROM alerts WHERE said_by = $2 AND said_by <> '')`, string(outcome), d.Alert)
	return tx.send(ctx, &b)
}

// endAttempt leaves an alert to be tried again. An attempt that was none is
// counted back, and if it was the first, the alert was never tried.
func (tx tx) endAttempt(ctx context.Context, d store.Delivery) error {
	err := tx.held(ctx, `
		UPDATE alerts SET attempts = attempts - $1, tried = CASE WHEN attempts > $1 THEN tried ELSE $2 END, strikes = strikes + $3,
			unsettled = $4, next_try = CASE WHEN $9 THEN next_try ELSE $5 END, problem = $6, holder = '', leased_until = NULL,
			state = CASE WHEN $9 THEN 'waiting' ELSE 'pending' END, due = CASE WHEN $9 THEN $5 ELSE due END, together = together OR $9
		WHERE id = $7 AND holder = $8 AND holder <> '' AND `+fmt.Sprintf(sameLease, "$10"),
		number(d.Untried), time.Time{}, number(d.Strike),
		d.Unsettled, d.NextTry, d.Problem, d.Alert, d.Holder, d.State == store.AlertWaiting, d.Lease)
	if err != nil {
		return err
	}
	return tx.silence(ctx, d.At, d.Alert)
}

// number is 1 for what is so.
func number(so bool) int {
	if so {
		return 1
	}
	return 0
}

// held runs an update of a row that is leased, or returns store.ErrLeaseLost
// where there is none such.
func (tx tx) held(ctx context.Context, update string, args ...any) error {
	done, err := tx.exec(ctx, update, args...)
	if err == nil && done == 0 {
		err = store.ErrLeaseLost
	}
	return err
}
