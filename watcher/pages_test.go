package watcher

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/watcher/feed"
)

// pagesReader is a scriptedReader that has pages, too.
type pagesReader struct {
	*scriptedReader
	pages map[string]string // by URL; others fail
	slow  time.Duration     // what each page takes
	asked []string          // "URL" or "URL with credentials"
}

func (r *pagesReader) ReadPage(ctx context.Context, req feed.PageRequest) (string, error) {
	asked := req.URL
	if req.Header != nil {
		asked += " with credentials"
	}
	r.asked = append(r.asked, asked)
	select {
	case <-time.After(r.slow):
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if text := r.pages[req.URL]; text != "" {
		return text, nil
	}
	return "", &feed.Error{Problem: feed.Status, Reason: "404 Not Found", Code: 404}
}

// readPages runs a daemon with one feed for a while.
func (w *world) readPages(r *pagesReader, full bool, d time.Duration, a answer) {
	w.t.Helper()
	r.scriptedReader = w.reader
	w.add("https://paper.example/feed", "*/10 * * * *", a)
	w.feeds[0].FullText, w.feeds[0].Header = full, http.Header{"Authorization": {"s3cret"}}
	watcher := w.watcher()
	watcher.reader, watcher.opts.Timeout = r, 30*time.Second
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	if err := watcher.Run(ctx); err != nil {
		w.t.Fatal(err)
	}
}

// entries answers with the first n entries at the nth request.
func entries(all ...feed.Item) answer {
	return func(_ context.Context, n int, now time.Time) (*feed.Result, error) {
		return &feed.Result{Document: &feed.Document{Items: all[:min(n, len(all))]}}, nil
	}
}

func TestRulesSeeThePagesOfNewArticles(t *testing.T) {
	t.Parallel()
	const one, two, lost = "https://paper.example/one", "https://press.example/two", "https://paper.example/lost"
	for _, tt := range []struct {
		name  string
		full  bool
		asked []string
		said  []string
	}{
		{"where the feed wants it", true, []string{one + " with credentials", two, lost + " with credentials"}, []string{"#noise Quay closes", "#noise Ferry is late", "#noise Lost, and a bell rings"}},
		{"and otherwise not", false, nil, []string{"#noise Lost, and a bell rings"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world) {
				r := &pagesReader{pages: map[string]string{one: "At the quay a bell rings in the town", two: "A whistle blows in the town"}}
				day := time.Now()
				w.readPages(r, tt.full, 25*time.Minute, entries(
					feed.Item{Key: "1", Link: one, Title: "Quay closes", Summary: "For a while", Published: day},
					feed.Item{Key: "2", Link: two, Title: "Ferry is late", Published: day},
					feed.Item{Key: "3", Link: lost, Title: "Lost, and a bell rings", Published: day},
				))
				if diff := cmp.Diff(tt.asked, r.asked); diff != "" {
					t.Errorf("pages asked for:\n%s", diff)
				}
				if diff := cmp.Diff(tt.said, w.sink.said); diff != "" {
					t.Errorf("said:\n%s", diff)
				}
			})
		})
	}
}

func TestPagesOfArticlesThatCannotRingAreNotAskedFor(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		r := &pagesReader{}
		w.readPages(r, true, 15*time.Minute, func(_ context.Context, n int, now time.Time) (*feed.Result, error) {
			d := &feed.Document{Items: []feed.Item{
				{Key: "1", Link: "https://paper.example/undated", Title: "Undated"},
				{Key: "2", Link: "https://paper.example/old", Title: "Old", Published: now.AddDate(0, 0, -3)},
				{Key: "3", Title: "Without a page", Published: now},
				{Key: "4", Link: "https://paper.example/new", Title: "New", Published: now},
			}}
			if n > 1 {
				d.Items = append(d.Items, feed.Item{Key: "5", Link: "https://paper.example/undated-later", Title: "Undated and later"})
			}
			return &feed.Result{Document: d}, nil
		})
		want := []string{"https://paper.example/new with credentials", "https://paper.example/undated-later with credentials"}
		if diff := cmp.Diff(want, r.asked); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPagesAreBoundedInNumberAndTime(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		slow time.Duration
		want int
	}{
		{"in number", time.Millisecond, maxPages},
		{"in time", 25 * time.Second, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world) {
				r := &pagesReader{slow: tt.slow}
				w.readPages(r, true, 5*time.Minute, func(_ context.Context, _ int, now time.Time) (*feed.Result, error) {
					d := &feed.Document{}
					for i := range 50 {
						d.Items = append(d.Items, feed.Item{Key: fmt.Sprint(i), Link: fmt.Sprint("https://paper.example/", i), Title: fmt.Sprint("Number ", i), Published: now})
					}
					return &feed.Result{Document: d}, nil
				})
				if len(r.asked) != tt.want || w.counts().Articles != 50 {
					t.Errorf("%d pages, %d articles", len(r.asked), w.counts().Articles)
				}
			})
		})
	}
}
