package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/web"
)

// hanging is a watcher whose loops turn or do not, as the test says.
type hanging struct {
	hangs atomic.Bool
	full  atomic.Bool // the disk is
}

func (h *hanging) Pulse(ctx context.Context) error {
	if !h.hangs.Load() {
		return nil
	}
	<-ctx.Done()
	return errors.New("the loop that polls hangs")
}

func (h *hanging) Backlog(context.Context) (watcher.Backlog, error) {
	return watcher.Backlog{Counts: store.Counts{Feeds: 37, FeedsFailing: 2, Pending: 1}}, nil
}

func (h *hanging) Troubles(context.Context) []string {
	if !h.full.Load() {
		return nil
	}
	return []string{"store: the disk\nis full"}
}

func TestOnlyALoopThatTurnsFeedsTheWatchdog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var told []string
		log := slog.New(slog.DiscardHandler)
		v := &vitals{
			log: log, counting: counting{web.NewMetrics(web.Build{})}, first: make(chan struct{}),
			systemd: &systemd{log: log, send: func(s string) error {
				mu.Lock()
				defer mu.Unlock()
				told = append(told, s)
				return nil
			}},
		}
		if got := v.ready(t.Context()); len(got) != 1 || !strings.Contains(got[0], "not begun") {
			t.Errorf("before it begins: %q", got)
		}
		h := &hanging{}
		v.of(h)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			v.run(ctx)
			close(ended)
		}()
		v.began()
		time.Sleep(time.Minute + time.Second)
		// What is told in the order in which it came, the watchdog's food apart.
		fed := func() (n int, others []string) {
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			for _, s := range told {
				if s == "WATCHDOG=1" {
					n++
				} else {
					others = append(others, s)
				}
			}
			told = nil
			return n, others
		}
		if n, others := fed(); n != 7 || !slices.Equal(others, []string{"READY=1\nSTATUS=37 feeds, 2 failing, 1 alert waiting"}) {
			t.Errorf("fed %d times in a minute, and told %q", n, others)
		}

		h.full.Store(true)
		time.Sleep(20 * time.Second)
		if n, others := fed(); n != 2 || !slices.Equal(others, []string{"STATUS=37 feeds, 2 failing, 1 alert waiting; store: the disk is full"}) {
			t.Errorf("with a full disk: fed %d times, and told %q", n, others)
		}
		h.full.Store(false)

		h.hangs.Store(true)
		time.Sleep(2 * time.Minute)
		n, others := fed()
		if n != 0 || !strings.Contains(strings.Join(others, "\n"), "the loop that polls hangs") || v.live() == nil || len(v.ready(ctx)) != 1 {
			t.Errorf("while it hangs: fed %d times, told %q, live %v, ready %q", n, others, v.live(), v.ready(ctx))
		}
		h.hangs.Store(false)
		time.Sleep(20 * time.Second)
		if n, _ := fed(); n == 0 || v.live() != nil || len(v.ready(ctx)) > 0 {
			t.Errorf("afterwards: fed %d times, live %v, ready %q", n, v.live(), v.ready(ctx))
		}
		cancel()
		<-ended
		if _, others := fed(); len(others) == 0 || !strings.HasPrefix(others[len(others)-1], "STOPPING=1\n") {
			t.Errorf("at the end: %q", others)
		}
	})
}
