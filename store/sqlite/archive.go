package sqlite

import (
	"context"
	"iter"
	"time"

	"tocsin/store"
)

const (
	// pageLimit is how many articles are read at a time.
	pageLimit = 256
	// pageBytes ends a page early once its texts are that long.
	pageBytes = 4 << 20
)

// Articles implements store.Store. Between two pages nothing is held: the
// write-ahead log can be folded into the file, and the store can be closed.
func (db *DB) Articles(ctx context.Context, since time.Time) iter.Seq2[store.Article, error] {
	return func(yield func(store.Article, error) bool) {
		next, last, err := db.archived(ctx, since)
		for err == nil && next <= last {
			var page []store.Article
			if page, next, err = db.page(ctx, next, last, since); err != nil {
				break
			}
			for _, a := range page {
				if !yield(a, nil) {
					return
				}
			}
		}
		if err != nil {
			yield(store.Article{}, err)
		}
	}
}

// readingArchive is what fails when Articles does.
const readingArchive = "reading the archive"

// archived returns the first and the last row of the articles seen at since or
// later; the last is less than the first where there are none. It reads that
// part of an index, which takes milliseconds for 100,000 articles.
func (db *DB) archived(ctx context.Context, since time.Time) (first, last int64, err error) {
	err = db.read(readingArchive, func(pool *readers) error {
		return pool.QueryRowContext(ctx, `
			SELECT coalesce(min(seq), 1), coalesce(max(seq), 0) FROM articles WHERE seen >= ?`, micros(since),
		).Scan(&first, &last)
	})
	return first, last, err
}

// pageQuery reads a page. The sign keeps SQLite from going by the index over
// seen, whose order is another one.
const pageQuery = `
	SELECT ` + articleColumns + `, a.seq FROM articles a JOIN feeds f ON f.id = a.feed
	WHERE a.seq BETWEEN ? AND ? AND +a.seen >= ? ORDER BY a.seq LIMIT ?`

// page returns some articles from the row first on and which row to go on with.
func (db *DB) page(ctx context.Context, first, last int64, since time.Time) (page []store.Article, next int64, err error) {
	next = last + 1
	err = db.read(readingArchive, func(pool *readers) error {
		rows, err := pool.QueryContext(ctx, pageQuery, first, last, micros(since), pageLimit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for size := 0; size < pageBytes && rows.Next(); {
			var a store.Article
			var seq int64
			if err := scanArticle(rows, &a, &seq); err != nil {
				return err
			}
			page, size = append(page, a), size+len(a.Title)+len(a.Summary)+len(a.Body)
			if size >= pageBytes || len(page) == pageLimit {
				next = seq + 1
			}
		}
		return rows.Err()
	})
	return page, next, err
}

// addressQuery finds what stands in a few ranges of the index over addresses:
// '$' follows '#', and '@' follows '?'.
const addressQuery = `
	SELECT id, url FROM articles
	WHERE url = ?1 OR url = ?1 || '/'
		OR url >= ?1 || '#' AND url < ?1 || '$' OR url >= ?1 || '/#' AND url < ?1 || '/$'
		OR url >= ?1 || '?' AND url < ?1 || '@' OR url >= ?1 || '/?' AND url < ?1 || '/@'
	ORDER BY url, seq`

// ArticlesAt implements store.Store.
func (db *DB) ArticlesAt(ctx context.Context, page string) (found []store.Located, err error) {
	err = db.read("looking for an address", func(pool *readers) error {
		rows, err := pool.QueryContext(ctx, addressQuery, page)
		if err != nil {
			return err
		}
		return each(rows, func(row scanner) error {
			var l store.Located
			if err := row.Scan(&l.Article, &l.URL); err != nil {
				return err
			}
			found = append(found, l)
			return nil
		})
	})
	return found, err
}

// rulesQuery goes through the matches, which are few beside the articles, and not
// through those of the feed: no index has its articles by time. The signs keep SQLite
// from looking for the first row in the order of rows, and for the feed's by its index.
// It takes some 50 ms with 400,000 articles and 20,000 matches.
const rulesQuery = `
	SELECT m.rule, count(*) AS articles
	FROM matches m CROSS JOIN articles a ON a.seq = m.article
	WHERE m.article >= (SELECT min(+seq) FROM articles WHERE seen >= ?1) AND +a.seen >= ?1
		AND +a.feed = (SELECT id FROM feeds WHERE url = ?2)
	GROUP BY m.rule ORDER BY articles DESC, m.rule LIMIT ?3`

// RulesOf implements store.Store.
func (db *DB) RulesOf(ctx context.Context, feed string, since time.Time, limit int) (counts []store.RuleCount, err error) {
	err = db.read("counting the rules of a feed", func(pool *readers) error {
		rows, err := pool.QueryContext(ctx, rulesQuery, micros(since), feed, limit)
		if err != nil {
			return err
		}
		return each(rows, func(row scanner) error {
			var c store.RuleCount
			if err := row.Scan(&c.Rule, &c.Articles); err != nil {
				return err
			}
			counts = append(counts, c)
			return nil
		})
	})
	return counts, err
}
