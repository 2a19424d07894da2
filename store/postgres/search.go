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

const (
	// freely has the server choose between the index over words, whose rows it must
	// sort, and stepping down the rows until enough have the words: the first is
	// better for rare words, the second for frequent ones. What connections are told
	// otherwise leaves neither; see prepare.
	freely = `SET LOCAL enable_bitmapscan = on; SET LOCAL enable_sort = on; SET LOCAL enable_seqscan = on`

	searchQuery = `
		SELECT ` + articleColumns + `, a.seq
		FROM (SELECT article FROM words WHERE words @@ $1::tsquery AND article < $2 ORDER BY article DESC LIMIT $3) w
		JOIN articles a ON a.seq = w.article JOIN feeds f ON f.id = a.feed
		ORDER BY a.seq DESC`
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
		if _, err := tx.raw.Exec(ctx, freely, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		var last int64
		// One more tells whether there is a next page.
		return tx.each(ctx, func(row row) error {
			if len(found.Articles) == s.Limit {
				found.Next = strconv.FormatInt(last, 10)
				return nil
			}
			var a store.Article
			err := scanArticle(row, &a, &last)
			found.Articles = append(found.Articles, a)
			return err
		}, searchQuery, asked, before, s.Limit+1)
	})
	if err != nil {
		return store.Found{}, err
	}
	return found, nil
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
