package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/store"
	"tocsin/store/migration"
)

var benchStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func eachSynchronous(b *testing.B, run func(b *testing.B, db *DB)) {
	for _, sync := range []synchronous{full, normal} {
		b.Run(string(sync), func(b *testing.B) {
			steps, err := migration.Read(released)
			if err != nil {
				b.Fatal(err)
			}
			db, err := open(b.Context(), filepath.Join(b.TempDir(), "bench.db"), sync, steps)
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			leave, err := db.Join(b.Context(), "bench")
			if err != nil {
				b.Fatal(err)
			}
			defer leave()
			run(b, db)
		})
	}
}

// BenchmarkCommitPoll commits polls of 50 new articles of 2 KB, of which one raises
// an alert: of one feed, which then has all articles of the archive, of a hundred
// in turn, and of these as a daemon does, many at a time.
func BenchmarkCommitPoll(b *testing.B) {
	for _, c := range []struct{ feeds, workers int }{{1, 1}, {100, 1}, {100, 32}} {
		b.Run(fmt.Sprintf("feeds=%d,%d at a time", c.feeds, c.workers), func(b *testing.B) {
			eachSynchronous(b, func(b *testing.B, db *DB) { commitNews(b, db, c.feeds, c.workers) })
		})
	}
}

func commitNews(b *testing.B, db *DB, feeds, workers int) {
	const size = 50
	subscribe(b, db, feeds)
	b.ResetTimer()
	inParallel(b.N, workers, func(n int) {
		now := benchStart.Add(time.Duration(n) * time.Second)
		due, err := db.ClaimDueFeeds(b.Context(), store.Claim{Holder: "bench", Now: now, Lease: time.Hour, Limit: 1})
		if err != nil || len(due) != 1 {
			b.Error(due, err)
			return
		}
		p := store.Poll{Holder: "bench", Feed: due[0], Articles: benchArticles(due[0].URL, n*size, size)}
		p.Feed.NextPoll = now.Add(time.Second) // behind all others
		if err := db.CommitPoll(b.Context(), p, benchJudge); err != nil {
			b.Error(err)
		}
	})
	b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "articles/s")
}

// subscribe makes the store know feeds that are due at once.
func subscribe(b *testing.B, db *DB, feeds int) {
	b.Helper()
	subs := make([]store.Subscription, feeds)
	for i := range subs {
		subs[i] = store.Subscription{URL: fmt.Sprintf("https://bench.example/feed/%d", i), FirstPoll: benchStart}
	}
	if err := db.SyncFeeds(b.Context(), subs); err != nil {
		b.Fatal(err)
	}
}

// inParallel does the work of 0 to n-1, so many at a time.
func inParallel(n, workers int, work func(int)) {
	var running sync.WaitGroup
	var next atomic.Int64
	for range workers {
		running.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				work(int(i - 1))
			}
		})
	}
	running.Wait()
}

func benchArticles(feed string, first, n int) []store.Article {
	articles := make([]store.Article, n)
	for i := range articles {
		key := fmt.Sprintf("https://bench.example/%d", first+i)
		articles[i] = store.Article{
			ID: store.ArticleID(feed, key), Feed: feed, Key: key, URL: key,
			Title:      fmt.Sprintf("Article %d of a feed that tells a lot", first+i),
			Summary:    strings.Repeat("A summary of it. ", 15),
			Body:       strings.Repeat("The longer text of it. ", 75),
			Categories: []string{"cloud", "antitrust"},
			Published:  benchStart, Seen: benchStart,
		}
	}
	return articles
}

func benchJudge(ctx context.Context, fresh []store.Article, stories store.Stories) (store.Decision, error) {
	a := fresh[0]
	keys := []string{"url:" + a.URL, "title:" + a.Title}
	if _, err := stories.WithKeys(ctx, keys, benchStart); err != nil {
		return store.Decision{}, err
	}
	alert := store.AlertID(a.ID, "#news")
	return store.Decision{
		Matches:  []store.Match{{Article: a.ID, Rule: "r", Status: "live", Evidence: []byte(`[]`)}},
		Reports:  []store.Report{{Story: a.ID, Article: a.ID, Keys: keys, At: benchStart}},
		Verdicts: []store.Verdict{{Article: a.ID, Rule: "r", Route: "#news", Outcome: store.Queued, Alert: alert, At: benchStart}},
		Alerts: []store.Alert{{ID: alert, Story: a.ID, Route: "#news", Channel: "#news",
			Content: []byte(`{}`), Created: benchStart, State: store.AlertPending}},
	}, nil
}

// BenchmarkUnchanged claims feeds in batches of 256 and ends their polls with nothing
// new in them: one after the other, and as a daemon does, many at a time.
func BenchmarkUnchanged(b *testing.B) {
	const feeds, batch = 10_000, 256
	for _, workers := range []int{1, 64} {
		b.Run(fmt.Sprint(workers, " at a time"), func(b *testing.B) {
			eachSynchronous(b, func(b *testing.B, db *DB) {
				subscribe(b, db, feeds)
				now, done := benchStart, 0
				b.ResetTimer()
				for done < b.N {
					now = now.Add(time.Second)
					due, err := db.ClaimDueFeeds(b.Context(), store.Claim{Holder: "bench", Now: now, Lease: time.Hour, Limit: batch})
					if err != nil {
						b.Fatal(err)
					}
					inParallel(len(due), workers, func(i int) {
						due[i].NextPoll = now
						if err := db.CommitPoll(b.Context(), store.Poll{Holder: "bench", Feed: due[i]}, nil); err != nil {
							b.Error(err)
						}
					})
					done += len(due)
				}
				b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "feeds/s")
			})
		})
	}
}

