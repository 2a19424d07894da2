package sqlite

import (
	"context"
	"fmt"

	"tocsin/store"
)

// CommitPoll implements store.Store. Its cost is that of the poll: everything
// is found by its key, however much is kept.
func (db *DB) CommitPoll(ctx context.Context, p store.Poll, judge store.Judge) error {
	return db.write(ctx, "committing a poll", func(tx *tx) error {
		feed, err := tx.leased(ctx, p.Feed, p.Holder)
		if err != nil {
			return err
		}
		c := &commit{tx: tx, feed: feed}
		fresh, err := c.keepNew(ctx, p)
		if err != nil {
			return err
		}
		decision, err := tx.judge(ctx, judge, fresh)
		if err != nil {
			return err
		}
		if err := c.keepDecision(ctx, decision); err != nil {
			return err
		}
		if err := c.keepAlerts(ctx, p.Alerts); err != nil {
			return err
		}
		return tx.endPoll(ctx, feed, p.Feed)
	})
}

// judge has judge decide about the new articles, if there are any.
func (tx *tx) judge(ctx context.Context, judge store.Judge, fresh []store.Article) (store.Decision, error) {
	if len(fresh) == 0 {
		return store.Decision{}, nil
	}
	view := &storiesNow{tx: tx}
	d, err := judge(ctx, fresh, view)
	if err == nil {
		// A judge that overlooks this has not decided on what is true, and
		// SQLite may have ended the transaction with the error.
		err = view.err
	}
	if err != nil {
		return store.Decision{}, fmt.Errorf("judging new articles: %w", err)
	}
	return d, nil
}

// commit is a poll that is being committed.
type commit struct {
	*tx
	feed int64            // the feed's row
	rows map[string]int64 // the rows of the poll's articles, by ID
}

// keepNew keeps those of p's articles that are not known, and returns them.
func (c *commit) keepNew(ctx context.Context, p store.Poll) (fresh []store.Article, err error) {
	for _, a := range p.Articles {
		if a.Feed != p.Feed.URL || a.ID != store.ArticleID(a.Feed, a.Key) {
			return nil, fmt.Errorf("article %q does not belong to its feed and key", a.ID)
		}
	}
	if c.rows, err = c.articleRows(ctx, c.feed, p.Articles); err != nil {
		return nil, err
	}
	for _, a := range p.Articles {
		if c.rows[a.ID] != 0 {
			continue
		}
		if c.rows[a.ID], err = c.keepArticle(ctx, c.feed, &a); err != nil {
			return nil, err
		}
		fresh = append(fresh, a)
	}
	return fresh, c.seeDeleted(ctx, p, len(fresh) > 0)
}

// seeDeleted notes which deleted articles the feed still lists, and where it has
// changed, ends the memory of those that it has not listed for long.
func (c *commit) seeDeleted(ctx context.Context, p store.Poll, changed bool) error {
	for _, a := range p.Articles {
		if c.rows[a.ID] != deleted {
			continue
		}
		if _, err := c.exec(ctx, `UPDATE forgotten SET listed = max(listed, ?) WHERE feed = ? AND id = ?`,
			micros(p.Feed.Polled), c.feed, a.ID); err != nil {
			return err
		}
	}
	if !changed {
		return nil
	}
	_, err := c.exec(ctx, `DELETE FROM forgotten WHERE feed = ? AND listed < ?`, c.feed, micros(p.Feed.Polled.Add(-store.ForgetAfter)))
	return err
}

// keepDecision keeps all that a judge decided.
func (c *commit) keepDecision(ctx context.Context, d store.Decision) error {
	for _, r := range d.Reports {
		if err := c.keepReport(ctx, r); err != nil {
			return fmt.Errorf("keeping a report: %w", err)
		}
	}
	for _, m := range d.Matches {
		if err := c.keepMatch(ctx, m); err != nil {
			return fmt.Errorf("keeping a match: %w", err)
		}
	}
	if err := c.keepAlerts(ctx, d.Alerts); err != nil {
		return err
	}
	for _, m := range d.Muted {
		if _, err := c.exec(ctx, `UPDATE alerts SET state = 'gathered', said_by = ? WHERE id = ? AND state = 'waiting'`, m.By, m.Alert); err != nil {
			return fmt.Errorf("muting an alert: %w", err)
		}
	}
	for _, v := range d.Verdicts {
		if err := c.keepVerdict(ctx, v); err != nil {
			return fmt.Errorf("keeping a verdict: %w", err)
		}
	}
	return nil
}

func (c *commit) keepAlerts(ctx context.Context, alerts []store.Alert) error {
	for _, a := range alerts {
		if err := c.keepAlert(ctx, a); err != nil {
			return fmt.Errorf("keeping an alert: %w", err)
		}
	}
	return nil
}

func (c *commit) keepReport(ctx context.Context, r store.Report) error {
	article, err := c.row(ctx, r.Article)
	if err != nil {
		return err
	}
	if err := c.tellStory(ctx, r); err != nil {
		return err
	}
	_, err = c.exec(ctx, `INSERT INTO reports (article, story, at) VALUES (?, ?, ?)`, article, r.Story, micros(r.At))
	return err
}

func (c *commit) keepMatch(ctx context.Context, m store.Match) error {
	article, err := c.row(ctx, m.Article)
	if err != nil {
		return err
	}
	_, err = c.exec(ctx, `
		INSERT INTO matches (article, rule, theme, severity, status, score, threshold, evidence)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		article, m.Rule, m.Theme, m.Severity, m.Status, m.Score, m.Threshold, string(m.Evidence))
	return err
}

func (c *commit) keepVerdict(ctx context.Context, v store.Verdict) error {
	article, err := c.row(ctx, v.Article)
	if err != nil {
		return err
	}
	_, err = c.exec(ctx, `
		INSERT INTO verdicts (article, rule, route, outcome, alert, at) VALUES (?, ?, ?, ?, ?, ?)`,
		article, v.Rule, v.Route, v.Outcome, v.Alert, micros(v.At))
	return err
}

// row returns the row of the article with that ID. It is nearly always one of
// the poll; others are looked for in all feeds.
func (c *commit) row(ctx context.Context, id string) (row int64, err error) {
	if row := c.rows[id]; row > 0 {
		return row, nil
	}
	err = c.query(ctx, func(r scanner) error { return r.Scan(&row) }, findArticle, id)
	if err == nil && row == 0 {
		err = fmt.Errorf("article %q: %w", id, store.ErrNotFound)
	}
	return row, err
}
