package sqlite

import (
	"context"
	"time"

	"tocsin/store"
)

// raised finds the verdicts of the article that raised an alert: those that are the
// alert's own. It goes through the reports of the story, whose number is small.
const raised = `
	SELECT v.article, v.rule
	FROM alerts al JOIN reports r ON r.story = al.story JOIN verdicts v ON v.article = r.article
	WHERE al.id = ?1 AND v.alert = al.id AND v.outcome IN ('queued', 'sent', 'failed')`

// Cause implements store.Feedback.
func (db *DB) Cause(ctx context.Context, alert string) (c store.Cause, err error) {
	err = db.read("reading why there is an alert", func(pool *readers) error {
		// The first article, should there ever be several.
		rows, err := pool.QueryContext(ctx, `
			WITH raised (article, rule) AS (`+raised+`)
			SELECT a.id, raised.rule FROM raised JOIN articles a ON a.seq = raised.article
			WHERE raised.article = (SELECT min(article) FROM raised) ORDER BY raised.rule`, alert)
		if err != nil {
			return err
		}
		err = each(rows, func(row scanner) error {
			var rule string
			err := row.Scan(&c.Article, &rule)
			c.Rules = append(c.Rules, rule)
			return err
		})
		if err != nil {
			return err
		}
		if c.Article == "" {
			return store.ErrNotFound
		}
		rows, err = pool.QueryContext(ctx, `SELECT `+alertColumns+` FROM alerts WHERE id = ?`, alert)
		if err != nil {
			return err
		}
		alerts, err := scanAlerts(rows)
		if err == nil && len(alerts) == 0 {
			err = store.ErrNotFound
		}
		if err == nil {
			c.Alert = alerts[0]
		}
		return err
	})
	if err != nil {
		return store.Cause{}, err
	}
	return c, nil
}

// RecordFeedback implements store.Feedback.
func (db *DB) RecordFeedback(ctx context.Context, d store.Deed) error {
	return db.write(ctx, "recording feedback", func(tx *tx) error {
		if _, err := tx.exec(ctx, `
			INSERT INTO feedback_rules (article, alert, rule)
			SELECT article, ?1, rule FROM (`+raised+`) AS raised
			WHERE article = (SELECT min(article) FROM (`+raised+`) AS raised) ON CONFLICT DO NOTHING`, d.Alert); err != nil {
			return err
		}
		var known bool
		err := tx.query(ctx, func(row scanner) error { return row.Scan(&known) },
			`SELECT EXISTS (SELECT 1 FROM (`+raised+`) AS raised)`, d.Alert)
		if err != nil {
			return err
		}
		if !known {
			return store.ErrNotFound
		}
		_, err = tx.exec(ctx, `
			INSERT INTO feedback (alert, person, slot, article, name, kind, at, until, object)
			SELECT ?1, ?2, ?3, min(article), ?4, ?5, ?6, ?7, ?8 FROM (`+raised+`) AS raised WHERE true
			ON CONFLICT (alert, person, slot) DO UPDATE
			SET name = excluded.name, kind = excluded.kind, at = excluded.at, until = excluded.until, object = excluded.object
			WHERE excluded.at >= at`,
			d.Alert, d.Person, slot(d.Kind), d.Name, string(d.Kind), micros(d.At), micros(d.Until), d.Object)
		return err
	})
}

// slot is what a person has one deed of at an alert.
func slot(k store.DeedKind) string {
	if k.IsVote() {
		return "vote"
	}
	return string(k)
}

// FeedbackOn implements store.Feedback.
func (db *DB) FeedbackOn(ctx context.Context, alert string) (deeds []store.Deed, err error) {
	err = db.read("reading feedback", func(pool *readers) error {
		rows, err := pool.QueryContext(ctx, `
			SELECT alert, person, name, kind, at, until, object FROM feedback WHERE alert = ? ORDER BY at, person, slot`, alert)
		if err != nil {
			return err
		}
		return each(rows, func(row scanner) error {
			var d store.Deed
			err := row.Scan(&d.Alert, &d.Person, &d.Name, &d.Kind, moment{&d.At}, moment{&d.Until}, &d.Object)
			deeds = append(deeds, d)
			return err
		})
	})
	return deeds, err
}

// Votes implements store.Feedback.
func (db *DB) Votes(ctx context.Context, rule string) (votes []store.Vote, err error) {
	err = db.read("reading votes", func(pool *readers) error {
		rows, err := pool.QueryContext(ctx, `
			SELECT r.rule, f.alert, a.id, f.person, f.kind = 'useful', f.at
			FROM feedback_rules r JOIN feedback f ON f.alert = r.alert JOIN articles a ON a.seq = f.article
			WHERE f.slot = 'vote' AND (?1 = '' OR r.rule = ?1)
			ORDER BY f.at, f.alert, f.person, r.rule`, rule)
		if err != nil {
			return err
		}
		return each(rows, func(row scanner) error {
			var v store.Vote
			err := row.Scan(&v.Rule, &v.Alert, &v.Article, &v.Person, &v.Useful, moment{&v.At})
			votes = append(votes, v)
			return err
		})
	})
	return votes, err
}

// RuleHits implements store.Feedback.
func (db *DB) RuleHits(ctx context.Context, since time.Time) (hits []store.RuleHits, err error) {
	err = db.read("counting the matches of rules", func(pool *readers) error {
		rows, err := pool.QueryContext(ctx, `
			SELECT m.rule, count(*), max(a.seen) FROM matches m CROSS JOIN articles a ON a.seq = m.article
			WHERE a.seen >= ? GROUP BY m.rule ORDER BY m.rule`, micros(since))
		if err != nil {
			return err
		}
		return each(rows, func(row scanner) error {
			var h store.RuleHits
			err := row.Scan(&h.Rule, &h.Hits, moment{&h.Last})
			hits = append(hits, h)
			return err
		})
	})
	return hits, err
}

// HandleOnce implements store.Feedback.
func (db *DB) HandleOnce(ctx context.Context, key string, at time.Time) (first bool, err error) {
	err = db.write(ctx, "noting what is handled", func(tx *tx) error {
		if _, err := tx.exec(ctx, `DELETE FROM handled WHERE at < ?`, micros(at.Add(-store.HandledFor))); err != nil {
			return err
		}
		kept, err := tx.exec(ctx, `INSERT INTO handled (key, at) VALUES (?, ?) ON CONFLICT DO NOTHING`, key, micros(at))
		first = kept == 1
		return err
	})
	return first && err == nil, err
}
