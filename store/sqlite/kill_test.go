package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"tocsin/store"
)

// killFeed is polled by a process that is killed. Its Failures count the polls
// that were committed, and each of these brought killArticles articles.
const (
	killFeed     = "https://killed.example/feed"
	killArticles = 20
)

// commitPolls commits polls and sends their alerts until it is killed, and says
// after each what the store has acknowledged.
func commitPolls(ctx context.Context, path string) error {
	db, err := Open(ctx, path)
	if err != nil {
		return err
	}
	const me = "who is killed"
	if _, err := db.Join(ctx, me); err != nil {
		return err
	}
	if err := db.SyncFeeds(ctx, []store.Subscription{{URL: killFeed}}); err != nil {
		return err
	}
	for {
		feeds, err := db.ClaimDueFeeds(ctx, anHour(me))
		if err != nil || len(feeds) != 1 {
			return fmt.Errorf("claimed %v: %w", feeds, err)
		}
		f := feeds[0]
		p := store.Poll{Holder: me, Feed: f, Articles: benchArticles(killFeed, f.Failures*killArticles, killArticles)}
		p.Feed.Failures++
		if err := db.CommitPoll(ctx, p, benchJudge); err != nil {
			return err
		}
		fmt.Println(p.Feed.Failures)
		alerts, err := db.ClaimAlerts(ctx, anHour(me))
		if err != nil {
			return err
		}
		for _, a := range alerts {
			if err := db.RecordDelivery(ctx, store.Delivery{
				Alert: a.ID, Holder: me, At: benchStart, State: store.AlertSent}); err != nil {
				return err
			}
		}
	}
}

func TestAKilledProcessLeavesWholePolls(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	for range rounds {
		acknowledged := killSomewhere(t, path)
		db, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		wholePolls(t, db, acknowledged)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killSomewhere lets a process commit polls for a while, kills it in whatever
// it does then, and returns how many polls it was told are kept.
func killSomewhere(t *testing.T, path string) (acknowledged int) {
	t.Helper()
	p := start(t, "commit polls", path)
	for range 1 + rand.IntN(8) {
		if _, err := fmt.Sscan(p.says(t), &acknowledged); err != nil {
			t.Fatal(err)
		}
	}
	// Somewhere within what follows, not always right after a line.
	<-time.After(time.Duration(rand.IntN(4000)) * time.Microsecond)
	p.Process.Kill()
	for p.lines.Scan() {
		fmt.Sscan(p.lines.Text(), &acknowledged)
	}
	p.Wait()
	return acknowledged
}

// wholePolls holds that polls are there whole, and all acknowledged ones.
func wholePolls(t *testing.T, db *DB, acknowledged int) {
	t.Helper()
	feeds, err := db.Feeds(t.Context())
	if err != nil || len(feeds) != 1 {
		t.Fatalf("%d feeds: %v", len(feeds), err)
	}
	polls := feeds[0].Failures
	if polls < acknowledged || polls > acknowledged+1 {
		t.Errorf("%d polls are kept, %d were acknowledged", polls, acknowledged)
	}
	c, err := db.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := store.Counts{Feeds: 1, FeedsFailing: 1, Articles: polls * killArticles,
		Matches: polls, Stories: polls, Verdicts: polls, Pending: c.Pending, SentAlerts: polls - c.Pending,
		OldestPending: c.OldestPending}
	if c != want {
		t.Errorf("the store has %+v, want %+v", c, want)
	}
	if waiting := count(t, db, `SELECT count(*) FROM verdicts WHERE outcome = 'queued'`); waiting != c.Pending {
		t.Errorf("%d verdicts wait for %d alerts", waiting, c.Pending)
	}
	sound(t, db)
}

// sound holds that SQLite finds nothing wrong with the file.
func sound(t *testing.T, db *DB) {
	t.Helper()
	var verdict string
	if err := db.readers.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity check: %s %v", verdict, err)
	}
	if n := count(t, db, `SELECT count(*) FROM pragma_foreign_key_check`); n != 0 {
		t.Errorf("%d rows speak of what is not there", n)
	}
}

// count returns the one number of a query.
func count(t *testing.T, db *DB, query string, args ...any) (n int) {
	t.Helper()
	if err := db.readers.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
