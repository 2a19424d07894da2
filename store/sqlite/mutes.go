package sqlite

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tocsin/store"
)

// Mute implements store.Store.
func (db *DB) Mute(ctx context.Context, m store.Mute) error {
	return db.write(ctx, "muting", func(tx *tx) error {
		_, err := tx.exec(ctx, `
			INSERT INTO mutes (target, until) VALUES (?, ?) ON CONFLICT (target) DO UPDATE SET until = excluded.until`,
			m.Target, micros(m.Until))
		if err != nil || m.At.IsZero() {
			return err
		}
		return tx.silence(ctx, m.At, "")
	})
}

// Mutes implements store.Store.
func (db *DB) Mutes(ctx context.Context, at time.Time) (mutes []store.Mute, err error) {
	err = db.read("reading what is muted", func(pool *readers) error {
		rows, err := pool.QueryContext(ctx, `SELECT target, until FROM mutes WHERE until > ? ORDER BY until, target`, micros(at))
		if err != nil {
			return err
		}
		return each(rows, func(row scanner) error {
			var m store.Mute
			err := row.Scan(&m.Target, moment{&m.Until})
			mutes = append(mutes, m)
			return err
		})
	})
	return mutes, err
}

// Muted implements store.Stories.
func (v *storiesNow) Muted(ctx context.Context, targets []string, at time.Time) (muted []string, err error) {
	var all []string
	err = v.tx.query(ctx, func(row scanner) error {
		var target string
		err := row.Scan(&target)
		all = append(all, target)
		return err
	}, `SELECT target FROM mutes WHERE until > ?`, micros(at))
	v.err = cmp.Or(v.err, err)
	for _, t := range targets {
		if slices.Contains(all, t) {
			muted = append(muted, t)
		}
	}
	return muted, err
}
