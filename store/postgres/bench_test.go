package postgres

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/store"
	"tocsin/store/postgres/pgtest"
)

// eachDurability runs a benchmark on a server that waits for the disk and on one
// that leaves it to the operating system.
func eachDurability(b *testing.B, run func(b *testing.B, db *DB)) {
	for _, fsync := range []string{"fsync=on", "fsync=off"} {
		b.Run(fsync, func(b *testing.B) {
			db := openAt(b, pgtest.New(b, fsync, "shared_buffers=256MB").Database(b))
			join(b, db, "bench", healthy)
			run(b, db)
		})
	}
}

func testArticles(feed string, first, n int) []store.Article {
	articles := make([]store.Article, n)
	for i := range articles {
		key := fmt.Sprintf("https://bench.example/%d", first+i)
		articles[i] = store.Article{
			ID: store.ArticleID(feed, key), Feed: feed, Key: key, URL: key,
			Title:      fmt.Sprintf("Article %d of a feed that tells a lot", first+i),
			Summary:    strings.Repeat("A summary of it. ", 15),
			Body:       strings.Repeat("The longer text of it. ", 75),
			Categories: []string{"cloud", "antitrust"},
			Published:  testStart, Seen: testStart,
		}
	}
	return articles
}

// testJudge is a judge for whom the first article rings.
func testJudge(ctx context.Context, fresh []store.Article, stories store.Stories) (store.Decision, error) {
	a := fresh[0]
	keys := []string{"url:" + a.URL, "title:" + a.Title}
	if _, err := stories.WithKeys(ctx, keys, testStart); err != nil {
		return store.Decision{}, err
	}
	return testDecision(a, keys), nil
}

// testDecision is one to ring for an article.
func testDecision(a store.Article, keys []string) store.Decision {
	alert := store.AlertID(a.ID, "#news")
	return store.Decision{
		Matches:  []store.Match{{Article: a.ID, Rule: "r", Status: "live", Evidence: []byte(`[]`)}},
		Reports:  []store.Report{{Story: a.ID, Article: a.ID, Keys: keys, At: testStart}},
		Verdicts: []store.Verdict{{Article: a.ID, Rule: "r", Route: "#news", Outcome: store.Queued, Alert: alert, At: testStart}},
		Alerts: []store.Alert{{ID: alert, Story: a.ID, Route: "#news", Channel: "#news",
			Content: []byte(`{}`), Created: testStart, State: store.AlertPending}},
	}
}

// BenchmarkCommitPoll commits polls of 50 new articles of 2 KB, of which one
// raises an alert: one poll after the other, and as a daemon does, 16 at a time.
func BenchmarkCommitPoll(b *testing.B) {
	const size = 50
	for _, workers := range []int{1, 16} {
		b.Run(fmt.Sprint(workers, " at a time"), func(b *testing.B) {
			eachDurability(b, func(b *testing.B, db *DB) {
				subscribe(b, db, workers, 1)
				var wg sync.WaitGroup
				turns := make(chan int, b.N)
				for n := range b.N {
					turns <- n
				}
				close(turns)
				feeds, err := db.ClaimDueFeeds(b.Context(), anHour("bench"))
				check(b, err)
				b.ResetTimer()
				for _, f := range feeds {
					wg.Go(func() {
						for n := range turns {
							commitAndClaim(b, db, f, testArticles(f.URL, n*size, size))
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "articles/s")
			})
		})
	}
}

// commitAndClaim commits a poll, and puts the lease back into the row by hand:
// claiming is another benchmark.
func commitAndClaim(b *testing.B, db *DB, f store.Feed, articles []store.Article) {
	err := db.CommitPoll(b.Context(), store.Poll{Holder: "bench", Feed: f, Articles: articles}, testJudge)
	if err == nil {
		_, err = db.direct().exec(b.Context(), `UPDATE feeds SET holder = 'bench', leased_until = $2 WHERE digest = $1`, digest(f.URL), f.Lease)
	}
	if err != nil {
		b.Error(err)
	}
}

// BenchmarkUnchanged claims feeds in batches of 100 and ends their polls, with
// nothing new in them: one after the other, and as a daemon does, 64 at a time.
func BenchmarkUnchanged(b *testing.B) {
	const batch = 100
	for _, workers := range []int{1, 64} {
		b.Run(fmt.Sprint(workers, " at a time"), func(b *testing.B) {
			eachDurability(b, func(b *testing.B, db *DB) {
				subscribe(b, db, 10_000, 1)
				now, done := testStart, 0
				b.ResetTimer()
				for done < b.N {
					now = now.Add(time.Second)
					due, err := db.ClaimDueFeeds(b.Context(), store.Claim{Holder: "bench", Now: now, Lease: time.Hour, Limit: batch, PerHost: 2})
					check(b, err)
					endPolls(b, db, due, now, workers)
					done += len(due)
				}
				b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "feeds/s")
			})
		})
	}
}

// endPolls ends polls, so many at a time.
func endPolls(b *testing.B, db *DB, feeds []store.Feed, next time.Time, workers int) {
	work := make(chan store.Feed, len(feeds))
	for _, f := range feeds {
		f.NextPoll = next
		work <- f
	}
	close(work)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for f := range work {
				if err := db.CommitPoll(b.Context(), store.Poll{Holder: "bench", Feed: f}, nil); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
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
			eachDurability(b, func(b *testing.B, db *DB) {
				subs := []store.Subscription{{URL: "https://last.example/", FirstPoll: testStart}}
				for i := range c.feeds {
					subs = append(subs, store.Subscription{
						URL:       fmt.Sprintf("https://%d.bench.example/%d", i%c.hosts, i),
						FirstPoll: testStart.Add(-time.Duration(i%600) * time.Second),
					})
				}
				check(b, db.SyncFeeds(b.Context(), subs))
				claimAndLeave(b, db, c.want)
			})
		})
	}
}

