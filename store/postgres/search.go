package postgres

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
	"tocsin/store/query"
)

// indexNew makes the new articles of a poll findable, which stand in this order in
// the block of numbers that was taken last.
func indexNew(b *batch, fresh []store.Article) {
	b.queue(`
		INSERT INTO words (article, words)
		SELECT currval('article_blocks') - 1 + n, words::tsvector FROM unnest($1::text[]) WITH ORDINALITY AS new (words, n)`,
		vectors(fresh))
}

// vectors are the words of articles with their places, each as the text of a
// tsvector.
func vectors(articles []store.Article) []string {
	texts := make([]string, len(articles))
	for i, a := range articles {
		texts[i] = vector(query.Words(a.Title, a.Summary, a.Body))
	}
	return texts
}

// maxPlaces is how many places of a word the server keeps.
const maxPlaces = 256

// vector is words as a tsvector: letters and digits, so quotes are all that they
// need.
func vector(words string) string {
	places := make(map[string][]byte, 64)
	counts := make(map[string]int, 64)
	n := 0
	for word := range strings.SplitSeq(words, " ") {
		n++
		if counts[word]++; counts[word] > maxPlaces {
			continue
		}
		list := places[word]
		if list != nil {
			list = append(list, ',')
		}
		places[word] = strconv.AppendInt(list, int64(n), 10)
	}
	delete(places, "")
	var b strings.Builder
	b.Grow(2 * len(words))
	for word, list := range places {
		b.WriteByte('\'')
		b.WriteString(word)
		b.WriteString("':")
		b.Write(list)
		b.WriteByte(' ')
	}
	return b.String()
}

// Both queries return the rows of a page of articles with some words.
//
// Which of the two is better depends on how frequent the words are, and the server
// does not know: its statistics hold the thousand most frequent words at the most, and
// for all others it steps down the whole archive. So a search steps down a little way
// first. What is frequent fills the page there; what does not is rare enough for the
// index, which gives all rows that there are.
const (
	stepping = `
		SELECT article FROM (SELECT article, words FROM words WHERE article < $2 ORDER BY article DESC LIMIT 2000) latest
		WHERE words @@ $1::tsquery ORDER BY article DESC LIMIT $3`
	// The sum keeps the server from going through the index over rows, too.
	indexed = `
		SELECT article FROM words WHERE words @@ $1::tsquery AND article + 0 < $2 ORDER BY article DESC LIMIT $3`

	// byIndex leaves the server only the index over words, whose rows it must sort,
	// and asPrepared is as connections are told; see prepare.
	byIndex    = `SET LOCAL enable_bitmapscan = on; SET LOCAL enable_sort = on; SET LOCAL enable_indexscan = off`
	asPrepared = `SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_indexscan = on`

	pageOf = `
		SELECT ` + articleColumns + `, a.seq
		FROM articles a JOIN feeds f ON f.id = a.feed WHERE a.seq = ANY ($1) ORDER BY a.seq DESC`
)

// Search implements store.Searcher.
func (db *DB) Search(ctx context.Context, s store.Search) (found store.Found, err error) {
	const doing = "searching the archive"
	before, err := s.Before()
	if err != nil {
		return found, db.failed(ctx, doing, err)
	}
	asked := match(query.Parse(s.Text))
	if asked == "" {
		return found, nil
	}
	err = db.view(ctx, doing, func(ctx context.Context, tx tx) error {
		found = store.Found{}
		// One more tells whether there is a next page.
		rows, err := tx.rowsWith(ctx, asked, before, s.Limit+1)
		if err != nil {
			return err
		}
		if len(rows) > s.Limit {
			rows = rows[:s.Limit]
			found.Next = strconv.FormatInt(rows[s.Limit-1], 10)
		}
		var last int64
		return tx.each(ctx, func(row row) error {
			var a store.Article
			err := scanArticle(row, &a, &last)
			found.Articles = append(found.Articles, a)
			return err
		}, pageOf, rows)
	})
	if err != nil {
		return store.Found{}, err
	}
	return found, nil
}

// rowsWith returns the rows of the latest articles before a row that have the words,
// the last first.
func (tx tx) rowsWith(ctx context.Context, asked string, before int64, limit int) (rows []int64, err error) {
	rows, err = tx.numbers(ctx, stepping, asked, before, limit)
	if err != nil || len(rows) == limit {
		return rows, err
	}
	if _, err := tx.raw.Exec(ctx, byIndex, pgx.QueryExecModeSimpleProtocol); err != nil {
		return nil, err
	}
	if rows, err = tx.numbers(ctx, indexed, asked, before, limit); err != nil {
		return nil, err
	}
	_, err = tx.raw.Exec(ctx, asPrepared, pgx.QueryExecModeSimpleProtocol)
	return rows, err
}

// match is a query in the language of tsquery; "" finds nothing.
func match(q query.Query) string {
	var alternatives []string
	for _, a := range q {
		text := terms(a.All, " & ")
		if len(a.None) > 0 {
			text += " & !(" + terms(a.None, " | ") + ")"
		}
		alternatives = append(alternatives, "("+text+")")
	}
	return strings.Join(alternatives, " | ")
}

// terms are terms with an operator between two of them. Words are letters and
// digits, so quotes are all that they need.
func terms(all []query.Term, between string) string {
	var parts []string
	for _, t := range all {
		text := "'" + strings.Join(t.Words, "' <-> '") + "'"
		if t.Prefix {
			text += ":*"
		}
		parts = append(parts, "("+text+")")
	}
	return strings.Join(parts, between)
}

// IndexArchive implements store.Searcher.
func (db *DB) IndexArchive(ctx context.Context, limit int) (more bool, err error) {
	err = db.write(ctx, "indexing the archive", func(ctx context.Context, tx tx) error {
		more = false
		articles, rows, err := tx.unindexed(ctx, limit)
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `
			INSERT INTO words (article, words)
			SELECT article, words::tsvector FROM unnest($1::bigint[], $2::text[]) AS old (article, words)
			ON CONFLICT DO NOTHING`, rows, vectors(articles)); err != nil {
			return err
		}
		upto := int64(0)
		if more = len(rows) == limit; more {
			upto = rows[limit-1] - 1
		}
		_, err = tx.exec(ctx, `UPDATE indexing SET upto = $1 WHERE upto > $1`, upto)
		return err
	})
	return more, err
}

// unindexed returns the last articles that are not in the index, and their rows.
// The row that says so is locked, so that daemons index one after the other; and the
// articles, so that none is deleted meanwhile.
func (tx tx) unindexed(ctx context.Context, limit int) (articles []store.Article, rows []int64, err error) {
	var upto int64
	if err := tx.one(ctx, `SELECT upto FROM indexing FOR UPDATE`).Scan(&upto); err != nil {
		return nil, nil, err
	}
	rows = []int64{} // nil would be null
	err = tx.each(ctx, func(row row) error {
		var a store.Article
		var seq int64
		err := row.Scan(&seq, &a.Title, &a.Summary, &a.Body)
		articles, rows = append(articles, a), append(rows, seq)
		return err
	}, `
		SELECT seq, title, summary, body FROM articles
		WHERE seq <= $1 ORDER BY seq DESC LIMIT $2 FOR KEY SHARE`, upto, limit)
	return articles, rows, err
}
