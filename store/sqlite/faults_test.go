package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/store"
)

// polled is a store in which "me" has joined and claimed a feed.
func polled(t *testing.T) (*DB, store.Feed) {
	t.Helper()
	return polledAt(t, filepath.Join(t.TempDir(), "tocsin.db"))
}

func polledAt(t *testing.T, path string) (*DB, store.Feed) {
	t.Helper()
	db := openAt(t, path)
	leave, err := db.Join(t.Context(), "me")
	check(t, err)
	t.Cleanup(func() { leave() })
	check(t, db.SyncFeeds(t.Context(), []store.Subscription{{URL: heldFeed}}))
	feeds, err := db.ClaimDueFeeds(t.Context(), anHour("me"))
	check(t, err)
	return db, feeds[0]
}

func TestAFullDiskKeepsNothingAndSaysSo(t *testing.T) {
	t.Parallel()
	db, feed := polled(t)
	p := store.Poll{Holder: "me", Feed: feed, Articles: benchArticles(feed.URL, 0, 500)}
	limit := func(pages int) {
		_, err := db.writer.conn.ExecContext(t.Context(), fmt.Sprint(`PRAGMA max_page_count = `, pages))
		check(t, err)
	}
	limit(1) // no more than there are
	err := db.CommitPoll(t.Context(), p, benchJudge)
	if err == nil {
		t.Fatal("the poll is committed")
	}
	want := "committing a poll in " + db.path + ": database or disk is full (13); nothing of this was kept, free some space"
	if err.Error() != want {
		t.Errorf("error is %q, want %q", err, want)
	}
	if n := count(t, db, `SELECT count(*) FROM articles`); n != 0 {
		t.Errorf("%d articles are kept", n)
	}
	// The connection may be another by now.
	if db.writer.conn != nil {
		limit(1 << 30)
	}
	check(t, db.CommitPoll(t.Context(), p, benchJudge))
	if n := count(t, db, `SELECT count(*) FROM articles`); n != 500 {
		t.Errorf("%d articles are kept of 500", n)
	}
	sound(t, db)
}

func TestAJudgeThatPanicsLeavesTheStoreUsable(t *testing.T) {
	t.Parallel()
	db, feed := polled(t)
	p := store.Poll{Holder: "me", Feed: feed, Articles: benchArticles(feed.URL, 0, 5)}
	func() {
		defer func() { recover() }()
		db.CommitPoll(t.Context(), p, func(context.Context, []store.Article, store.Stories) (store.Decision, error) {
			panic("a bug")
		})
	}()
	if n := count(t, db, `SELECT count(*) FROM articles`); n != 0 {
		t.Errorf("%d articles are kept", n)
	}
	check(t, db.CommitPoll(t.Context(), p, benchJudge))
}

func TestAJudgeThatOverlooksAnErrorDecidesNothing(t *testing.T) {
	t.Parallel()
	db, feed := polled(t)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	err := db.CommitPoll(t.Context(), store.Poll{Holder: "me", Feed: feed, Articles: benchArticles(feed.URL, 0, 5)},
		func(ctx context.Context, fresh []store.Article, stories store.Stories) (store.Decision, error) {
			_, _ = stories.WithKeys(over, []string{"key"}, benchStart)
			return benchJudge(ctx, fresh, stories)
		})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want that of the stories", err)
	}
	if n := count(t, db, `SELECT count(*) FROM articles`); n != 0 {
		t.Errorf("%d articles are kept", n)
	}
}

func TestALostConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	db, feed := polled(t)
	err := db.write(t.Context(), "testing", func(tx *tx) error {
		// As SQLite does after some errors.
		if _, err := tx.exec(t.Context(), `ROLLBACK`); err != nil {
			return err
		}
		return context.Canceled
	})
	if err == nil {
		t.Fatal("a transaction that failed is committed")
	}
	if db.writer.conn != nil {
		t.Error("the connection is used again")
	}
	check(t, db.CommitPoll(t.Context(), store.Poll{Holder: "me", Feed: feed}, nil))
}