// BenchmarkClaim leases 64 of the feeds that are due, two of a host at the
// most; giving them back is not counted.
func BenchmarkClaim(b *testing.B) {
	for _, c := range []struct {
		name         string
		feeds, hosts int
		want         int // with the one of another host, which is due last
	}{
		{"100,000 due on 30,000 hosts", 100_000, 30_000, 64},
		{"1,200 due on one host ahead of another", 1200, 1, 3},
		{"100,000 due on one host ahead of another", 100_000, 1, 3},
	} {
		b.Run(c.name, func(b *testing.B) {
			eachSynchronous(b, func(b *testing.B, db *DB) {
				subs := []store.Subscription{{URL: "https://last.example/", FirstPoll: benchStart}}
				for i := range c.feeds {
					subs = append(subs, store.Subscription{
						URL:       fmt.Sprintf("https://%d.bench.example/%d", i%c.hosts, i),
						FirstPoll: benchStart.Add(-time.Duration(i%600) * time.Second),
					})
				}
				if err := db.SyncFeeds(b.Context(), subs); err != nil {
					b.Fatal(err)
				}
				claimAndLeave(b, db, c.want)
			})
		})
	}
}

func claimAndLeave(b *testing.B, db *DB, want int) {
	ask := store.Claim{Holder: "claimer", Now: benchStart, Lease: time.Hour, Limit: 64, PerHost: 2}
	b.ResetTimer()
	for range b.N {
		b.StopTimer()
		leave, err := db.Join(b.Context(), ask.Holder)
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		due, err := db.ClaimDueFeeds(b.Context(), ask)
		b.StopTimer()
		if err != nil || len(due) != want {
			b.Fatalf("%d feeds, want %d: %v", len(due), want, err)
		}
		if err := leave(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkClaimAlerts leases the heads of 20 channels with 2,500 alerts each,
// and asks what is due next.
func BenchmarkClaimAlerts(b *testing.B) {
	const channels, each = 20, 2500
	eachSynchronous(b, func(b *testing.B, db *DB) {
		if err := db.write(b.Context(), "queueing alerts", func(tx *tx) error {
			for i := range channels * each {
				story := fmt.Sprint("story ", i)
				if err := tx.keepAlert(b.Context(), store.Alert{ID: store.AlertID(story, "r"), Story: story, Route: "r",
					Channel: fmt.Sprint("#", i%channels), Created: benchStart, State: store.AlertPending}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		for n := range b.N {
			// By then the leases of the last claim have run out.
			alerts, err := db.ClaimAlerts(b.Context(), store.Claim{
				Holder: "bench", Now: benchStart.Add(time.Duration(n) * time.Second), Lease: time.Second, Limit: 64})
			if err != nil || len(alerts) != channels {
				b.Fatalf("%d alerts: %v", len(alerts), err)
			}
			if _, _, err := db.NextDue(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkNextDue asks what is due next, of 1,000 feeds.
func BenchmarkNextDue(b *testing.B) {
	eachSynchronous(b, func(b *testing.B, db *DB) {
		subscribe(b, db, 1000)
		b.ReportAllocs()
		b.ResetTimer()
		for range b.N {
			if _, _, err := db.NextDue(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkArchiveSize commits polls of 50 new articles to archives of different
// sizes, whose articles are of a hundred feeds.
func BenchmarkArchiveSize(b *testing.B) {
	for _, articles := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint("articles=", articles), func(b *testing.B) {
			db, err := Open(b.Context(), filepath.Join(b.TempDir(), "bench.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			leave, err := db.Join(b.Context(), "bench")
			if err != nil {
				b.Fatal(err)
			}
			defer leave()
			fill(b, db, articles)
			commitNews(b, db, 100, 1)
		})
	}
}

// BenchmarkArchive reads an archive as backtest does.
func BenchmarkArchive(b *testing.B) {
	const articles = 100_000
	db, err := Open(b.Context(), filepath.Join(b.TempDir(), "bench.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	fill(b, db, articles)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range db.Articles(b.Context(), time.Time{}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != articles {
			b.Fatalf("%d articles", n)
		}
	}
	b.ReportMetric(articles*float64(b.N)/b.Elapsed().Seconds(), "articles/s")
}

// fill makes an archive of small articles in a hundred feeds, a hundred polls at a
// time.
func fill(b *testing.B, db *DB, articles int) {
	b.Helper()
	for first := 0; first < articles; first += 10_000 {
		if err := db.write(b.Context(), "filling", func(tx *tx) error {
			for _, statement := range []string{
				`INSERT INTO feeds (id, subscribed, schedule, host, ` + feedColumns + `)
					SELECT value, 0, '', '', 'https://old.example/' || value, '', '', '', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, '', 0, ''
					FROM (WITH RECURSIVE n(value) AS (VALUES (1001) UNION ALL SELECT value + 1 FROM n WHERE value < 1100) SELECT value FROM n) WHERE true ON CONFLICT DO NOTHING`,
				fmt.Sprintf(`INSERT INTO articles (seq, feed, id, seen, published, updated, language, key, url, title, author, categories, summary, body)
					SELECT value, 1001 + value / 100 %% 100, hex(randomblob(8)), 0, 0, 0, 'en', 'key-' || value, 'https://old.example/' || value,
						'An old article that tells of number ' || value, '', '', 'A summary of it, which is not long', ''
					FROM (WITH RECURSIVE n(value) AS (VALUES (%d) UNION ALL SELECT value + 1 FROM n WHERE value < %d) SELECT value FROM n)`, first+1, min(first+10_000, articles)),
				fmt.Sprintf(`INSERT INTO words (rowid, text) SELECT seq, title || ' ' || summary FROM articles WHERE seq > %d`, first),
			} {
				if _, err := tx.exec(b.Context(), statement); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
}
