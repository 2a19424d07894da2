package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

// CommitPoll implements store.Store. Its cost is that of the poll: everything
// is found by its key, however much is kept. Polls go beside each other until
// their judges ask for stories; from there on they go one after the other.
func (db *DB) CommitPoll(ctx context.Context, p store.Poll, judge store.Judge) error {
	const doing = "committing a poll"
	if len(p.Articles)+len(p.Alerts) == 0 {
		return db.operate(ctx, doing, func(ctx context.Context) error { return db.end(ctx, p) })
	}
	return db.write(ctx, doing, func(ctx context.Context, tx tx) error {
		c := &commit{tx: tx, poll: p}
		if err := c.lookUp(ctx); err != nil {
			return err
		}
		decision, err := c.judge(ctx, judge)
		if err != nil {
			return err
		}
		return c.keep(ctx, decision)
	})
}

// commit is a poll that is being committed.
type commit struct {
	tx
	poll      store.Poll
	feed      int64            // the feed's row
	fresh     []store.Article  // those of the poll that are not known
	rows      map[string]int64 // the rows of the poll's articles, by ID; of fresh ones as articleRow has them
	deleted   []string         // the IDs of those that are known and were deleted
	exclusive bool             // the stories lock is held
}

// lookUp finds the feed, whose row is locked, and which of the articles are new.
func (c *commit) lookUp(ctx context.Context) error {
	ids := make([]string, len(c.poll.Articles))
	for i, a := range c.poll.Articles {
		if a.Feed != c.poll.Feed.URL || a.ID != store.ArticleID(a.Feed, a.Key) {
			return fmt.Errorf("article %q does not belong to its feed and key", a.ID)
		}
		ids[i] = a.ID
	}
	url := c.poll.Feed.URL
	c.rows = make(map[string]int64, len(ids))
	var b batch
	b.queue(`SELECT id FROM feeds WHERE digest = $1 AND url = $2 AND holder = $3 AND holder <> '' AND `+fmt.Sprintf(sameLease, "$4")+` FOR NO KEY UPDATE`,
		digest(url), url, c.poll.Holder, c.poll.Feed.Lease).QueryRow(func(r pgx.Row) error { return row{r}.Scan(&c.feed) })
	b.queue(knownArticles, digest(url), url, ids).Query(func(rows pgx.Rows) error {
		return eachOf(rows, func(row row) error {
			var id string
			var seq int64
			err := row.Scan(&id, &seq)
			if c.rows[id] = seq; seq == 0 {
				c.deleted = append(c.deleted, id)
			}
			return err
		})
	})
	err := c.send(ctx, &b)
	if errors.Is(err, pgx.ErrNoRows) {
		return store.ErrLeaseLost
	}
	if err != nil {
		return err
	}
	seen := make(map[string]bool)
	for _, a := range c.poll.Articles {
		if _, known := c.rows[a.ID]; !known && !seen[a.ID] {
			seen[a.ID] = true
			c.fresh = append(c.fresh, a)
		}
	}
	return nil
}

// judge has judge decide about the new articles, if there are any.
func (c *commit) judge(ctx context.Context, judge store.Judge) (store.Decision, error) {
	if len(c.fresh) == 0 {
		return store.Decision{}, nil
	}
	view := &storiesNow{commit: c}
	d, err := judge(ctx, c.fresh, view)
	if err == nil {
		// A judge that overlooks this has not decided on what is true.
		err = view.err
	}
	if err != nil {
		return store.Decision{}, fmt.Errorf("judging new articles: %w", err)
	}
	return d, nil
}

// lockStories waits until no other poll decides by the stories that there are,
// or changes them. Alerts are numbered under this lock, so that their numbers
// are in the order in which they are kept; and the articles of polls that tell
// stories, in the order in which they were judged.
func (c *commit) lockStories(b *batch) {
	if !c.exclusive {
		b.queue(string(storiesLock))
		c.exclusive = true // if not, the transaction has failed
	}
}

