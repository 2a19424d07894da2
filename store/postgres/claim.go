package postgres

import (
	"context"
	"fmt"
	"time"

	"tocsin/store"
)

// claim runs take in a transaction under a lock, or none, in which c's holder is
// joined and alive, and leases that have run out by now, or whose holders are
// dead, are gone.
func (db *DB) claim(ctx context.Context, l lock, doing string, c store.Claim, take func(ctx context.Context, tx tx, now time.Time) error) error {
	if c.Limit < 1 || c.Lease <= 0 {
		return db.failed(ctx, doing, fmt.Errorf("a limit of %d and a lease of %v claim nothing", c.Limit, c.Lease))
	}
	life, err := db.members.check(c.Holder)
	if err != nil {
		return db.failed(ctx, doing, err)
	}
	return db.writeUnder(ctx, l, doing, func(ctx context.Context, tx tx) error {
		now := c.Now
		var b batch
		b.queue(sayAlive, c.Holder, life)
		b.queue(freeLeases, now)
		if err := tx.send(ctx, &b); err != nil {
			return err
		}
		return take(ctx, tx, now)
	})
}

// freeLeases forgets the workers that are dead, and ends their leases and those
// that have run out by $1. It passes over rows that another transaction has: a
// poll that is being committed ends its lease itself, and what is left of a dead
// worker's comes free with its lease.
const freeLeases = `
	WITH dead AS (
		DELETE FROM workers WHERE holder IN (
			SELECT holder FROM workers WHERE alive_until <= clock_timestamp() FOR UPDATE SKIP LOCKED)
		RETURNING holder),
	freed AS (
		UPDATE feeds SET holder = '', leased_until = NULL WHERE id IN (
			SELECT id FROM feeds
			WHERE holder <> '' AND (leased_until <= $1 OR holder IN (SELECT holder FROM dead)) FOR UPDATE SKIP LOCKED))
	UPDATE alerts SET holder = '', leased_until = NULL WHERE seq IN (
		SELECT seq FROM alerts
		WHERE holder <> '' AND (leased_until <= $1 OR holder IN (SELECT holder FROM dead)) FOR UPDATE SKIP LOCKED)`
