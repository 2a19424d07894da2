package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"testing"
	"time"

	"tocsin/store"
	"tocsin/store/postgres/pgtest"
)

var testStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// anHour is a claim by holder of all that is due, for an hour.
func anHour(holder string) store.Claim {
	return store.Claim{Holder: holder, Now: testStart, Lease: time.Hour, Limit: 1000}
}

// join joins until the test ends.
func join(t testing.TB, db *DB, holder string, p pulse) (leave func() error) {
	t.Helper()
	leave, err := db.join(t.Context(), holder, p)
	check(t, err)
	t.Cleanup(func() { leave() })
	return leave
}

// healthy is the pulse of a worker that lives as long as the test.
var healthy = pulse{beat: beat, life: time.Hour}

// doomed is the pulse of one that is never heard of again.
var doomed = pulse{beat: time.Hour, life: 50 * time.Millisecond}

// subscribe makes n feeds the subscribed ones, each host with so many of them.
func subscribe(t testing.TB, db *DB, n, perHost int) {
	t.Helper()
	var subs []store.Subscription
	for i := range n {
		subs = append(subs, store.Subscription{URL: fmt.Sprintf("https://%d.example/%d", i/perHost, i), FirstPoll: testStart})
	}
	check(t, db.SyncFeeds(t.Context(), subs))
}

// eventually calls try until it returns true.
func eventually(t testing.TB, what string, try func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !try(); {
		if time.Now().After(end) {
			t.Fatalf("%s does not come", what)
		}
	}
}

func TestWhatADeadWorkerHeldComesFree(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	subscribe(t, db, 1, 1)
	join(t, db, "dead", doomed)
	join(t, db, "me", pulse{beat: 100 * time.Millisecond, life: 2 * time.Second})
	f, err := db.ClaimDueFeeds(t.Context(), anHour("dead"))
	check(t, err)
	p := store.Poll{Holder: "dead", Feed: f[0], Articles: testArticles(f[0].URL, 0, 3)}
	check(t, db.CommitPoll(t.Context(), p, testJudge))
	f, err = db.ClaimDueFeeds(t.Context(), anHour("dead"))
	check(t, err)
	alerts, err := db.ClaimAlerts(t.Context(), anHour("dead"))
	check(t, err)
	if len(f) != 1 || len(alerts) != 1 {
		t.Fatalf("%d feeds and %d alerts are claimed", len(f), len(alerts))
	}
	var got []store.Feed
	eventually(t, "the feed", func() bool {
		got, err = db.ClaimDueFeeds(t.Context(), anHour("me"))
		check(t, err)
		return len(got) > 0
	})
	alerts, err = db.ClaimAlerts(t.Context(), anHour("me"))
	check(t, err)
	if len(alerts) != 1 || !alerts[0].Unsettled {
		t.Errorf("claimed %+v, want one alert that is unsettled", alerts)
	}
	// Who was taken for dead and is not has lost its leases, and works on.
	p.Articles = testArticles(f[0].URL, 3, 3)
	if err := db.CommitPoll(t.Context(), p, testJudge); !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("error is %v, want ErrLeaseLost", err)
	}
	check(t, db.CommitPoll(t.Context(), store.Poll{Holder: "me", Feed: got[0]}, nil))
	if f, err = db.ClaimDueFeeds(t.Context(), anHour("dead")); err != nil || len(f) != 1 {
		t.Errorf("claimed %v: %v", f, err)
	}
}

