package postgres

import (
	"context"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

const (
	// pageLimit is how many articles are read at a time, at the most.
	pageLimit = 256
	// pageBytes is how long the texts of a page may be before the next one is for
	// fewer articles.
	pageBytes = 4 << 20
)

const readingArchive = "reading the archive"

// Articles implements store.Store. It is one transaction from the first article
// to the last, so a reader that takes its time keeps the server from cleaning
// up meanwhile; nobody waits for it.
func (db *DB) Articles(ctx context.Context, since time.Time) iter.Seq2[store.Article, error] {
	return func(yield func(store.Article, error) bool) {
		if err := db.readArchive(ctx, since, func(a store.Article) bool { return yield(a, nil) }); err != nil {
			yield(store.Article{}, err)
		}
	}
}

// readArchive calls found for every article for as long as it returns true.
func (db *DB) readArchive(ctx context.Context, since time.Time, found func(store.Article) bool) error {
	db.open.RLock()
	defer db.open.RUnlock()
	if db.closed {
		return db.failed(ctx, readingArchive, errClosed)
	}
	// Reading may take longer than any other operation, one page may not.
	err := db.transact(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(ctx context.Context, tx tx) error {
		next, last, err := tx.archived(ctx, since)
		limit := pageLimit
		for err == nil && next <= last {
			var page []store.Article
			var size int
			if page, next, size, err = tx.page(ctx, next, last, since, limit); err != nil {
				return err
			}
			for _, a := range page {
				if !found(a) {
					return nil
				}
			}
			limit = nextLimit(limit, size)
		}
		return err
	})
	if err != nil {
		return db.failed(ctx, readingArchive, err)
	}
	return nil
}

// nextLimit is for how many articles the page is to be after one for limit that
// had size bytes.
func nextLimit(limit, size int) int {
	if size > pageBytes {
		return max(1, limit*pageBytes/size)
	}
	return min(2*limit, pageLimit)
}

// archived returns the first and the last row of the articles seen at since or
// later; the last is less than the first where there are none.
func (tx tx) archived(ctx context.Context, since time.Time) (first, last int64, err error) {
	err = tx.one(ctx, `
		SELECT coalesce(min(seq), 1), coalesce(max(seq), 0) FROM articles WHERE seen >= $1`, since).Scan(&first, &last)
	return first, last, err
}

// page returns up to limit articles from the row first on, how long their texts
// are, and which row to go on with.
func (tx tx) page(ctx context.Context, first, last int64, since time.Time, limit int) (page []store.Article, next int64, size int, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	page = make([]store.Article, 0, limit)
	err = tx.each(ctx, func(row row) error {
		var a store.Article
		var seq int64
		err := scanArticle(row, &a, &seq)
		page, next = append(page, a), seq+1
		size += len(a.Title) + len(a.Summary) + len(a.Body)
		return err
	}, `
		SELECT `+articleColumns+`, a.seq FROM articles a JOIN feeds f ON f.id = a.feed
		WHERE a.seq BETWEEN $1 AND $2 AND a.seen >= $3 ORDER BY a.seq LIMIT $4`, first, last, since, limit)
	if len(page) < limit {
		next = last + 1
	}
	return page, next, size, err
}

// addressQuery finds what stands in a few ranges of the index over addresses,
// which holds the first 500 characters of each: '$' follows '#', and '@' follows
// '?'.
const addressQuery = `
	SELECT id, url FROM articles
	WHERE left(url, 500) COLLATE "C" >= left($1, 500) AND left(url, 500) COLLATE "C" < left($1, 500) || U&'\+10FFFF'
		AND (url = $1 OR url = $1 || '/'
			OR url >= $1 || '#' AND url < $1 || '$' OR url >= $1 || '/#' AND url < $1 || '/$'
			OR url >= $1 || '?' AND url < $1 || '@' OR url >= $1 || '/?' AND url < $1 || '/@')
	ORDER BY url, seq`

// ArticlesAt implements store.Store.
func (db *DB) ArticlesAt(ctx context.Context, page string) (found []store.Located, err error) {
	err = db.operate(ctx, "looking for an address", func(ctx context.Context) error {
		return db.direct().each(ctx, func(row row) error {
			var l store.Located
			err := row.Scan(&l.Article, &l.URL)
			found = append(found, l)
			return err
		}, addressQuery, page)
	})
	return found, err
}

// RulesOf implements store.Store. It goes through the matches of the articles seen
// since then, which are few beside the articles.
func (db *DB) RulesOf(ctx context.Context, feed string, since time.Time, limit int) (counts []store.RuleCount, err error) {
	err = db.operate(ctx, "counting the rules of a feed", func(ctx context.Context) error {
		return db.direct().each(ctx, func(row row) error {
			var c store.RuleCount
			err := row.Scan(&c.Rule, &c.Articles)
			counts = append(counts, c)
			return err
		}, `
			SELECT m.rule, count(*) AS articles FROM matches m JOIN articles a ON a.seq = m.article
			WHERE m.article >= (SELECT min(seq + 0) FROM articles WHERE seen >= $1) AND a.seen >= $1
				AND a.feed = (SELECT id FROM feeds WHERE digest = $2 AND url = $3)
			GROUP BY m.rule ORDER BY articles DESC, m.rule LIMIT $4`, since, digest(feed), feed, limit)
	})
	return counts, err
}
