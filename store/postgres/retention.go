package postgres

import (
	"context"
	"fmt"

	"tocsin/store"
)

// expired finds articles that are old. What an alert is about that is still to be
// said stays, and so do the other articles of its story.
const expired = `
	SELECT a.seq FROM articles a
	WHERE a.seen < greatest($1::timestamptz, $2::timestamptz)
		AND (a.seen < $2 OR NOT EXISTS (SELECT FROM matches m WHERE m.article = a.seq))
		AND ` + settled + `
	ORDER BY a.seen LIMIT $3`

// settled is what articles are of which no alert is still to be said.
const settled = `NOT EXISTS (
			SELECT FROM reports r JOIN alerts al ON al.story = r.story
			WHERE r.article = a.seq AND al.state IN ('pending', 'waiting'))
		AND NOT EXISTS (SELECT FROM verdicts v WHERE v.article = a.seq AND v.outcome = 'queued')`

// Expire implements store.Retention. Articles are looked for before anything is
// locked, for the search passes over those that are kept longer. An alert may have
// been raised meanwhile, so under the lock of stories, without which no poll raises
// one, the few that were found are looked at once more.
func (db *DB) Expire(ctx context.Context, e store.Expiry) (articles int, err error) {
	const doing = "deleting old articles"
	if e.Limit < 1 {
		return 0, db.failed(ctx, doing, fmt.Errorf("a limit of %d deletes nothing", e.Limit))
	}
	var rows []int64
	err = db.operate(ctx, doing, func(ctx context.Context) (err error) {
		rows, err = db.direct().numbers(ctx, expired, e.Unmatched, e.Matched, e.Limit)
		return err
	})
	if err != nil {
		return 0, err
	}
	err = db.writeUnder(ctx, storiesLock, doing, func(ctx context.Context, tx tx) error {
		if err := tx.forget(ctx, rows); err != nil {
			return err
		}
		return tx.deleteNotices(ctx, e)
	})
	if err != nil {
		return 0, err
	}
	return len(rows), nil
}

// numbers returns the numbers that a query finds.
func (s session) numbers(ctx context.Context, query string, args ...any) (all []int64, err error) {
	all = []int64{} // nil would be null
	err = s.each(ctx, func(row row) error {
		var n int64
		err := row.Scan(&n)
		all = append(all, n)
		return err
	}, query, args...)
	return all, err
}

// forget deletes the articles in these rows, as far as they are settled, and what is
// about them alone: what it deletes of the other tables goes with them.
func (tx tx) forget(ctx context.Context, rows []int64) error {
	if len(rows) == 0 {
		return nil
	}
	old, err := tx.numbers(ctx, `SELECT a.seq FROM articles a WHERE a.seq = ANY ($1) AND `+settled+` FOR UPDATE`, rows)
	if err != nil {
		return err
	}
	stories := []string{}
	err = tx.each(ctx, func(row row) error {
		var story string
		err := row.Scan(&story)
		stories = append(stories, story)
		return err
	}, `SELECT DISTINCT story FROM reports WHERE article = ANY ($1)`, old)
	if err != nil {
		return err
	}
	var b batch
	b.queue(`
		INSERT INTO forgotten (feed, id, listed)
		SELECT a.feed, a.id, greatest(f.delivered, a.seen) FROM articles a JOIN feeds f ON f.id = a.feed WHERE a.seq = ANY ($1)
		ON CONFLICT DO NOTHING`, old)
	b.queue(`DELETE FROM articles WHERE seq = ANY ($1)`, old)
	const empty = ` AND NOT EXISTS (SELECT FROM reports r WHERE r.story = `
	b.queue(`DELETE FROM alerts WHERE story = ANY ($1)`+empty+`alerts.story)`, stories)
	b.queue(`DELETE FROM stories WHERE id = ANY ($1)`+empty+`stories.id)`, stories)
	return tx.send(ctx, &b)
}

// deleteNotices deletes alerts that are about no story.
func (tx tx) deleteNotices(ctx context.Context, e store.Expiry) error {
	_, err := tx.exec(ctx, `
		DELETE FROM alerts WHERE seq IN (
			SELECT al.seq FROM alerts al WHERE al.created < $1 AND al.state NOT IN ('pending', 'waiting')
				AND NOT EXISTS (SELECT FROM stories s WHERE s.id = al.story)
			ORDER BY al.created LIMIT $2)`, e.Matched, e.Limit)
	return err
}

const (
	// sampled is how many articles are looked at from either end of the archive.
	sampled = 200
	// perArticle is how many bytes a row and its places in the indexes take beside
	// its texts.
	perArticle = 450
)

// Size implements store.Retention. The files of a server do not become smaller when
// rows are deleted, so it is estimated: by how many articles there are, and by how
// long those at both ends of the archive are.
func (db *DB) Size(ctx context.Context) (bytes int64, err error) {
	const texts = `pg_column_size(title) + pg_column_size(summary) + pg_column_size(body) + pg_column_size(url) + pg_column_size(key)
		+ pg_column_size(author) + pg_column_size(categories)
		+ coalesce((SELECT 3 * pg_column_size(w.words) / 2 FROM words w WHERE w.article = seq), 0)`
	err = db.operate(ctx, "measuring the store", func(ctx context.Context) error {
		return db.direct().one(ctx, `
			SELECT ((SELECT count(*) FROM articles) * coalesce(avg(size) + $2, 0))::bigint FROM (
				(SELECT `+texts+` AS size FROM articles ORDER BY seq LIMIT $1)
				UNION ALL
				(SELECT `+texts+` FROM articles ORDER BY seq DESC LIMIT $1)) AS sample`, sampled, perArticle).Scan(&bytes)
	})
	return bytes, err
}
