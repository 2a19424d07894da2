package postgres

import (
	"context"

	"tocsin/store"
)

// articleColumns are what scanArticle scans, in order, of articles a and their
// feeds f.
const articleColumns = `a.id, f.url, a.key, a.url, a.title, a.summary, a.body, a.author, a.language,
	a.categories, a.published, a.updated, a.seen`

// scanArticle scans a row of articleColumns, and what the row has beyond them
// into more.
func scanArticle(row row, a *store.Article, more ...any) error {
	err := row.Scan(append([]any{&a.ID, &a.Feed, &a.Key, &a.URL, &a.Title, &a.Summary, &a.Body, &a.Author, &a.Language,
		&a.Categories, &a.Published, &a.Updated, &a.Seen}, more...)...)
	if len(a.Categories) == 0 {
		a.Categories = nil
	}
	return err
}

// findArticle finds the row of an article by its ID alone: a look into the
// index for each feed, which takes milliseconds where there are thousands. Only
// people ask like this.
const findArticle = `
	SELECT a.seq FROM feeds f CROSS JOIN LATERAL (
		SELECT seq FROM articles WHERE feed = f.id AND id = $1 LIMIT 1) a
	LIMIT 1`

// knownArticles finds those of some articles that are known of a feed; of those that
// were deleted, seq is 0.
const knownArticles = `
	SELECT id, seq FROM articles
	WHERE feed = (SELECT id FROM feeds WHERE digest = $1 AND url = $2) AND id = ANY ($3)
	UNION ALL
	SELECT id, 0 FROM forgotten
	WHERE feed = (SELECT id FROM feeds WHERE digest = $1 AND url = $2) AND id = ANY ($3)`

// Unknown implements store.Store.
func (db *DB) Unknown(ctx context.Context, feed string, ids []string) (unknown []string, err error) {
	known := make(map[string]bool)
	err = db.operate(ctx, "looking for new articles", func(ctx context.Context) error {
		return db.direct().each(ctx, func(row row) error {
			var id string
			var seq int64
			err := row.Scan(&id, &seq)
			known[id] = true
			return err
		}, knownArticles, digest(feed), feed, ids)
	})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if !known[id] {
			unknown = append(unknown, id)
		}
	}
	return unknown, nil
}

// keepArticle keeps an article that the store does not have, in the row that
// articleRow makes of row.
func keepArticle(b *batch, row, feed int64, a store.Article) {
	categories := a.Categories
	if categories == nil {
		categories = []string{} // nil would be null
	}
	b.queue(`
		INSERT INTO articles (seq, feed, id, seen, published, updated, language,
			key, url, title, author, categories, summary, body)
		VALUES (`+articleRow+`, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		row, feed, a.ID, a.Seen, a.Published, a.Updated, a.Language,
		a.Key, a.URL, a.Title, a.Author, categories, a.Summary, a.Body)
}
