package postgres

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tocsin/store"
	"tocsin/store/migration"
	"tocsin/store/postgres/pgtest"
)

// firstData is what a tocsin of the first schema has written: a feed with three
// articles, of which the first rang and waits to be said.
const firstData = `
INSERT INTO feeds (digest, url, subscribed, schedule, location, host, title, etag, last_modified, document, ttl, skip_hours, skip_days,
	next_poll, polled, begun, succeeded, delivered, failures, problem, gone, health)
VALUES (%[1]d, 'https://a.example/feed', true, '@every 1h', '', %[2]d, 'The Paper', '"7"', '', 'd', '10 minutes', 3, 1,
	'2026-01-01 10:00Z', '2026-01-01 09:00Z', '2026-01-01 01:00Z', '2026-01-01 09:00Z', '2026-01-01 08:00Z', 2, 'slow', false, '{"x": 1}');
SELECT nextval('article_blocks');
INSERT INTO articles (seq, feed, seen, published, updated, id, language, key, url, title, author, categories, summary, body)
SELECT 1048576 + n, (SELECT id FROM feeds), '2026-01-01 01:00Z'::timestamptz + n * interval '1 hour', '0001-01-01 00:00Z', '0001-01-01 00:00Z',
	(ARRAY[%[3]s])[n], 'en', 'key-' || n, 'https://a.example/' || n, 'Café number ' || n, '', ARRAY['cloud'], 'Sum', 'Body'
FROM generate_series(1, 3) n;
INSERT INTO matches (article, digest, rule, theme, severity, status, score, threshold, evidence)
VALUES (1048577, 1, 'rule', 'theme', 'high', 'live', 7, 5, '[]');
INSERT INTO stories (id, first, last, signature) VALUES ('story', '2026-01-01 02:00Z', '2026-01-01 02:00Z', '\x01');
INSERT INTO story_keys (story, digest, key, last) VALUES ('story', 1, 'key', '2026-01-01 02:00Z');
INSERT INTO reports (article, story, at) VALUES (1048577, 'story', '2026-01-01 02:00Z');
INSERT INTO alerts (id, story, route, channel, line, severity, created, state, attempts, strikes, unsettled, tried, next_try, sent, receipt, problem, content)
VALUES ('%[4]s', 'story', 'news', '#news', %[5]d, 'high', '2026-01-01 02:00Z', 'pending', 1, 0, true, '2026-01-01 02:00Z', '2026-01-01 02:00Z', '0001-01-01 00:00Z', '', 'no answer', '{}');
INSERT INTO verdicts (article, digest, rule, route, outcome, alert, at)
VALUES (1048577, 1, 'rule', 'news', 'queued', '%[4]s', '2026-01-01 02:00Z')`

// What a store of the first schema holds is there after the later steps, which many
// daemons take at once.
func TestTheFirstSchemaIsUpgraded(t *testing.T) {
	t.Parallel()
	const url = "https://a.example/feed"
	database := pgtest.Database(t)
	steps, err := migration.Read(released)
	check(t, err)
	first, err := openWith(t.Context(), database, true, steps[:1])
	check(t, err)
	check(t, first.Close())
	id := func(n int) string { return store.ArticleID(url, fmt.Sprint("key-", n)) }
	alert := store.AlertID("story", "news")
	run(t, database, fmt.Sprintf(firstData, digest(url), digest(store.Feed{URL: url}.Host()),
		fmt.Sprintf("'%s', '%s', '%s'", id(1), id(2), id(3)), alert, digest("#news")))

	var starting sync.WaitGroup
	for range 6 {
		starting.Go(func() {
			db, err := Open(t.Context(), database)
			if err != nil {
				t.Error(err)
				return
			}
			db.Close()
		})
	}
	starting.Wait()
	db := openAt(t, database)
	if n := count(t, db, `SELECT count(*) FROM ledger`); n != SchemaVersion() {
		t.Errorf("the ledger has %d entries", n)
	}
	theFirstStoreIsThere(t, db, url, id, alert)
	theFirstStoreWorks(t, db, url, id, alert)
}

// theFirstStoreIsThere holds that all is read as it was written.
func theFirstStoreIsThere(t *testing.T, db *DB, url string, id func(int) string, alert string) {
	t.Helper()
	hour := func(n int) time.Time { return time.Date(2026, 1, 1, n, 0, 0, 0, time.UTC) }
	f, err := db.Feed(t.Context(), url)
	check(t, err)
	want := store.Feed{URL: url, Title: "The Paper", ETag: `"7"`, Digest: "d", TTL: 10 * time.Minute, SkipHours: 3, SkipDays: 1,
		NextPoll: hour(10), Polled: hour(9), Begun: hour(1), Succeeded: hour(9), Delivered: hour(8), Failures: 2, Problem: "slow", Health: []byte(`{"x": 1}`)}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("feed (-want +got):\n%s", diff)
	}
	h, err := db.History(t.Context(), id(1))
	check(t, err)
	if diff := cmp.Diff(store.History{
		Article: store.Article{ID: id(1), Feed: url, Key: "key-1", URL: "https://a.example/1", Title: "Café number 1", Summary: "Sum", Body: "Body",
			Language: "en", Categories: []string{"cloud"}, Seen: hour(2)},
		Story:    "story",
		Matches:  []store.Match{{Article: id(1), Rule: "rule", Theme: "theme", Severity: "high", Status: "live", Score: 7, Threshold: 5, Evidence: []byte(`[]`)}},
		Verdicts: []store.Verdict{{Article: id(1), Rule: "rule", Route: "news", Outcome: store.Queued, Alert: alert, At: hour(2)}},
		Alerts: []store.Alert{{ID: alert, Story: "story", Route: "news", Channel: "#news", Severity: "high", Content: []byte(`{}`), Created: hour(2),
			State: store.AlertPending, Attempts: 1, Unsettled: true, Tried: hour(2), NextTry: hour(2), Problem: "no answer"}},
	}, h, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

// theFirstStoreWorks holds that work goes on from there.
func theFirstStoreWorks(t *testing.T, db *DB, url string, id func(int) string, alert string) {
	t.Helper()
	for n, more := range []bool{true, false} {
		found, err := db.Search(t.Context(), store.Search{Text: "cafe number", Limit: 9})
		check(t, err)
		if len(found.Articles) != 2*n {
			t.Errorf("%d articles are found by their words, want %d", len(found.Articles), 2*n)
		}
		left, err := db.IndexArchive(t.Context(), 2)
		check(t, err)
		if left != more {
			t.Errorf("more is %v after %d turns", left, n+1)
		}
	}
	join(t, db, "me", healthy)
	ask := anHour("me")
	ask.Now = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	alerts, err := db.ClaimAlerts(t.Context(), ask)
	check(t, err)
	if len(alerts) != 1 || alerts[0].ID != alert || !alerts[0].Unsettled {
		t.Errorf("claimed %+v", alerts)
	}
	feeds, err := db.ClaimDueFeeds(t.Context(), ask)
	check(t, err)
	p := store.Poll{Holder: "me", Feed: feeds[0], Articles: []store.Article{{ID: id(2), Feed: url, Key: "key-2"}, {ID: id(4), Feed: url, Key: "key-4", Title: "Café number 4"}}}
	check(t, db.CommitPoll(t.Context(), p, testJudge))
	found, err := db.Search(t.Context(), store.Search{Text: "cafe", Limit: 9})
	check(t, err)
	if len(found.Articles) != 4 || found.Articles[0].ID != id(4) {
		t.Errorf("found %+v", found.Articles)
	}
}
