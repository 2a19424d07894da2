package postgres

import (
	"context"
	"fmt"
	"time"

	"tocsin/store"
)

// claim runs take in a transaction in which c's holder is joined and alive, and
// leases that have run out by now, or whose holders are dead, are gone. prepare
// is run before now is asked for; a claim that has to wait for others waits
// there.
func (db *DB) claim(ctx context.Context, doing string, c store.Claim, prepare func(ctx context.Context, tx tx) error, take func(ctx context.Context, tx tx, now time.Time) error) error {
	if c.Limit < 1 || c.Lease <= 0 {
		return db.failed(ctx, doing, fmt.Errorf("a limit of %d and a lease of %v claim nothing", c.Limit, c.Lease))
	}
	life, err := db.members.check(c.Holder)
	if err != nil {
		return db.failed(ctx, doing, err)
	}
	return db.write(ctx, doing, func(ctx context.Context, tx tx) error {
		if err := prepare(ctx, tx); err != nil {
			return err
		}
		now := c.Now
		if err := tx.sayAlive(ctx, c.Holder, life); err != nil {
			return err
		}
		if err := tx.bury(ctx); err != nil {
			return err
		}
		if err := tx.freeLeases(ctx, `leased_until <= $1`, now); err != nil {
			return err
		}
		return take(ctx, tx, now)
	})
}
