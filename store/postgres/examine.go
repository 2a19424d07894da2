package postgres

import (
	"context"

	"tocsin/store"
)

// Examine implements store.Examiner. Whether its files are whole a server sees by
// itself, where it has checksums; an index that a repair left unusable is told.
func (db *DB) Examine(ctx context.Context) (e store.Examination, err error) {
	err = db.view(ctx, "examining the store", func(ctx context.Context, tx tx) (err error) {
		e = store.Examination{Room: -1}
		if e.Schema, err = schema(ctx, tx.session); err != nil {
			return err
		}
		if err := tx.one(ctx, `
			SELECT pg_database_size(current_database()), clock_timestamp(), ARRAY (
				SELECT 'the index ' || indexrelid::regclass || ' is not usable; REINDEX makes it anew' FROM pg_index
				JOIN pg_class c ON c.oid = indrelid WHERE c.relnamespace = current_schema()::regnamespace AND NOT indisvalid)`,
		).Scan(&e.Size, &e.Clock, &e.Damage); err != nil {
			return err
		}
		return tx.each(ctx, func(row row) error {
			var w store.Worker
			err := row.Scan(&w.Holder, &w.Feeds, &w.Alerts, &w.Pushes, &w.Tasks)
			e.Workers = append(e.Workers, w)
			return err
		}, `
			SELECT holder, (SELECT count(*) FROM feeds f WHERE f.holder <> '' AND f.holder = w.holder),
				(SELECT count(*) FROM alerts a WHERE a.holder <> '' AND a.holder = w.holder),
				(SELECT count(*) FROM pushes p WHERE p.holder <> '' AND p.holder = w.holder),
				ARRAY (SELECT name FROM tasks t WHERE t.holder = w.holder ORDER BY name)
			FROM workers w WHERE alive_until > clock_timestamp() ORDER BY holder`)
	})
	if err != nil {
		return store.Examination{}, err
	}
	e.Clock = e.Clock.UTC()
	return e, nil
}
