package sqlite

import (
	"context"
	"time"

	"tocsin/store"
)

// ClaimTask implements store.Tasks.
func (db *DB) ClaimTask(ctx context.Context, c store.Claim, name string) (due time.Time, ok bool, err error) {
	c.Limit = 1
	err = db.claim(ctx, "claiming a task", c, func(tx *tx) error {
		due, ok = time.Time{}, false
		if _, err := tx.exec(ctx, `INSERT INTO tasks (name, due) VALUES (?, ?) ON CONFLICT DO NOTHING`, name, never); err != nil {
			return err
		}
		return tx.query(ctx, func(row scanner) error {
			ok = true
			return row.Scan(moment{&due})
		}, `
			UPDATE tasks SET holder = ?1, leased_until = ?2
			WHERE name = ?3 AND (holder = '' AND due <= ?4 OR holder = ?1)
			RETURNING due`, c.Holder, micros(c.Now.Add(c.Lease)), name, micros(c.Now))
	})
	if err != nil {
		return time.Time{}, false, err
	}
	return due, ok, nil
}

// FinishTask implements store.Tasks.
func (db *DB) FinishTask(ctx context.Context, holder, name string, next time.Time) error {
	return db.write(ctx, "finishing a task", func(tx *tx) error {
		held, err := tx.exec(ctx, `
			UPDATE tasks SET due = ?, holder = '', leased_until = 0 WHERE name = ? AND holder = ? AND holder <> ''`,
			micros(next), name, holder)
		if err == nil && held == 0 {
			err = store.ErrLeaseLost
		}
		return err
	})
}
