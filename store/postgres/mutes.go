package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tocsin/store"
)

// Mute implements store.Store. A poll that is being decided knows of the mute, or its
// alerts are there to be muted: so it waits for its turn.
func (db *DB) Mute(ctx context.Context, m store.Mute) error {
	return db.writeUnder(ctx, storiesLock, "muting", func(ctx context.Context, tx tx) error {
		_, err := tx.exec(ctx, `
			INSERT INTO mutes (digest, target, until) VALUES ($1, $2, $3) ON CONFLICT (digest) DO UPDATE SET until = excluded.until`,
			digest(m.Target), m.Target, m.Until)
		if err != nil || m.At.IsZero() {
			return err
		}
		return tx.silence(ctx, m.At, "")
	})
}

// Mutes implements store.Store.
func (db *DB) Mutes(ctx context.Context, at time.Time) (mutes []store.Mute, err error) {
	err = db.operate(ctx, "reading what is muted", func(ctx context.Context) error {
		return db.direct().each(ctx, func(row row) error {
			var m store.Mute
			err := row.Scan(&m.Target, &m.Until)
			mutes = append(mutes, m)
			return err
		}, `SELECT target, until FROM mutes WHERE until > $1 ORDER BY until, target`, at)
	})
	return mutes, err
}

// Muted implements store.Stories.
func (v *storiesNow) Muted(ctx context.Context, targets []string, at time.Time) (muted []string, err error) {
	var all []string
	err = v.commit.each(ctx, func(row row) error {
		var target string
		err := row.Scan(&target)
		all = append(all, target)
		return err
	}, `SELECT target FROM mutes WHERE until > $1`, at)
	v.err = cmp.Or(v.err, err)
	for _, t := range targets {
		if slices.Contains(all, t) {
			muted = append(muted, t)
		}
	}
	return muted, err
}
