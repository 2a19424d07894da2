package sqlite

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"tocsin/store"
	"tocsin/store/query"
)

// Browse implements store.Browser.
func (db *DB) Browse(ctx context.Context, b store.Browsing) (found store.Listing, err error) {
	const doing = "looking around in the archive"
	before, err := b.Before()
	if err != nil {
		return found, db.failed(doing, err)
	}
	q := browsing{Browsing: b}
	if b.Text != "" {
		if q.asked = match(query.Parse(b.Text)); q.asked == "" {
			return found, nil
		}
	}
	err = db.read(doing, func(pool *readers) (err error) {
		if q.first, q.last, err = edges(ctx, pool, b.Since, b.Until); err != nil {
			return err
		}
		var rows []int64
		if err := q.run(ctx, pool, before, func(a store.Article, row int64) {
			if len(rows) == b.Limit {
				found.Next = strconv.FormatInt(rows[len(rows)-1], 10)
				return
			}
			found.Entries, rows = append(found.Entries, store.Entry{Article: a}), append(rows, row)
		}); err != nil {
			return err
		}
		return addMatches(ctx, pool, found.Entries, rows)
	})
	if err != nil {
		return store.Listing{}, err
	}
	return found, nil
}

// browsing is a Browsing that becomes a query.
type browsing struct {
	store.Browsing
	asked       string // Text in the language of FTS5; "" any
	first, last int64  // the rows of the times asked for
	args        []any
}

// edges are the first and the last row of what was seen in [since, until); a zero time
// is no bound.
func edges(ctx context.Context, pool *readers, since, until time.Time) (first, last int64, err error) {
	first, last = 0, math.MaxInt64
	if !since.IsZero() {
		err = pool.QueryRowContext(ctx, `
			SELECT coalesce(min(+seq), ?3) FROM articles
			WHERE seen BETWEEN ?1 AND (SELECT min(seen) FROM articles WHERE seen >= ?1) + ?2`,
			micros(since), store.EdgeWidth.Microseconds(), int64(math.MaxInt64)).Scan(&first)
	}
	if err == nil && !until.IsZero() {
		err = pool.QueryRowContext(ctx, `
			SELECT coalesce(max(+seq), 0) FROM articles
			WHERE seen < ?1 AND seen >= (SELECT max(seen) FROM articles WHERE seen < ?1) - ?2`,
			micros(until), store.EdgeWidth.Microseconds()).Scan(&last)
	}
	return first, last, err
}

// arg adds an argument, and returns the mark that stands for it.
func (q *browsing) arg(v any) string {
	q.args = append(q.args, v)
	return "?" + strconv.Itoa(len(q.args))
}

// run hands out the articles of a page and one more, which tells whether there is a
// next one.
func (q *browsing) run(ctx context.Context, pool *readers, before int64, found func(a store.Article, row int64)) error {
	// As it has as many forms as there are filters, it is not kept compiled.
	rows, err := pool.DB.QueryContext(ctx, q.text(before), q.args...)
	if err != nil {
		return err
	}
	return each(rows, func(row scanner) error {
		var a store.Article
		var seq int64
		err := scanArticle(row, &a, &seq)
		found(a, seq)
		return err
	})
}

// text is the query. It steps down the rows of what is rarest, and SQLite is told so
// by CROSS JOIN and by signs, which keep it from other indexes: the words, the
// matches, or else the feed's articles.
func (q *browsing) text(before int64) string {
	rows := q.rows(q.arg(before))
	where := []string{"1"}
	if q.Feed != "" {
		where = append(where, "+a.feed = (SELECT id FROM feeds WHERE url = "+q.arg(q.Feed)+")")
	}
	if q.asked != "" && q.ByMatch() {
		where = append(where, "EXISTS (SELECT 1 FROM matches m WHERE m.article = w.seq"+q.ofMatch()+")")
	}
	if !q.Since.IsZero() {
		where = append(where, "+a.seen >= "+q.arg(micros(q.Since)))
	}
	if !q.Until.IsZero() {
		where = append(where, "+a.seen < "+q.arg(micros(q.Until)))
	}
	seq, once := "w.seq", ""
	if q.byMatches() {
		seq, once = "w.article", "GROUP BY w.article" // an article may have several
	}
	return `SELECT ` + articleColumns + `, a.seq
		FROM (` + rows + `) w CROSS JOIN articles a ON a.seq = ` + seq + ` CROSS JOIN feeds f ON f.id = a.feed
		WHERE ` + strings.Join(where, " AND ") + ` ` + once + ` ORDER BY ` + seq + ` DESC LIMIT ` + q.arg(q.Limit+1)
}

