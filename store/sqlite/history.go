package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"tocsin/store"
)

// History implements store.Store.
func (db *DB) History(ctx context.Context, article string) (h store.History, err error) {
	err = db.read("reading an article", func(pool *readers) error {
		// One transaction: the parts are of one moment.
		tx, err := pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
		if err != nil {
			return err
		}
		defer tx.Rollback()
		var row int64
		err = tx.QueryRowContext(ctx, findArticle, article).Scan(&row)
		if errors.Is(err, sql.ErrNoRows) {
			return store.ErrNotFound
		}
		if err != nil {
			return err
		}
		h, err = readHistory(ctx, tx, row)
		return err
	})
	if err != nil {
		return store.History{}, err
	}
	return h, nil
}

// readHistory reads all of an article by its row.
func readHistory(ctx context.Context, tx *sql.Tx, row int64) (h store.History, err error) {
	if h.Article, h.Story, err = readArticle(ctx, tx, row); err != nil {
		return h, err
	}
	if h.Story != "" {
		if h.Others, err = readOthers(ctx, tx, row, h.Story); err != nil {
			return h, err
		}
		if h.Alerts, err = readAlerts(ctx, tx, h.Story); err != nil {
			return h, err
		}
	}
	if h.Matches, err = readMatches(ctx, tx, row, h.Article.ID); err != nil {
		return h, err
	}
	h.Verdicts, err = readVerdicts(ctx, tx, row, h.Article.ID)
	return h, err
}

// readArticle returns an article with the ID of its story.
func readArticle(ctx context.Context, tx *sql.Tx, row int64) (a store.Article, story string, err error) {
	err = scanArticle(tx.QueryRowContext(ctx, `
		SELECT `+articleColumns+`, coalesce(r.story, '')
		FROM articles a JOIN feeds f ON f.id = a.feed LEFT JOIN reports r ON r.article = a.seq
		WHERE a.seq = ?`, row), &a, &story)
	return a, story, err
}

// readOthers returns the articles of a story but one.
func readOthers(ctx context.Context, tx *sql.Tx, but int64, story string) (others []store.Article, err error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT `+articleColumns+`
		FROM reports r JOIN articles a ON a.seq = r.article JOIN feeds f ON f.id = a.feed
		WHERE r.story = ? AND r.article <> ? ORDER BY a.seq`, story, but)
	if err != nil {
		return nil, err
	}
	err = each(rows, func(row scanner) error {
		var a store.Article
		if err := scanArticle(row, &a); err != nil {
			return err
		}
		others = append(others, a)
		return nil
	})
	return others, err
}

// readAlerts returns the alerts of a story.
func readAlerts(ctx context.Context, tx *sql.Tx, story string) ([]store.Alert, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT `+alertColumns+` FROM alerts WHERE story = ? ORDER BY created, seq`, story)
	if err != nil {
		return nil, err
	}
	return scanAlerts(rows)
}

func readMatches(ctx context.Context, tx *sql.Tx, row int64, article string) (matches []store.Match, err error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT rule, theme, severity, status, score, threshold, evidence
		FROM matches WHERE article = ? ORDER BY rule`, row)
	if err != nil {
		return nil, err
	}
	err = each(rows, func(row scanner) error {
		m := store.Match{Article: article}
		if err := row.Scan(&m.Rule, &m.Theme, &m.Severity, &m.Status,
			&m.Score, &m.Threshold, document{&m.Evidence}); err != nil {
			return err
		}
		matches = append(matches, m)
		return nil
	})
	return matches, err
}

func readVerdicts(ctx context.Context, tx *sql.Tx, row int64, article string) (verdicts []store.Verdict, err error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT rule, route, outcome, alert, at
		FROM verdicts WHERE article = ? ORDER BY rule, route`, row)
	if err != nil {
		return nil, err
	}
	err = each(rows, func(row scanner) error {
		v := store.Verdict{Article: article}
		if err := row.Scan(&v.Rule, &v.Route, &v.Outcome, &v.Alert, moment{&v.At}); err != nil {
			return err
		}
		verdicts = append(verdicts, v)
		return nil
	})
	return verdicts, err
}
