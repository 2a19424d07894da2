package postgres

import (
	"context"
	"time"

	"tocsin/store"
)

// ClaimTask implements store.Tasks. The lease of a dead worker is none.
func (db *DB) ClaimTask(ctx context.Context, c store.Claim, name string) (due time.Time, ok bool, err error) {
	c.Limit = 1
	err = db.claim(ctx, "", "claiming a task", c, func(ctx context.Context, tx tx, at moment) error {
		due, ok = time.Time{}, false
		if _, err := tx.exec(ctx, `INSERT INTO tasks (name, due) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, time.Time{}); err != nil {
			return err
		}
		return tx.each(ctx, func(row row) error {
			ok = true
			return row.Scan(&due)
		}, `
			UPDATE tasks SET holder = $1, leased_until = $2
			WHERE name = $3 AND (holder = $1 OR due <= $4 AND (holder = '' OR leased_until <= $5
				OR NOT EXISTS (SELECT FROM workers w WHERE w.holder = tasks.holder)))
			RETURNING due`, c.Holder, at.now.Add(c.Lease), name, at.due, at.now)
	})
	if err != nil {
		return time.Time{}, false, err
	}
	return due, ok, nil
}

// FinishTask implements store.Tasks.
func (db *DB) FinishTask(ctx context.Context, holder, name string, next time.Time) error {
	return db.write(ctx, "finishing a task", func(ctx context.Context, tx tx) error {
		return tx.held(ctx, `
			UPDATE tasks SET due = $1, holder = '', leased_until = NULL WHERE name = $2 AND holder = $3 AND holder <> ''`,
			next, name, holder)
	})
}