// byMatches reports whether the rows are those of matches.
func (q *browsing) byMatches() bool { return q.asked == "" && q.ByMatch() }

// rows are the rows to look at, the last first.
func (q *browsing) rows(before string) string {
	switch {
	case q.asked != "":
		return "SELECT rowid AS seq FROM words WHERE words MATCH " + q.arg(q.asked) + q.within("rowid", before)
	case q.byMatches():
		return "SELECT m.article FROM matches m WHERE 1" + q.within("m.article", before) + q.ofMatch()
	case q.Feed != "":
		return "SELECT x.seq FROM articles x WHERE x.feed = (SELECT id FROM feeds WHERE url = " + q.arg(q.Feed) + ")" +
			q.within("+x.seq", before) + " ORDER BY +x.seq DESC"
	}
	return "SELECT x.seq FROM articles x WHERE 1" + q.within("x.seq", before) + " ORDER BY x.seq DESC"
}

// within keeps to the rows before one, and to those between the first and the last
// of the times asked for.
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
		text += " AND m.rule = " + q.arg(q.Rule)
	}
	if len(q.Severities) > 0 {
		var marks []string
		for _, s := range q.Severities {
			marks = append(marks, q.arg(s))
		}
		text += " AND m.severity IN (" + strings.Join(marks, ", ") + ")"
	}
	return text
}

// addMatches gives the entries, which stand in these rows, their matches.
func addMatches(ctx context.Context, pool *readers, entries []store.Entry, rows []int64) error {
	if len(rows) == 0 {
		return nil
	}
	at := make(map[int64]int, len(rows))
	for i, row := range rows {
		at[row] = i
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	matches, err := pool.QueryContext(ctx, `
		SELECT article, rule, theme, severity, status, score, threshold FROM matches
		WHERE article IN (SELECT value FROM json_each(?)) ORDER BY article, rule`, string(list))
	if err != nil {
		return err
	}
	return each(matches, func(row scanner) error {
		var m store.Match
		var seq int64
		err := row.Scan(&seq, &m.Rule, &m.Theme, &m.Severity, &m.Status, &m.Score, &m.Threshold)
		e := &entries[at[seq]]
		m.Article = e.ID
		e.Matches = append(e.Matches, m)
		return err
	})
}

// hitsQuery goes through the matches of the articles seen since then.
const hitsQuery = `
	SELECT m.rule, m.theme, (a.seen - ?1) / ?2 AS step, count(*), max(a.seen)
	FROM matches m CROSS JOIN articles a ON a.seq = m.article
	WHERE m.article >= ?3 AND +a.seen >= ?1
	GROUP BY m.rule, m.theme, step ORDER BY m.rule, m.theme, step`

// Hits implements store.Browser.
func (db *DB) Hits(ctx context.Context, since time.Time, every time.Duration) (hits []store.Hit, err error) {
	err = db.read("counting matches", func(pool *readers) error {
		first, _, err := edges(ctx, pool, since, time.Time{})
		if err != nil {
			return err
		}
		rows, err := pool.QueryContext(ctx, hitsQuery, micros(since), every.Microseconds(), first)
		if err != nil {
			return err
		}
		return each(rows, func(row scanner) error {
			var h store.Hit
			err := row.Scan(&h.Rule, &h.Theme, &h.Step, &h.Articles, moment{&h.Last})
			hits = append(hits, h)
			return err
		})
	})
	return hits, err
}
