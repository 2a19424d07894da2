package sqlite

import (
	"context"
	"encoding/json"

	"tocsin/store"
)

// articleColumns are what scanArticle scans, in order, of articles a and their
// feeds f.
const articleColumns = `a.id, f.url, a.key, a.url, a.title, a.summary, a.body, a.author, a.language,
	a.categories, a.published, a.updated, a.seen`

// scanArticle scans a row of articleColumns, and what the row has beyond them
// into more.
func scanArticle(row scanner, a *store.Article, more ...any) error {
	return row.Scan(append([]any{&a.ID, &a.Feed, &a.Key, &a.URL, &a.Title, &a.Summary, &a.Body, &a.Author, &a.Language,
		list{&a.Categories}, moment{&a.Published}, moment{&a.Updated}, moment{&a.Seen}}, more...)...)
}

// findArticle finds the row of an article by its ID alone: a look into the
// index for each feed, which takes milliseconds where there are thousands. Only
// people ask like this.
const findArticle = `
	SELECT a.seq FROM feeds f CROSS JOIN articles a ON a.feed = f.id WHERE a.id = ?`

// deleted stands for the row of an article that is known and was deleted.
const deleted = -1

// articleRows returns the rows of those of a feed's articles that are known.
func (tx *tx) articleRows(ctx context.Context, feed int64, articles []store.Article) (map[string]int64, error) {
	rows := make(map[string]int64, len(articles))
	if len(articles) == 0 {
		return rows, nil
	}
	ids := make([]string, len(articles))
	for i := range articles {
		ids[i] = articles[i].ID
	}
	// IDs are base32, so JSON carries them as they are.
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	err = tx.query(ctx, func(row scanner) error {
		var id string
		var seq int64
		if err := row.Scan(&id, &seq); err != nil {
			return err
		}
		rows[id] = seq
		return nil
	}, `
		SELECT id, seq FROM articles WHERE feed = ?1 AND id IN (SELECT value FROM json_each(?2))
		UNION ALL
		SELECT id, -1 FROM forgotten WHERE feed = ?1 AND id IN (SELECT value FROM json_each(?2))`, feed, string(list))
	return rows, err
}

// Unknown implements store.Store.
func (db *DB) Unknown(ctx context.Context, feed string, ids []string) (unknown []string, err error) {
	known := make(map[string]bool)
	err = db.read("looking for new articles", func(pool *readers) error {
		list, err := json.Marshal(ids)
		if err != nil {
			return err
		}
		rows, err := pool.QueryContext(ctx, `
			SELECT a.id FROM feeds f CROSS JOIN articles a ON a.feed = f.id
			WHERE f.url = ?1 AND a.id IN (SELECT value FROM json_each(?2))
			UNION ALL
			SELECT d.id FROM feeds f CROSS JOIN forgotten d ON d.feed = f.id
			WHERE f.url = ?1 AND d.id IN (SELECT value FROM json_each(?2))`, feed, string(list))
		if err != nil {
			return err
		}
		return each(rows, func(row scanner) error {
			var id string
			if err := row.Scan(&id); err != nil {
				return err
			}
			known[id] = true
			return nil
		})
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

// keepArticle keeps an article that the store does not have, and returns its
// row.
func (tx *tx) keepArticle(ctx context.Context, feed int64, a *store.Article) (row int64, err error) {
	row, err = tx.insert(ctx, `
		INSERT INTO articles (feed, id, seen, published, updated, language,
			key, url, title, author, categories, summary, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		feed, a.ID, micros(a.Seen), micros(a.Published), micros(a.Updated), a.Language,
		a.Key, a.URL, a.Title, a.Author, quoted(a.Categories), a.Summary, a.Body)
	if err != nil {
		return 0, err
	}
	tx.indexLater(row, a)
	return row, nil
}
