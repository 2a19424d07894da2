package postgres

import (
	"context"
	"time"

	"tocsin/store"
)

// raised finds the verdicts of the article that raised an alert: those that are the
// alert's own. It goes through the reports of the story, whose number is small. The
// first article counts, should there ever be several.
const raised = `
	WITH all_raised AS (
		SELECT v.article, v.digest, v.rule
		FROM alerts al JOIN reports r ON r.story = al.story JOIN verdicts v ON v.article = r.article
		WHERE al.id = $1 AND v.alert = al.id AND v.outcome IN ('queued', 'sent', 'failed')),
	raised AS (SELECT article, rule FROM all_raised WHERE article = (SELECT min(article) FROM all_raised))`

// Cause implements store.Feedback.
func (db *DB) Cause(ctx context.Context, alert string) (c store.Cause, err error) {
	err = db.view(ctx, "reading why there is an alert", func(ctx context.Context, tx tx) error {
		c = store.Cause{}
		err := tx.each(ctx, func(row row) error {
			var rule string
			err := row.Scan(&c.Article, &rule)
			c.Rules = append(c.Rules, rule)
			return err
		}, raised+`
			SELECT a.id, raised.rule FROM raised JOIN articles a ON a.seq = raised.article ORDER BY raised.rule`, alert)
		if err != nil {
			return err
		}
		alerts, err := alertsWhere(ctx, tx.session, `id = $1`, alert)
		if err != nil {
			return err
		}
		if c.Article == "" || len(alerts) == 0 {
			return store.ErrNotFound
		}
		c.Alert = alerts[0]
		return nil
	})
	if err != nil {
		return store.Cause{}, err
	}
	return c, nil
}

// RecordFeedback implements store.Feedback.
func (db *DB) RecordFeedback(ctx context.Context, d store.Deed) error {
	return db.write(ctx, "recording feedback", func(ctx context.Context, tx tx) error {
		var article int64
		rules := make(map[string]bool)
		err := tx.each(ctx, func(row row) error {
			var rule string
			err := row.Scan(&article, &rule)
			rules[rule] = true
			return err
		}, raised+` SELECT article, rule FROM raised`, d.Alert)
		if err != nil {
			return err
		}
		if len(rules) == 0 {
			return store.ErrNotFound
		}
		var b batch
		for rule := range rules {
			b.queue(`
				INSERT INTO feedback_rules (article, alert, digest, rule) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
				article, d.Alert, digest(rule), rule)
		}
		b.queue(`
			INSERT INTO feedback AS f (alert, digest, slot, article, person, name, kind, at, until, object)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (alert, digest, slot) DO UPDATE
			SET name = excluded.name, kind = excluded.kind, at = excluded.at, until = excluded.until, object = excluded.object
			WHERE excluded.at >= f.at`,
			d.Alert, digest(d.Person), slot(d.Kind), article, d.Person, d.Name, string(d.Kind), d.At, d.Until, d.Object)
		return tx.send(ctx, &b)
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
	err = db.operate(ctx, "reading feedback", func(ctx context.Context) error {
		return db.direct().each(ctx, func(row row) error {
			var d store.Deed
			err := row.Scan(&d.Alert, &d.Person, &d.Name, (*string)(&d.Kind), &d.At, &d.Until, &d.Object)
			deeds = append(deeds, d)
			return err
		}, `SELECT alert, person, name, kind, at, until, object FROM feedback WHERE alert = $1 ORDER BY at, person, slot`, alert)
	})
	return deeds, err
}

// Votes implements store.Feedback.
func (db *DB) Votes(ctx context.Context, rule string) (votes []store.Vote, err error) {
	err = db.operate(ctx, "reading votes", func(ctx context.Context) error {
		return db.direct().each(ctx, func(row row) error {
			var v store.Vote
			err := row.Scan(&v.Rule, &v.Alert, &v.Article, &v.Person, &v.Useful, &v.At)
			votes = append(votes, v)
			return err
		}, `
			SELECT r.rule, f.alert, a.id, f.person, f.kind = 'useful', f.at
			FROM feedback_rules r JOIN feedback f ON f.alert = r.alert JOIN articles a ON a.seq = f.article
			WHERE f.slot = 'vote' AND ($1 = '' OR r.digest = $2 AND r.rule = $1)
			ORDER BY f.at, f.alert, f.person, r.rule`, rule, digest(rule))
	})
	return votes, err
}

// RuleHits implements store.Feedback.
func (db *DB) RuleHits(ctx context.Context, since time.Time) (hits []store.RuleHits, err error) {
	err = db.operate(ctx, "counting the matches of rules", func(ctx context.Context) error {
		return db.direct().each(ctx, func(row row) error {
			var h store.RuleHits
			err := row.Scan(&h.Rule, &h.Hits, &h.Last)
			hits = append(hits, h)
			return err
		}, `
			SELECT m.rule, count(*), max(a.seen) FROM matches m JOIN articles a ON a.seq = m.article
			WHERE a.seen >= $1 GROUP BY m.rule ORDER BY m.rule`, since)
	})
	return hits, err
}

// HandleOnce implements store.Feedback.
func (db *DB) HandleOnce(ctx context.Context, key string, at time.Time) (first bool, err error) {
	err = db.write(ctx, "noting what is handled", func(ctx context.Context, tx tx) error {
		if _, err := tx.exec(ctx, `DELETE FROM handled WHERE at < $1`, at.Add(-store.HandledFor)); err != nil {
			return err
		}
		kept, err := tx.exec(ctx, `INSERT INTO handled (digest, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, digest(key), at)
		first = kept == 1
		return err
	})
	return first && err == nil, err
}