func TestErrorsDoNotTellWhatFeedsHold(t *testing.T) {
	t.Parallel()
	db, feed := polled(t)
	a := benchArticles(feed.URL, 0, 1)[0]
	a.Title = "secret-title"
	d := store.Decision{Matches: []store.Match{{Article: a.ID, Rule: "secret-rule"}, {Article: a.ID, Rule: "secret-rule"}}}
	err := db.CommitPoll(t.Context(), store.Poll{Holder: "me", Feed: feed, Articles: []store.Article{a}},
		func(context.Context, []store.Article, store.Stories) (store.Decision, error) { return d, nil })
	if err == nil {
		t.Fatal("one rule matches an article twice")
	}
	if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), heldFeed) {
		t.Errorf("error tells too much: %v", err)
	}
}

func TestWritesFindTheirRowsByAnIndex(t *testing.T) {
	t.Parallel()
	db, feed := polled(t)
	check(t, db.CommitPoll(t.Context(),
		store.Poll{Holder: "me", Feed: feed, Articles: benchArticles(feed.URL, 0, 5)}, benchJudge))
	alerts, err := db.ClaimAlerts(t.Context(), anHour("me"))
	check(t, err)
	check(t, db.RecordDelivery(t.Context(), store.Delivery{Alert: alerts[0].ID, Holder: "me", State: store.AlertSent}))

	ask := anHour("me")
	ask.PerHost = 1
	_, err = db.ClaimDueFeeds(t.Context(), ask)
	check(t, err)
	check(t, db.SyncFeeds(t.Context(), []store.Subscription{{URL: heldFeed, Schedule: "another"}}))
	writePushes(t, db, heldFeed)
	_, _, err = db.ClaimTask(t.Context(), anHour("me"), "retention")
	check(t, err)
	check(t, db.FinishTask(t.Context(), "me", "retention", benchStart))
	_, err = db.Expire(t.Context(), store.Expiry{Unmatched: benchStart.Add(time.Hour), Matched: benchStart.Add(time.Hour), Limit: 10})
	check(t, err)

	// Small indexes, which hold what is leased or due alone; and what a query
	// has found itself.
	small := []string{"feeds_leased", "feeds_due", "alerts_leased", "alerts_pending", "pushes_leased", "tasks_leased", "SCAN json_each", "SCAN j ", "SCAN words VIRTUAL TABLE INDEX 0:=", "SCAN pragma_", "SCAN channels"}
	for query := range db.writer.statements {
		for _, step := range plan(t, db, query) {
			if strings.HasPrefix(step, "SCAN ") && !containsAny(step, small) &&
				!strings.Contains(query, "SELECT url, subscribed, schedule FROM feeds") {
				t.Errorf("%s\nreads everything: %s", query, step)
			}
		}
	}
}

// writePushes writes what comes of a feed's hub.
func writePushes(t *testing.T, db *DB, feed string) {
	t.Helper()
	ctx := t.Context()
	check(t, db.FoundHub(ctx, store.Push{Token: "t", Feed: feed, Hub: "h", Topic: "o"}))
	_, err := db.ClaimPushes(ctx, anHour("me"))
	check(t, err)
	check(t, db.VerifyPush(ctx, store.PushVerification{Token: "t", Topic: "o", LeaseEnd: benchStart}))
	check(t, db.RecordPush(ctx, store.PushRequest{Token: "t", Holder: "me"}))
	check(t, db.PushDelivered(ctx, "t", benchStart, true))
	check(t, db.PushMissed(ctx, feed))
	check(t, db.DenyPush(ctx, store.PushDenial{Token: "t", Topic: "o"}))
	_, _, err = db.ClaimFeed(ctx, anHour("me"), feed)
	check(t, err)
	check(t, db.PollBy(ctx, benchStart, feed))
	check(t, db.EndPush(ctx, feed, benchStart))
}

// plan returns how SQLite would run a query.
func plan(t *testing.T, db *DB, query string) (steps []string) {
	t.Helper()
	rows, err := db.readers.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+query, make([]any, 20)...)
	if err != nil {
		return nil // BEGIN and its like have no plan
	}
	check(t, each(rows, func(row scanner) error {
		var id, parent, unused int
		var step string
		if err := row.Scan(&id, &parent, &unused, &step); err != nil {
			return err
		}
		steps = append(steps, step)
		return nil
	}))
	return steps
}

func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}
