package watcher

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tocsin/store"
	"tocsin/watcher/config"
)

const day = 24 * time.Hour

// daily are titles for a feed of an article a day, of which every fifth rings.
func daily(days int) (titles []string) {
	for n := range days {
		title := fmt.Sprintf("Quiet day %d", n)
		if n%5 == 0 {
			title = fmt.Sprintf("A bell rings on day %d", n)
		}
		titles = append(titles, title)
	}
	return titles
}

// runDaily runs a watcher for some minutes of each of so many days, in which the feed
// brings its next article.
func (w *world) runDaily(days int) {
	w.t.Helper()
	w.add("https://a.example/feed", "@every 1h", items(daily(days)...))
	for range days {
		w.run(3 * time.Minute)
		time.Sleep(day - 3*time.Minute)
	}
}

// kept are the titles of the archive.
func (w *world) kept() (titles []string) {
	w.t.Helper()
	for a, err := range w.store.Articles(context.Background(), time.Time{}) {
		if err != nil {
			w.t.Fatal(err)
		}
		titles = append(titles, a.Title)
	}
	return titles
}

func TestOldArticlesGoAndNeverRingAgain(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.keep = &config.Retention{Articles: 3 * day, Matched: 8 * day}
		w.runDaily(19)
		if got := strings.Join(w.kept(), ", "); got != "A bell rings on day 15, Quiet day 16, Quiet day 17, Quiet day 18" {
			t.Errorf("kept %s", got)
		}
		if c := w.counts(); c.Matches != 1 || c.Stories != 1 || c.SentAlerts != 1 {
			t.Errorf("the store has %+v", c)
		}
		// The feed lists all of them to the end.
		if len(w.sink.said) != 4 {
			t.Errorf("said %q", w.sink.said)
		}
	})
}

func TestAStoreThatIsTooLargeLosesItsOldestArticles(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		var log bytes.Buffer
		w.log = slog.New(slog.NewTextHandler(&log, nil))
		w.keep = &config.Retention{MaxSize: 1}
		w.runDaily(12)
		// Nothing makes it small enough; what is new stays, and so does what rang
		// while its story is told.
		if got := strings.Join(w.kept(), ", "); got != "A bell rings on day 10, Quiet day 11" {
			t.Errorf("kept %s", got)
		}
		if !strings.Contains(log.String(), "what is left is too new to go") || !strings.Contains(log.String(), "old articles were deleted") {
			t.Errorf("the log says\n%s", log.String())
		}
	})
}

func TestAStoreThatIsSmallEnoughLosesNothing(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.keep = &config.Retention{MaxSize: 1 << 30}
		w.runDaily(4)
		if got := w.kept(); len(got) != 4 {
			t.Errorf("kept %q", got)
		}
	})
}

// tidyStore has much to index and to delete, and another daemon that takes the task
// over in the middle.
type tidyStore struct {
	store.Store
	lost            bool
	claims, batches int
	finished        bool
}

func (s *tidyStore) ClaimTask(context.Context, store.Claim, string) (time.Time, bool, error) {
	s.claims++
	return time.Time{}, !s.lost || s.claims == 1, nil
}

func (s *tidyStore) FinishTask(context.Context, string, string, time.Time) error {
	s.finished = true
	return nil
}

func (s *tidyStore) IndexArchive(context.Context, int) (bool, error) { return false, nil }

func (s *tidyStore) Size(context.Context) (int64, error) { return 0, nil }

func (s *tidyStore) Expire(_ context.Context, e store.Expiry) (int, error) {
	if s.batches++; s.batches == 20_000 {
		return 0, nil
	}
	return e.Limit, nil
}

func TestALongTidyingProlongsItsLeaseAndEndsWithIt(t *testing.T) {
	t.Parallel()
	for _, lost := range []bool{false, true} {
		bubble(t, func(t *testing.T, w *world) {
			s := &tidyStore{lost: lost}
			td := tidying{Watcher: w.watcher(), store: s}
			err := td.tidy(t.Context())
			// 20,000 batches with a rest of 20 ms between two take 400 s.
			if !lost && (err != nil || s.claims < 5 || !s.finished) {
				t.Errorf("%d claims, finished %v: %v", s.claims, s.finished, err)
			}
			if lost && (err != store.ErrLeaseLost || s.finished || s.batches > 5000) {
				t.Errorf("%d batches without the lease, finished %v: %v", s.batches, s.finished, err)
			}
		})
	}
}