func claimAndLeave(b *testing.B, db *DB, want int) {
	ask := store.Claim{Holder: "claimer", Now: testStart, Lease: time.Hour, Limit: 64, PerHost: 2}
	b.ResetTimer()
	for range b.N {
		b.StopTimer()
		leave, err := db.Join(b.Context(), ask.Holder)
		check(b, err)
		b.StartTimer()
		due, err := db.ClaimDueFeeds(b.Context(), ask)
		b.StopTimer()
		if err != nil || len(due) != want {
			b.Fatalf("%d feeds, want %d: %v", len(due), want, err)
		}
		check(b, leave())
		b.StartTimer()
	}
}

// BenchmarkArchive reads 100,000 articles.
func BenchmarkArchive(b *testing.B) {
	const polls, size = 100, 1000
	db := openAt(b, pgtest.New(b, "shared_buffers=512MB").Database(b))
	join(b, db, "bench", healthy)
	subscribe(b, db, 1, 1)
	feeds, err := db.ClaimDueFeeds(b.Context(), anHour("bench"))
	check(b, err)
	for n := range polls {
		commitAndClaim(b, db, feeds[0], testArticles(feeds[0].URL, n*size, size))
	}
	b.ResetTimer()
	read := 0
	for range b.N {
		for _, err := range db.Articles(b.Context(), time.Time{}) {
			check(b, err)
			read++
		}
	}
	b.ReportMetric(float64(read)/b.Elapsed().Seconds(), "articles/s")
}

// BenchmarkSearch looks for words that all, some and few of 50,000 articles have,
// and none.
func BenchmarkSearch(b *testing.B) {
	const articles = 50_000
	db := openAt(b, pgtest.New(b, "fsync=off", "shared_buffers=512MB", "maintenance_work_mem=256MB").Database(b))
	subscribe(b, db, 1, 1)
	for _, statement := range []string{
		`INSERT INTO articles (seq, feed, id, seen, published, updated, language, key, url, title, author, categories, summary, body)
			SELECT n, (SELECT id FROM feeds), lpad(n::text, 16, '0'), now(), now(), now(), 'en', n::text, 'https://bench.example/' || n,
				'Article ' || n, '', '{}', '', '' FROM generate_series(1, $1) n`,
		`INSERT INTO words (article, words)
			SELECT n, array_to_tsvector(ARRAY ['all', 'n' || n, 'some' || n % 1000, 'few' || n % 20000, 'old' || n / 5000]
				|| ARRAY (SELECT 'w' || (n * k) % 50021 FROM generate_series(1, 60) k)) FROM generate_series(1, $1) n`,
	} {
		_, err := db.direct().exec(b.Context(), statement, articles)
		check(b, err)
	}
	for _, analyzed := range []bool{false, true} {
		if analyzed {
			_, err := db.direct().exec(b.Context(), `ANALYZE words`)
			check(b, err)
		}
		for _, text := range []string{"all", "some7", "few7", "old3", "n77", "nothing", "all few7", "all -few7"} {
			b.Run(fmt.Sprintf("analyzed=%v/%s", analyzed, text), func(b *testing.B) {
				for range b.N {
					_, err := db.Search(b.Context(), store.Search{Text: text, Limit: 30})
					check(b, err)
				}
			})
		}
	}
}
