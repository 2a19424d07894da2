package watcher

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
	"tocsin/watcher/route"
	"tocsin/watcher/schedule"
)

// running runs a watcher beside f.
func (w *world) running(f func(*Watcher)) {
	w.t.Helper()
	watcher := w.watcher()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := watcher.Run(ctx); err != nil {
			w.t.Error(err)
		}
	})
	synctest.Wait()
	f(watcher)
	cancel()
	running.Wait()
}

// change gives a watcher the plan that the world has now, as f changes it.
func (w *world) change(watcher *Watcher, f func(*Plan)) {
	w.t.Helper()
	p := w.plan()
	if f != nil {
		f(&p)
	}
	if err := watcher.Change(context.Background(), p); err != nil {
		w.t.Fatal(err)
	}
	if !reflect.DeepEqual(watcher.Plan(), p) {
		w.t.Error("the plan of now is another one")
	}
}

func (w *world) askedOf(url string) int {
	w.reader.mu.Lock()
	defer w.reader.mu.Unlock()
	return len(w.reader.asked[url])
}

func TestAChangedPlanCountsForWhatIsPolledAfterIt(t *testing.T) {
	t.Parallel()
	const (
		stays = "https://stays.example/feed"
		goes  = "https://goes.example/feed"
		comes = "https://comes.example/feed"
	)
	for _, tt := range []struct {
		name   string
		change func(w *world, p *Plan)
		said   []string
		asked  map[string]int
	}{
		{"new rules judge what comes after them", func(w *world, p *Plan) {
			p.Rules = ruleSet(w.t, strings.ReplaceAll(testRules, "whistle*", "gong*"))
		}, []string{"#noise Another gong sounds"}, map[string]int{stays: 4, goes: 4}},
		{"alerts go where the routes lead now", func(_ *world, p *Plan) {
			p.Routes = []route.Route{{Channel: "#elsewhere", MinSeverity: rules.Low}}
		}, []string{"#elsewhere A bell at last"}, map[string]int{stays: 4, goes: 4}},
		{"a feed that is gone is polled no more", func(w *world, p *Plan) {
			p.Feeds = w.feeds[:1]
		}, []string{"#noise A bell at last"}, map[string]int{stays: 4, goes: 1}},
		{"a new feed is polled, and its past is no news", func(w *world, p *Plan) {
			p.Feeds = append(slices.Clone(w.feeds), config.Feed{URL: comes, Schedule: w.feeds[0].Schedule, MaxAge: 24 * time.Hour})
		}, []string{"#noise A bell at last", "#noise A bell of today in the village"}, map[string]int{stays: 4, goes: 4, comes: 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world) {
				w.add(stays, "* * * * *", items("Nothing", "Another gong sounds", "A bell at last"))
				w.add(goes, "* * * * *", items("Nothing"))
				w.reader.answers[comes] = items("A bell of old", "A bell of today in the village")
				w.running(func(watcher *Watcher) {
					time.Sleep(30 * time.Second) // the first polls are over
					p := w.plan()
					tt.change(w, &p)
					if err := watcher.Change(t.Context(), p); err != nil {
						t.Fatal(err)
					}
					time.Sleep(3 * time.Minute)
				})
				for url, n := range tt.asked {
					if got := w.askedOf(url); got != n {
						t.Errorf("%s was asked %d times, want %d", url, got, n)
					}
				}
				for _, said := range tt.said {
					if !strings.Contains(strings.Join(w.sink.said, "\n"), said) {
						t.Errorf("said %q, and not %q", w.sink.said, said)
					}
				}
			})
		})
	}
}

func TestAPollEndsByThePlanItBeganWith(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		const slow, gone = "https://slow.example/feed", "https://gone.example/feed"
		first := items("Nothing", "A bell rings in town")
		var wait atomic.Int64
		for _, url := range []string{slow, gone} {
			w.add(url, "0 0 * * *", func(ctx context.Context, n int, now time.Time) (*feed.Result, error) {
				time.Sleep(time.Duration(wait.Load()))
				return first(ctx, n, now)
			})
		}
		w.running(func(watcher *Watcher) {
			time.Sleep(time.Minute)
			wait.Store(int64(10 * time.Minute))
			if err := w.store.MakeDue(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
			signal(watcher.freed)
			time.Sleep(time.Minute) // both are being read
			wait.Store(0)
			hourly := w.feeds[0]
			hourly.Schedule = mustSchedule(t, "@hourly")
			w.change(watcher, func(p *Plan) {
				p.Feeds = []config.Feed{hourly}
				p.Routes = []route.Route{{Channel: "#elsewhere", MinSeverity: rules.Low}}
				p.Rules = ruleSet(t, strings.ReplaceAll(testRules, "bell*", "gong*"))
			})
			time.Sleep(11 * time.Minute)
			synctest.Wait()
			if got := strings.Join(w.sink.said, ", "); got != "#noise A bell rings in town" {
				t.Errorf("said %q", got)
			}
			// Its next time is by the schedule of now, though it was committed by the other.
			time.Sleep(time.Hour)
			if n := w.askedOf(slow); n != 3 {
				t.Errorf("the slow feed was asked %d times", n)
			}
			if n := w.askedOf(gone); n != 2 {
				t.Errorf("the feed that is gone was asked %d times", n)
			}
		})
	})
}

// lame is a store that can be told to fail.
type lame struct {
	Store
	err atomic.Value // of error
}

func (s *lame) SyncFeeds(ctx context.Context, subs []store.Subscription) error {
	if err := s.err.Load(); err != nil {
		return err.(error)
	}
	return s.Store.SyncFeeds(ctx, subs)
}

func TestAPlanThatTheStoreCannotTakeDoesNotCount(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://a.example/feed", "* * * * *", items("Nothing", "A bell rings in town"))
		watcher := w.watcher()
		trouble := &lame{Store: w.store}
		watcher.store = trouble
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
		defer cancel()
		var running sync.WaitGroup
		running.Go(func() {
			if err := watcher.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		full := errors.New("the disk is full")
		trouble.err.Store(full)
		p := w.plan()
		p.Routes = nil
		p.Feeds = append(p.Feeds, config.Feed{URL: "https://b.example/feed", Schedule: p.Feeds[0].Schedule})
		if err := watcher.Change(ctx, p); !errors.Is(err, full) {
			t.Errorf("the error is %v", err)
		}
		if n := len(watcher.Plan().Feeds); n != 1 {
			t.Errorf("the plan of now has %d feeds, though none of the new one counts", n)
		}
		running.Wait()
		if diff := cmp.Diff([]string{"#noise A bell rings in town"}, w.sink.said); diff != "" {
			t.Errorf("said:\n%s", diff)
		}
	})
}

func mustSchedule(t *testing.T, spec string) schedule.Schedule {
	t.Helper()
	s, err := schedule.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
