package sqlite

import (
	"context"
	"fmt"

	"tocsin/store"
)

// claim runs take in a transaction in which c's holder is joined and leases
// that have run out by c.Now are gone.
func (db *DB) claim(ctx context.Context, doing string, c store.Claim, take func(tx *tx) error) error {
	if c.Limit < 1 || c.Lease <= 0 {
		return db.failed(doing, fmt.Errorf("a limit of %d and a lease of %v claim nothing", c.Limit, c.Lease))
	}
	return db.write(ctx, doing, func(tx *tx) error {
		if err := db.members.check(c.Holder); err != nil {
			return err
		}
		if err := tx.freeLeases(ctx, `holder <> '' AND leased_until <= ?`, micros(c.Now)); err != nil {
			return err
		}
		return take(tx)
	})
}
