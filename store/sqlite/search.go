package sqlite

import (
	"context"
	"strconv"
	"strings"

	"tocsin/store"
	"tocsin/store/query"
)

// worded is an article's words and its row.
type worded struct {
	row  int64
	text string
}

// words are those of an article that is kept in row.
func words(row int64, a *store.Article) worded {
	return worded{row, query.Words(a.Title, a.Summary, a.Body)}
}

// indexLater makes an article findable that this transaction has kept in row, once
// the group commits. At every savepoint FTS5 writes out what it has gathered, as a
// piece of the index that is to be merged with others later; so a group gives it
// everything at its end. Nobody can delete the article before.
func (tx *tx) indexLater(row int64, a *store.Article) {
	tx.group.words = append(tx.group.words, words(row, a))
}

// indexAll makes articles findable.
func (tx *tx) indexAll(ctx context.Context, articles []worded) error {
	for _, a := range articles {
		if _, err := tx.exec(ctx, `INSERT INTO words (rowid, text) VALUES (?, ?)`, a.row, a.text); err != nil {
			return err
		}
	}
	return nil
}

// searchQuery steps through the index from the last row down, so that its cost is
// that of a page however much is found.
const searchQuery = `
	SELECT ` + articleColumns + `, a.seq
	FROM (SELECT rowid AS seq FROM words WHERE words MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?) w
	CROSS JOIN articles a ON a.seq = w.seq JOIN feeds f ON f.id = a.feed
	ORDER BY a.seq DESC`

// Search implements store.Searcher.
func (db *DB) Search(ctx context.Context, s store.Search) (found store.Found, err error) {
	const doing = "searching the archive"
	before, err := s.Before()
	if err != nil {
		return found, db.failed(doing, err)
	}
	asked := match(query.Parse(s.Text))
	if asked == "" {
		return found, nil
	}
	err = db.read(doing, func(pool *readers) error {
		// One more tells whether there is a next page.
		rows, err := pool.QueryContext(ctx, searchQuery, asked, before, s.Limit+1)
		if err != nil {
			return err
		}
		var last int64
		return each(rows, func(row scanner) error {
			if len(found.Articles) == s.Limit {
				found.Next = strconv.FormatInt(last, 10)
				return nil
			}
			var a store.Article
			err := scanArticle(row, &a, &last)
			found.Articles = append(found.Articles, a)
			return err
		})
	})
	if err != nil {
		return store.Found{}, err
	}
	return found, nil
}

// match is a query in the language of FTS5; "" finds nothing.
func match(q query.Query) string {
	var alternatives []string
	for _, a := range q {
		text := terms(a.All, " AND ")
		if len(a.None) > 0 {
			text = "((" + text + ") NOT (" + terms(a.None, " OR ") + "))"
		} else {
			text = "(" + text + ")"
		}
		alternatives = append(alternatives, text)
	}
	return strings.Join(alternatives, " OR ")
}

// terms are terms with a word between two of them. Words are letters and digits,
// so quotes are all that they need.
func terms(all []query.Term, between string) string {
	var parts []string
	for _, t := range all {
		text := `"` + strings.Join(t.Words, " ") + `"`
		if t.Prefix {
			text += " *"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, between)
}

// IndexArchive implements store.Searcher.
func (db *DB) IndexArchive(ctx context.Context, limit int) (more bool, err error) {
	err = db.write(ctx, "indexing the archive", func(tx *tx) error {
		more = false
		articles, err := tx.unindexed(ctx, limit)
		if err != nil {
			return err
		}
		if err := tx.indexAll(ctx, articles); err != nil {
			return err
		}
		upto := int64(0)
		if more = len(articles) == limit; more {
			upto = articles[limit-1].row - 1
		}
		_, err = tx.exec(ctx, `UPDATE indexing SET upto = ?1 WHERE upto <> ?1`, upto)
		return err
	})
	return more, err
}

// unindexed returns the last articles that are not in the index.
func (tx *tx) unindexed(ctx context.Context, limit int) (articles []worded, err error) {
	err = tx.query(ctx, func(row scanner) error {
		var a store.Article
		var seq int64
		err := row.Scan(&seq, &a.Title, &a.Summary, &a.Body)
		articles = append(articles, words(seq, &a))
		return err
	}, `
		SELECT seq, title, summary, body FROM articles
		WHERE seq <= (SELECT upto FROM indexing) ORDER BY seq DESC LIMIT ?`, limit)
	return articles, err
}
