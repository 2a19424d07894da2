package watcher

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"tocsin/watcher/feed"
)

// BenchmarkRound polls 1,000 feeds on as many hosts of loopback once, over HTTP and
// with the real store. The hosts take 120 ms in the median, log-normal. "x ideal"
// is how much longer the round takes than its requests would, 64 at once.
func BenchmarkRound(b *testing.B) {
	random := lognormal()
	for range b.N {
		b.StopTimer()
		w := newWorld(b, filepath.Join(b.TempDir(), "test.db"))
		var sum time.Duration
		for i := range manyFeeds {
			took := random()
			sum += took
			s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				time.Sleep(took)
				fmt.Fprint(rw, rss("", fmt.Sprint("News of ", i), "More of it", "And more"))
			}))
			defer s.Close()
			w.add(s.URL+"/feed", "@hourly", nil)
		}
		watcher := w.watcher()
		watcher.slots = make(chan struct{}, 2*manyRequests)
		reader := feed.NewReader(feed.Options{AllowPrivate: true, Requests: manyRequests})
		watcher.reader, watcher.sink = reader, nil
		b.StartTimer()
		begin := time.Now()
		got, err := watcher.Once(context.Background(), false)
		took := time.Since(begin)
		b.StopTimer()
		if err != nil || got.New != 3*manyFeeds {
			b.Fatalf("%+v, %v", got, err)
		}
		b.ReportMetric(float64(took)/(float64(sum)/manyRequests), "x-ideal")
		reader.Close()
		w.close()
	}
}