// keep writes everything: the new articles, what was decided, and the end of the
// poll.
func (c *commit) keep(ctx context.Context, d store.Decision) error {
	var b batch
	if len(d.Reports)+len(d.Alerts)+len(c.poll.Alerts) > 0 {
		c.lockStories(&b)
	}
	if len(c.fresh) > maxNews {
		return fmt.Errorf("%d articles are more than a poll can bring", len(c.fresh))
	}
	for i, a := range c.fresh {
		c.rows[a.ID] = -1 - int64(i)
	}
	if len(c.fresh) > 0 {
		b.queue(`SELECT nextval('article_blocks')`)
		keepNew(&b, c.feed, c.fresh)
		indexNew(&b, c.fresh)
	}
	c.seeDeleted(&b)
	if err := c.keepDecision(ctx, &b, d); err != nil {
		return err
	}
	keepAlerts(&b, c.poll.Alerts)
	update, args := endPoll(c.poll.Feed, c.poll.Holder)
	b.queue(update, args...)
	return c.send(ctx, &b)
}

// seeDeleted notes which deleted articles the feed still lists, and where it has
// changed, ends the memory of those that it has not listed for long.
func (c *commit) seeDeleted(b *batch) {
	polled := c.poll.Feed.Polled
	if len(c.deleted) > 0 {
		b.queue(`UPDATE forgotten SET listed = greatest(listed, $1) WHERE feed = $2 AND id = ANY ($3)`, polled, c.feed, c.deleted)
	}
	if len(c.fresh) > 0 {
		b.queue(`DELETE FROM forgotten WHERE feed = $1 AND listed < $2`, c.feed, polled.Add(-store.ForgetAfter))
	}
}

// maxNews is how many articles a block of numbers is for.
const maxNews = 1 << 20

// articleRow is the row of an article by $1: its number, or for the new articles
// of a poll -1, -2 and so on, which stand in the block of numbers that was taken
// last.
const articleRow = `CASE WHEN $1::bigint < 0 THEN currval('article_blocks') - 1 - $1 ELSE $1 END`

// keepDecision keeps all that a judge decided.
func (c *commit) keepDecision(ctx context.Context, b *batch, d store.Decision) error {
	for _, r := range d.Reports {
		article, err := c.row(ctx, r.Article)
		if err != nil {
			return fmt.Errorf("keeping a report: %w", err)
		}
		tellStory(b, r)
		b.queue(`INSERT INTO reports (article, story, at) VALUES (`+articleRow+`, $2, $3)`, article, r.Story, r.At)
	}
	for _, m := range d.Matches {
		article, err := c.row(ctx, m.Article)
		if err != nil {
			return fmt.Errorf("keeping a match: %w", err)
		}
		b.queue(`
			INSERT INTO matches (article, digest, rule, theme, severity, status, score, threshold, evidence)
			VALUES (`+articleRow+`, $2, $3, $4, $5, $6, $7, $8, $9)`,
			article, digest(m.Rule), m.Rule, m.Theme, m.Severity, m.Status, m.Score, m.Threshold, string(m.Evidence))
	}
	keepAlerts(b, d.Alerts)
	for _, m := range d.Muted {
		b.queue(`UPDATE alerts SET state = 'gathered', said_by = $1 WHERE id = $2 AND state = 'waiting'`, m.By, m.Alert)
	}
	for _, v := range d.Verdicts {
		article, err := c.row(ctx, v.Article)
		if err != nil {
			return fmt.Errorf("keeping a verdict: %w", err)
		}
		b.queue(`
			INSERT INTO verdicts (article, digest, rule, route, outcome, alert, at)
			VALUES (`+articleRow+`, $2, $3, $4, $5, $6, $7)`,
			article, digest(v.Rule, v.Route), v.Rule, v.Route, string(v.Outcome), v.Alert, v.At)
	}
	return nil
}

// row returns the row of the article with that ID. It is nearly always one of
// the poll; others are looked for in all feeds.
func (c *commit) row(ctx context.Context, id string) (row int64, err error) {
	if row := c.rows[id]; row != 0 {
		return row, nil
	}
	err = c.one(ctx, findArticle, id).Scan(&row)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fmt.Errorf("article %q: %w", id, store.ErrNotFound)
	}
	return row, err
}
