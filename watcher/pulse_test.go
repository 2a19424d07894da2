package watcher

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/store"
)

// beside runs f beside a watcher that has begun.
func (w *world) beside(watch *Watcher, f func()) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	began, ended := make(chan struct{}), make(chan error)
	watch.opts.Began = func() { close(began) }
	go func() { ended <- watch.Run(ctx) }()
	<-began
	f()
	cancel()
	if err := <-ended; err != nil {
		w.t.Fatal(err)
	}
}

func TestLoopsThatRestTurnWhenAsked(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://a.example/feed", "@daily", items())
		watch := w.watcher()
		w.beside(watch, func() {
			for range 3 {
				synctest.Wait()
				asked := time.Now()
				if err := watch.Pulse(t.Context()); err != nil || time.Since(asked) > 0 {
					t.Errorf("%v after %s", err, time.Since(asked))
				}
			}
		})
	})
}

// hangingStore answers no claim until it is told to.
type hangingStore struct {
	Store
	until chan struct{}
}

func (s hangingStore) ClaimDueFeeds(ctx context.Context, c store.Claim) ([]store.Feed, error) {
	<-s.until
	return s.Store.ClaimDueFeeds(ctx, c)
}

func TestALoopThatHangsIsNamed(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://a.example/feed", "@daily", items())
		watch := w.watcher()
		until := make(chan struct{})
		watch.store = hangingStore{w.store, until}
		w.beside(watch, func() {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if err := watch.Pulse(ctx); err == nil || !strings.Contains(err.Error(), "polls hangs") {
				t.Errorf("the pulse says %v", err)
			}
			close(until)
			if err := watch.Pulse(t.Context()); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	})
}

// failingStore answers what is due next with an error.
type failingStore struct{ Store }

func (failingStore) NextDue(context.Context) (feeds, alerts time.Time, err error) {
	return time.Time{}, time.Time{}, errors.New("the disk is gone")
}

func TestTroublesAreNamed(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		watch := w.watcher()
		if got := watch.Troubles(t.Context()); len(got) > 0 {
			t.Errorf("without any: %q", got)
		}
		watch.tally.storeFailed(errors.New("the disk is full"))
		watch.pacing.rest(time.Now().Add(time.Minute))
		got := strings.Join(watch.Troubles(t.Context()), "\n")
		if !strings.Contains(got, "store: the disk is full\nalerts: Slack takes none") {
			t.Errorf("got %q", got)
		}
		watch.tally.storeWorked()
		time.Sleep(2 * time.Minute)
		if got := watch.Troubles(t.Context()); len(got) > 0 {
			t.Errorf("when it is over: %q", got)
		}
		watch.store = failingStore{w.store}
		if got := watch.Troubles(t.Context()); len(got) != 1 || got[0] != "store: the disk is gone" {
			t.Errorf("without an answer: %q", got)
		}
	})
}

// fullStore claims nothing while its disk is full.
type fullStore struct {
	Store
	full *atomic.Bool
}

func (s fullStore) ClaimDueFeeds(ctx context.Context, c store.Claim) ([]store.Feed, error) {
	if s.full.Load() {
		return nil, errors.New("the disk is full")
	}
	return s.Store.ClaimDueFeeds(ctx, c)
}

// A store that cannot even lease is in trouble, which is told once, and once more
// when it is over; the feeds are polled then.
func TestAFullStoreIsTroubleUntilItIsNot(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		var log bytes.Buffer
		w.log = slog.New(slog.NewTextHandler(&log, nil))
		w.add("https://a.example/feed", "* * * * *", items("Nothing", "A bell rings in town"))
		watch := w.watcher()
		var full atomic.Bool
		watch.store = fullStore{w.store, &full}
		w.beside(watch, func() {
			time.Sleep(90 * time.Second)
			full.Store(true)
			time.Sleep(5 * time.Minute)
			if got := watch.Troubles(t.Context()); len(got) != 1 || got[0] != "store: the disk is full" {
				t.Errorf("troubles are %q", got)
			}
			polls := len(w.reader.asked["https://a.example/feed"])
			full.Store(false)
			time.Sleep(2 * time.Minute)
			if got := watch.Troubles(t.Context()); len(got) > 0 {
				t.Errorf("when it is over: %q", got)
			}
			if n := len(w.reader.asked["https://a.example/feed"]); n < polls+2 {
				t.Errorf("%d polls after it", n-polls)
			}
		})
		if n := strings.Count(log.String(), "feeds cannot be claimed"); n != 1 {
			t.Errorf("the trouble is told %d times", n)
		}
		if n := strings.Count(log.String(), "feeds are claimed again"); n != 1 {
			t.Errorf("its end is told %d times", n)
		}
	})
}

func TestBacklogSaysForHowLongAFeedWaits(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://a.example/feed", "@daily", items())
		watch := w.watcher()
		start := time.Now()
		if err := w.store.SyncFeeds(t.Context(), []store.Subscription{{URL: "https://a.example/feed", FirstPoll: start}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(90 * time.Second)
		b, err := watch.Backlog(t.Context())
		if err != nil || b.Lag != 90*time.Second || b.Feeds != 1 {
			t.Errorf("%+v, %v", b, err)
		}
	})
}

func TestAttemptsAreReported(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://a.example/feed", "@daily", items("A bell rings in town"))
		w.sink.post = func(n int) error {
			if n == 1 {
				return errLost
			}
			return nil
		}
		watch := w.watcher()
		var states []store.AlertState
		watch.opts.Attempted = func(r AttemptReport) {
			states = append(states, r.State)
			if r.Route != "#noise" || r.Published.IsZero() || r.At.Before(r.Published) {
				t.Errorf("reported %+v", r)
			}
		}
		w.beside(watch, func() { time.Sleep(time.Hour) })
		if len(states) != 2 || states[0] != store.AlertPending || states[1] != store.AlertSent {
			t.Errorf("attempts ended %q", states)
		}
	})
}
