package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

// History implements store.Store.
func (db *DB) History(ctx context.Context, article string) (h store.History, err error) {
	err = db.view(ctx, "reading an article", func(ctx context.Context, tx tx) error {
		var row int64
		err := tx.one(ctx, findArticle, article).Scan(&row)
		if errors.Is(err, pgx.ErrNoRows) {
			return store.ErrNotFound
		}
		if err != nil {
			return err
		}
		h, err = tx.history(ctx, row)
		return err
	})
	if err != nil {
		return store.History{}, err
	}
	return h, nil
}

// history reads all of an article by its row.
func (tx tx) history(ctx context.Context, row int64) (h store.History, err error) {
	err = scanArticle(tx.one(ctx, `
		SELECT `+articleColumns+`, coalesce(r.story, '')
		FROM articles a JOIN feeds f ON f.id = a.feed LEFT JOIN reports r ON r.article = a.seq
		WHERE a.seq = $1`, row), &h.Article, &h.Story)
	if err != nil {
		return h, err
	}
	if h.Story != "" {
		if h.Others, err = tx.others(ctx, row, h.Story); err != nil {
			return h, err
		}
		if h.Alerts, err = alertsWhere(ctx, tx.session, `story = $1 ORDER BY created, seq`, h.Story); err != nil {
			return h, err
		}
	}
	if h.Matches, err = tx.matches(ctx, row, h.Article.ID); err != nil {
		return h, err
	}
	h.Verdicts, err = tx.verdicts(ctx, row, h.Article.ID)
	return h, err
}

// others returns the articles of a story but one.
func (tx tx) others(ctx context.Context, but int64, story string) (others []store.Article, err error) {
	err = tx.each(ctx, func(row row) error {
		var a store.Article
		err := scanArticle(row, &a)
		others = append(others, a)
		return err
	}, `
		SELECT `+articleColumns+`
		FROM reports r JOIN articles a ON a.seq = r.article JOIN feeds f ON f.id = a.feed
		WHERE r.story = $1 AND r.article <> $2 ORDER BY a.seq`, story, but)
	return others, err
}

func (tx tx) matches(ctx context.Context, article int64, id string) (matches []store.Match, err error) {
	err = tx.each(ctx, func(row row) error {
		m := store.Match{Article: id}
		var evidence string
		err := row.Scan(&m.Rule, &m.Theme, &m.Severity, &m.Status, &m.Score, &m.Threshold, &evidence)
		m.Evidence = document(evidence)
		matches = append(matches, m)
		return err
	}, `
		SELECT rule, theme, severity, status, score, threshold, evidence
		FROM matches WHERE article = $1 ORDER BY rule`, article)
	return matches, err
}

func (tx tx) verdicts(ctx context.Context, article int64, id string) (verdicts []store.Verdict, err error) {
	err = tx.each(ctx, func(row row) error {
		v := store.Verdict{Article: id}
		err := row.Scan(&v.Rule, &v.Route, (*string)(&v.Outcome), &v.Alert, &v.At)
		verdicts = append(verdicts, v)
		return err
	}, `
		SELECT rule, route, outcome, alert, at
		FROM verdicts WHERE article = $1 ORDER BY rule, route`, article)
	return verdicts, err
}