// A server that was away heard of nobody: its clock went on, and all the same each
// worker has its life again from the start on.
func TestNobodyIsDeadForASilenceOfTheServer(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t)
	db, err := Open(t.Context(), server.Database(t))
	check(t, err)
	t.Cleanup(func() { db.Close() })
	subscribe(t, db, 1, 1)
	join(t, db, "silent", pulse{beat: time.Hour, life: time.Hour})
	join(t, db, "me", healthy)
	f, err := db.ClaimDueFeeds(t.Context(), anHour("silent"))
	check(t, err)
	check(t, db.write(t.Context(), "going on", func(ctx context.Context, tx tx) error {
		_, err := tx.exec(ctx, `UPDATE workers SET alive_until = clock_timestamp() - interval '1 minute' WHERE holder = 'silent'`)
		return err
	}))
	if got, err := db.ClaimDueFeeds(t.Context(), anHour("me")); err != nil || len(got) != 0 {
		t.Fatalf("claimed %v: %v", got, err)
	}
	check(t, db.CommitPoll(t.Context(), store.Poll{Holder: "silent", Feed: f[0]}, nil))
}

func TestAWorkerThatBeatsKeepsWhatItHolds(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	subscribe(t, db, 1, 1)
	join(t, db, "alive", pulse{beat: 5 * time.Millisecond, life: 30 * time.Second})
	join(t, db, "me", healthy)
	_, err := db.ClaimDueFeeds(t.Context(), anHour("alive"))
	check(t, err)
	until := func() (at time.Time) {
		check(t, db.direct().one(t.Context(), `SELECT alive_until FROM workers WHERE holder = 'alive'`).Scan(&at))
		return at
	}
	for range 3 {
		was := until()
		eventually(t, "the next beat", func() bool { return until().After(was) })
		if f, err := db.ClaimDueFeeds(t.Context(), anHour("me")); err != nil || len(f) != 0 {
			t.Fatalf("claimed %v: %v", f, err)
		}
	}
}

func TestNobodyJoinsTwice(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	leave := join(t, db, "me", healthy)
	if _, err := db.Join(t.Context(), "me"); err == nil {
		t.Error("it joins")
	}
	check(t, leave())
	join(t, db, "me", healthy)
}

// desk is where workers note what they hold.
type desk struct {
	t    *testing.T
	mu   sync.Mutex
	held map[string]string // holder by feed
	host map[string]int    // feeds held, by host
	done map[string]int    // polls, by feed
}

// take notes that holder has the feeds, of whose hosts it may have so many with
// all others.
func (d *desk) take(holder string, feeds []store.Feed, perHost int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range feeds {
		if other := d.held[f.URL]; other != "" {
			d.t.Errorf("%s gets %s, which %s has", holder, f.URL, other)
		}
		d.held[f.URL] = holder
		if d.host[f.Host()]++; d.host[f.Host()] > perHost {
			d.t.Errorf("%d feeds of %s are claimed", d.host[f.Host()], f.Host())
		}
	}
}

// giveBack notes that the poll of a feed is about to be committed.
func (d *desk) giveBack(f store.Feed) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.held, f.URL)
	d.host[f.Host()]--
	d.done[f.URL]++
}

func TestDaemonsAtOncePollEveryFeedOnce(t *testing.T) {
	t.Parallel()
	const feeds, perHost, daemons = 4000, 3, 3
	address := pgtest.Database(t)
	d := &desk{t: t, held: make(map[string]string), host: make(map[string]int), done: make(map[string]int)}
	subscribe(t, openAt(t, address), feeds, 10)
	var wg sync.WaitGroup
	for i := range daemons {
		db := openAt(t, address)
		ask := anHour(fmt.Sprint("daemon ", i))
		ask.PerHost, ask.Limit = perHost, 50
		join(t, db, ask.Holder, healthy)
		wg.Go(func() { d.work(db, ask, feeds) })
	}
	wg.Wait()
	if len(d.done) != feeds {
		t.Errorf("%d feeds were polled of %d", len(d.done), feeds)
	}
	for f, n := range d.done {
		if n != 1 {
			t.Errorf("%s was polled %d times", f, n)
		}
	}
}

