package postgres

import (
	"context"
	"strings"
	"time"

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

// keepNew keeps articles that the store does not have, in this order in the block of
// numbers that was taken last, with one statement for all.
func keepNew(b *batch, feed int64, articles []store.Article) {
	var texts [9][]string
	var times [3][]time.Time
	for _, a := range articles {
		for i, s := range [...]string{a.ID, a.Language, a.Key, a.URL, a.Title, a.Author, arrayOf(a.Categories), a.Summary, a.Body} {
			texts[i] = append(texts[i], s)
		}
		for i, t := range [...]time.Time{a.Seen, a.Published, a.Updated} {
			times[i] = append(times[i], t)
		}
	}
	b.queue(`
		INSERT INTO articles (seq, feed, seen, published, updated, id, language, key, url, title, author, categories, summary, body)
		SELECT currval('article_blocks') - 1 + n, $1, seen, published, updated, id, language, key, url, title, author, categories::text[], summary, body
		FROM unnest($2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[],
				$9::text[], $10::text[], $11::text[], $12::text[], $13::text[])
			WITH ORDINALITY AS new (seen, published, updated, id, language, key, url, title, author, categories, summary, body, n)
		ORDER BY n`, feed, times[0], times[1], times[2],
		texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7], texts[8])
}

// arrayOf is a list as the text of an array.
func arrayOf(list []string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, s := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		b.WriteString(arrayEscaper.Replace(s))
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}

var arrayEscaper = strings.NewReplacer(`"`, `\"`, `\`, `\\`)
