package postgres

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
	"tocsin/store/query"
)

// stepwise has the server choose between indexes, whose rows it must sort, and stepping
// down the rows until enough are found, without joins that go through all articles to
// meet the few that are looked for. What connections are told otherwise leaves neither;
// see prepare.
const stepwise = `SET LOCAL enable_bitmapscan = on; SET LOCAL enable_sort = on; SET LOCAL enable_seqscan = on;
	SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashjoin = off`

// Browse implements store.Browser.
func (db *DB) Browse(ctx context.Context, b store.Browsing) (found store.Listing, err error) {
	const doing = "looking around in the archive"
	before, err := b.Before()
	if err != nil {
		return found, db.failed(ctx, doing, err)
	}
	q := browsing{Browsing: b}
	if b.Text != "" {
		if q.asked = match(query.Parse(b.Text)); q.asked == "" {
			return found, nil
		}
	}
	err = db.view(ctx, doing, func(ctx context.Context, tx tx) (err error) {
		found = store.Listing{}
		if q.first, q.last, err = tx.edges(ctx, b.Since, b.Until); err != nil {
			return err
		}
		if _, err := tx.raw.Exec(ctx, stepwise, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		q.args = nil
		text := q.text(before)
		rows := []int64{}
		// One more tells whether there is a next page.
		err = tx.each(ctx, func(row row) error {
			if len(rows) == b.Limit {
				found.Next = strconv.FormatInt(rows[len(rows)-1], 10)
				return nil
			}
			var e store.Entry
			var seq int64
			err := scanArticle(row, &e.Article, &seq)
			found.Entries, rows = append(found.Entries, e), append(rows, seq)
			return err
		}, text, q.args...)
		if err != nil {
			return err
		}
		return tx.addMatches(ctx, found.Entries, rows)
	})
	if err != nil {
		return store.Listing{}, err
	}
	return found, nil
}

// browsing is a Browsing that becomes a query.
type browsing struct {
	store.Browsing
	asked       string // Text in the language of tsquery; "" any
	first, last int64  // the rows of the times asked for
	args        []any
}

// edges are the first and the last row of what was seen in [since, until); a zero time
// is no bound.
func (s session) edges(ctx context.Context, since, until time.Time) (first, last int64, err error) {
	first, last = 0, math.MaxInt64
	if !since.IsZero() {
		err = s.one(ctx, `
			SELECT coalesce(min(seq + 0), $3) FROM articles
			WHERE seen >= $1 AND seen <= (SELECT min(seen) FROM articles WHERE seen >= $1) + $2::interval`,
			since, store.EdgeWidth, int64(math.MaxInt64)).Scan(&first)
	}
	if err == nil && !until.IsZero() {
		err = s.one(ctx, `
			SELECT coalesce(max(seq + 0), 0) FROM articles
			WHERE seen < $1 AND seen >= (SELECT max(seen) FROM articles WHERE seen < $1) - $2::interval`,
			until, store.EdgeWidth).Scan(&last)
	}
	return first, last, err
}

// arg adds an argument, and returns the mark that stands for it.
func (q *browsing) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// text is the query. It steps down the rows of what is rarest: the matches, the words,
// or else the feed's articles. The bounds are said of the articles, too, since the
// server does not conclude that.
func (q *browsing) text(before int64) string {
	mark := q.arg(before)
	rows := q.rows(mark)
	where := []string{"true" + q.within("a.seq", mark)}
	if q.asked != "" && q.ByMatch() {
		where = append(where, "d.words @@ "+q.arg(q.asked)+"::tsquery")
	}
	if q.Feed != "" {
		where = append(where, "f.digest = "+q.arg(digest(q.Feed))+" AND f.url = "+q.arg(q.Feed))
	}
	if !q.Since.IsZero() {
		where = append(where, "a.seen >= "+q.arg(q.Since))
	}
	if !q.Until.IsZero() {
		where = append(where, "a.seen < "+q.arg(q.Until))
	}
	return `SELECT ` + articleColumns + `, a.seq
		FROM ` + rows + ` JOIN articles a ON a.seq = w.article JOIN feeds f ON f.id = a.feed
		WHERE ` + strings.Join(where, " AND ") + ` ORDER BY w.article DESC LIMIT ` + q.arg(q.Limit+1)
}

// rows are the rows to look at.
func (q *browsing) rows(before string) string {
	switch {
	case q.ByMatch():
		matches := "(SELECT DISTINCT m.article FROM matches m WHERE true" + q.within("m.article", before) + q.ofMatch() + ") w"
		if q.asked != "" {
			// The offset keeps the server from going through all words instead.
			matches += " CROSS JOIN LATERAL (SELECT words FROM words WHERE article = w.article OFFSET 0) d"
		}
		return matches
	case q.asked != "":
		return "(SELECT article FROM words WHERE words @@ " + q.arg(q.asked) + "::tsquery" + q.within("article", before) + ") w"
	case q.Feed != "":
		// Without the sum it may step down all articles to find those of a rare feed.
		return "(SELECT x.seq + 0 AS article FROM articles x WHERE x.feed = (SELECT id FROM feeds WHERE digest = " + q.arg(digest(q.Feed)) +
			" AND url = " + q.arg(q.Feed) + ")" + q.within("x.seq", before) + " OFFSET 0) w"
	}
	return "(SELECT x.seq AS article FROM articles x WHERE true" + q.within("x.seq", before) + ") w"
}

// within keeps to the rows before one, and to those of the times asked for.
func (q *browsing) within(row, before string) string {
	text := " AND " + row + " < " + before
	if !q.Since.IsZero() {
		text += " AND " + row + " >= " + q.arg(q.first)
	}
	if !q.Until.IsZero() {
		text += " AND " + row + " <= " + q.arg(q.last)
	}
	return text
}

// ofMatch is what must hold of a match m.
func (q *browsing) ofMatch() string {
	var text string
	if q.Theme != "" {
		text += " AND m.theme = " + q.arg(q.Theme)
	}
	if q.Rule != "" {
		text += " AND m.digest = " + q.arg(digest(q.Rule)) + " AND m.rule = " + q.arg(q.Rule)
	}
	if len(q.Severities) > 0 {
		text += " AND m.severity = ANY (" + q.arg(q.Severities) + ")"
	}
	return text
}

// addMatches gives the entries, which stand in these rows, their matches.
func (tx tx) addMatches(ctx context.Context, entries []store.Entry, rows []int64) error {
	at := make(map[int64]int, len(rows))
	for i, row := range rows {
		at[row] = i
	}
	return tx.each(ctx, func(row row) error {
		var m store.Match
		var seq int64
		err := row.Scan(&seq, &m.Rule, &m.Theme, &m.Severity, &m.Status, &m.Score, &m.Threshold)
		e := &entries[at[seq]]
		m.Article = e.ID
		e.Matches = append(e.Matches, m)
		return err
	}, `
		SELECT article, rule, theme, severity, status, score, threshold FROM matches
		WHERE article = ANY ($1) ORDER BY article, rule`, rows)
}

// Hits implements store.Browser. It goes through the matches of the articles seen
// since then.
func (db *DB) Hits(ctx context.Context, since time.Time, every time.Duration) (hits []store.Hit, err error) {
	err = db.operate(ctx, "counting matches", func(ctx context.Context) error {
		hits = nil
		first, _, err := db.direct().edges(ctx, since, time.Time{})
		if err != nil {
			return err
		}
		return db.direct().each(ctx, func(row row) error {
			var h store.Hit
			err := row.Scan(&h.Rule, &h.Theme, &h.Step, &h.Articles, &h.Last)
			hits = append(hits, h)
			return err
		}, `
			SELECT m.rule, m.theme, floor(extract(epoch FROM a.seen - $1::timestamptz) * 1000000 / $2)::bigint AS step, count(*), max(a.seen)
			FROM matches m JOIN articles a ON a.seq = m.article
			WHERE m.article >= $3 AND a.seq >= $3 AND a.seen >= $1
			GROUP BY m.rule, m.theme, step ORDER BY m.rule, m.theme COLLATE "C", step`, since, every.Microseconds(), first)
	})
	return hits, err
}