// work polls feeds until all are done.
func (d *desk) work(db *DB, ask store.Claim, all int) {
	finished := func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return len(d.done) >= all || d.t.Failed()
	}
	for !finished() {
		claimed, err := db.ClaimDueFeeds(d.t.Context(), ask)
		if err != nil {
			d.t.Error(err)
			return
		}
		d.take(ask.Holder, claimed, ask.PerHost)
		for _, f := range claimed {
			p := store.Poll{Holder: ask.Holder, Feed: f}
			p.Feed.NextPoll = testStart.Add(time.Hour)
			d.giveBack(f)
			if err := db.CommitPoll(d.t.Context(), p, nil); err != nil {
				d.t.Error(err)
				return
			}
		}
	}
}

// Stories are told one after the other, whichever daemon hears of them.
func TestDaemonsAtOnceTellAStoryOnce(t *testing.T) {
	t.Parallel()
	const feeds, daemons = 60, 3
	address := pgtest.Database(t)
	subscribe(t, openAt(t, address), feeds, 1)
	var wg sync.WaitGroup
	for i := range daemons {
		db := openAt(t, address)
		ask := anHour(fmt.Sprint("daemon ", i))
		ask.Limit = feeds / daemons
		join(t, db, ask.Holder, healthy)
		claimed, err := db.ClaimDueFeeds(t.Context(), ask)
		check(t, err)
		for _, f := range claimed {
			wg.Go(func() {
				f.NextPoll = testStart.Add(time.Hour)
				p := store.Poll{Holder: ask.Holder, Feed: f, Articles: testArticles(f.URL, 0, 2)}
				if err := db.CommitPoll(t.Context(), p, oneStory); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	c, err := openAt(t, address).Counts(t.Context())
	check(t, err)
	c.OldestPending = time.Time{} // it is the time of these tests
	if want := (store.Counts{Feeds: feeds, Articles: 2 * feeds, Matches: feeds, Stories: 1, Verdicts: feeds, Pending: 1}); c != want {
		t.Errorf("the store has %+v, want %+v", c, want)
	}
}

// oneStory is a judge for whom all articles tell one story.
func oneStory(ctx context.Context, fresh []store.Article, stories store.Stories) (store.Decision, error) {
	known, err := stories.WithKeys(ctx, []string{"the story"}, testStart)
	if err != nil {
		return store.Decision{}, err
	}
	a := fresh[0]
	d := testDecision(a, []string{"the story"})
	if len(known) > 0 {
		d.Reports[0].Story, d.Alerts = known[0].ID, nil
		d.Verdicts[0].Outcome, d.Verdicts[0].Alert = store.Joined, store.AlertID(known[0].ID, "#news")
	}
	return d, nil
}

// Two schemas of one database are two stores.
func TestSchemasAreStoresOfTheirOwn(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	run(t, address, `CREATE SCHEMA one; CREATE SCHEMA two`)
	for _, schema := range []string{"one", "two"} {
		db := openAt(t, address+"&"+url.Values{"search_path": {schema}}.Encode())
		if n := count(t, db, `SELECT count(*) FROM feeds`); n != 0 {
			t.Errorf("%d feeds are in schema %s", n, schema)
		}
		subscribe(t, db, 1, 1)
	}
}

func TestAClockThatIsAheadTakesNothing(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	join(t, db, "right", healthy)
	join(t, db, "ahead", healthy)
	now := time.Now()
	check(t, db.SyncFeeds(t.Context(), []store.Subscription{{URL: "due"}, {URL: "later", FirstPoll: now.Add(time.Hour)}}))
	for _, c := range []struct {
		holder string
		now    time.Time
		want   int
	}{{"right", now, 1}, {"ahead", now.Add(24 * time.Hour), 0}} {
		got, err := db.ClaimDueFeeds(t.Context(), store.Claim{Holder: c.holder, Now: c.now, Lease: time.Minute, Limit: 9})
		check(t, err)
		if len(got) != c.want {
			t.Errorf("%s claims %v, want %d", c.holder, got, c.want)
		}
	}
}
