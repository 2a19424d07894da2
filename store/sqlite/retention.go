package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"tocsin/store"
)

// expired finds articles that are old. What an alert is about that is still to be
// said stays, and so do the other articles of its story.
const expired = `
	SELECT a.seq FROM articles a
	WHERE a.seen < max(?1, ?2)
		AND (a.seen < ?2 OR NOT EXISTS (SELECT 1 FROM matches m WHERE m.article = a.seq))
		AND ` + settled + `
	ORDER BY a.seen LIMIT ?3`

// settled is what articles are of which no alert is still to be said.
const settled = `NOT EXISTS (
			SELECT 1 FROM reports r JOIN alerts al ON al.story = r.story
			WHERE r.article = a.seq AND al.state IN ('pending', 'waiting'))
		AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.article = a.seq AND v.outcome = 'queued')`

// Expire implements store.Retention. Articles are looked for by a reader, for it
// passes over those that are kept longer. An alert may have been raised meanwhile,
// so the writer looks once more at the few that were found.
func (db *DB) Expire(ctx context.Context, e store.Expiry) (articles int, err error) {
	const doing = "deleting old articles"
	if e.Limit < 1 {
		return 0, db.failed(doing, fmt.Errorf("a limit of %d deletes nothing", e.Limit))
	}
	rows, err := db.expired(ctx, doing, e)
	if err != nil {
		return 0, err
	}
	err = db.write(ctx, doing, func(tx *tx) error {
		if err := tx.forget(ctx, rows); err != nil {
			return err
		}
		// Notices are about no story.
		if _, err := tx.exec(ctx, `
			DELETE FROM alerts WHERE seq IN (
				SELECT al.seq FROM alerts al WHERE al.created < ? AND al.state NOT IN ('pending', 'waiting')
					AND NOT EXISTS (SELECT 1 FROM stories s WHERE s.id = al.story)
				ORDER BY al.created LIMIT ?)`, micros(e.Matched), e.Limit); err != nil {
			return err
		}
		return tx.shrink(ctx)
	})
	if err != nil {
		return 0, err
	}
	return len(rows), nil
}

// expired returns the rows of articles that are old.
func (db *DB) expired(ctx context.Context, doing string, e store.Expiry) (rows []int64, err error) {
	err = db.read(doing, func(pool *readers) error {
		found, err := pool.QueryContext(ctx, expired, micros(e.Unmatched), micros(e.Matched), e.Limit)
		if err != nil {
			return err
		}
		return each(found, func(row scanner) error {
			var seq int64
			err := row.Scan(&seq)
			rows = append(rows, seq)
			return err
		})
	})
	return rows, err
}

// forget deletes the articles in these rows, as far as they are settled, and what is
// about them alone.
func (tx *tx) forget(ctx context.Context, rows []int64) error {
	if len(rows) == 0 {
		return nil
	}
	found, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	old, stories := []int64{}, make(map[string]bool)
	err = tx.query(ctx, func(row scanner) error {
		var seq int64
		var story sql.NullString
		err := row.Scan(&seq, &story)
		if old = append(old, seq); story.Valid {
			stories[story.String] = true
		}
		return err
	}, `
		SELECT a.seq, r.story FROM json_each(?) j CROSS JOIN articles a ON a.seq = j.value
		LEFT JOIN reports r ON r.article = a.seq WHERE `+settled, string(found))
	if err != nil {
		return err
	}
	if err := tx.deleteArticles(ctx, old); err != nil {
		return err
	}
	for story := range stories {
		if err := tx.deleteStory(ctx, story); err != nil {
			return err
		}
	}
	return nil
}

// deleteArticles deletes articles by their rows, and notes that they are not new
// when their feeds list them.
func (tx *tx) deleteArticles(ctx context.Context, rows []int64) error {
	list, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	for _, statement := range []string{
		`INSERT INTO forgotten (feed, id, listed)
			SELECT a.feed, a.id, max(f.delivered, a.seen)
			FROM json_each(?) j CROSS JOIN articles a ON a.seq = j.value JOIN feeds f ON f.id = a.feed`,
		`DELETE FROM words WHERE rowid IN (SELECT value FROM json_each(?))`,
		`DELETE FROM articles WHERE seq IN (SELECT value FROM json_each(?))`,
	} {
		if _, err := tx.exec(ctx, statement, string(list)); err != nil {
			return err
		}
	}
	return nil
}

// deleteStory deletes a story that has no article any more, and its alerts.
func (tx *tx) deleteStory(ctx context.Context, id string) error {
	const empty = ` AND NOT EXISTS (SELECT 1 FROM reports r WHERE r.story = ?1)`
	if _, err := tx.exec(ctx, `DELETE FROM alerts WHERE story = ?1`+empty, id); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM stories WHERE id = ?1`+empty, id)
	return err
}

const (
	// slack is which part of the file may be unused; what retention frees is mostly
	// needed again soon.
	slack = 4
	// givenBack is how many pages go back to the disk at a time.
	givenBack = 128
)

// shrink gives some of the file back to the disk where much of it is unused.
func (tx *tx) shrink(ctx context.Context) error {
	var pages, free int
	err := tx.query(ctx, func(row scanner) error { return row.Scan(&pages, &free) },
		`SELECT page_count, freelist_count FROM pragma_page_count, pragma_freelist_count`)
	if err != nil || free < givenBack || free < pages/slack {
		return err
	}
	_, err = tx.exec(ctx, fmt.Sprintf(`PRAGMA incremental_vacuum(%d)`, givenBack))
	return err
}

// Size implements store.Retention. What is written since the log was folded into the
// file last is counted, too.
func (db *DB) Size(ctx context.Context) (bytes int64, err error) {
	err = db.read("measuring the store", func(pool *readers) error {
		return pool.QueryRowContext(ctx, `
			SELECT (page_count - freelist_count) * page_size
			FROM pragma_page_count, pragma_freelist_count, pragma_page_size`).Scan(&bytes)
	})
	return bytes, err
}
