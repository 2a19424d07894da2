package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"tocsin/watcher"
)

const (
	// beatEvery is how often the daemon's loops are asked for a turn, unless
	// systemd wants to hear of it more often.
	beatEvery = 10 * time.Second
	// liveFor is how long after a turn of its loops the daemon counts as alive.
	liveFor = time.Minute
	// lookLimit is for one look at the store.
	lookLimit = 5 * time.Second
)

// vitals is how the running daemon is. It tells systemd, and whoever asks over
// HTTP.
type vitals struct {
	log     *slog.Logger
	systemd *systemd
	counting
	first chan struct{} // closed when the daemon has begun

	mu      sync.Mutex
	watcher patient // nil until there is one
	begun   bool    // it polls
	ending  bool
	turned  time.Time // when its loops did last
	hangs   error     // why they did not the last time; nil when they did
	refused bool      // the configuration on disk is not in use
}

func newVitals(log *slog.Logger, s *settings) *vitals {
	v := &vitals{log: log, systemd: newSystemd(log), counting: newCounting(s), first: make(chan struct{})}
	v.metrics.Watch(v.state)
	return v
}

// patient is the watcher whose vitals are taken.
type patient interface {
	Pulse(ctx context.Context) error
	Backlog(ctx context.Context) (watcher.Backlog, error)
	Troubles(ctx context.Context) []string
}

// of says whose vitals these are.
func (v *vitals) of(w patient) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.watcher = w
}

// listeners are those that the watcher tells what it does.
func (v *vitals) listeners() listeners {
	return listeners{polled: v.polled, attempted: v.attempted, began: v.began, took: v.metrics.StoreTook}
}

// began is called when the store is open and migrated, and the feeds have their
// times.
func (v *vitals) began() {
	v.mu.Lock()
	v.begun, v.turned = true, time.Now()
	v.mu.Unlock()
	v.systemd.ready(v.status(context.Background()))
	close(v.first)
}

// reloading is called when somebody asked for a reload.
func (v *vitals) reloading() { v.systemd.reloading() }

// looked is called when the configuration was looked at.
func (v *vitals) looked(asked, refused bool) {
	v.mu.Lock()
	v.refused = refused
	v.mu.Unlock()
	v.metrics.ReloadRefused(refused)
	if asked {
		v.systemd.ready(v.status(context.Background()))
	}
}

// run asks the loops for a turn again and again from when the daemon has begun
// until ctx ends, and tells systemd when they made it: a daemon that runs and
// does nothing is to be started again.
func (v *vitals) run(ctx context.Context) {
	defer v.end()
	select {
	case <-ctx.Done():
		return
	case <-v.first:
	}
	every := v.systemd.beat(beatEvery)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		v.beat(ctx, every)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// end says that the daemon ends.
func (v *vitals) end() {
	v.mu.Lock()
	v.ending = true
	v.mu.Unlock()
	v.systemd.stopping()
}

// beat asks the loops for a turn within a time. That the store answers with
// errors, or Slack, is for people: another start would not help.
func (v *vitals) beat(ctx context.Context, limit time.Duration) {
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := v.watcher.Pulse(within)
	if ctx.Err() != nil {
		return
	}
	v.mu.Lock()
	before := v.hangs
	v.hangs = err
	if err == nil {
		v.turned = time.Now()
	}
	v.mu.Unlock()
	switch {
	case err == nil:
		v.systemd.alive()
	case before == nil:
		v.log.Error("the daemon hangs", "reason", err, "limit", limit)
	}
	v.systemd.status(v.status(ctx))
}

// live returns why the daemon is to be started again; nil when it need not be.
func (v *vitals) live() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.begun && !v.ending && time.Since(v.turned) > liveFor {
		return v.hangs
	}
	return nil
}

// ready returns why the daemon does not do its work.
func (v *vitals) ready(ctx context.Context) []string {
	v.mu.Lock()
	w, begun, ending, hangs := v.watcher, v.begun, v.ending, v.hangs
	v.mu.Unlock()
	switch {
	case ending:
		return []string{"it is ending"}
	case !begun:
		return []string{"it has not begun: the store is being opened"}
	case hangs != nil:
		return append([]string{hangs.Error()}, w.Troubles(ctx)...)
	}
	return w.Troubles(ctx)
}

// backlog asks the watcher how much there is to do, while it runs.
func (v *vitals) backlog(ctx context.Context) (watcher.Backlog, bool) {
	v.mu.Lock()
	w, runs := v.watcher, v.begun && !v.ending
	v.mu.Unlock()
	if !runs {
		return watcher.Backlog{}, false
	}
	b, err := w.Backlog(ctx)
	return b, err == nil
}

// status is how the daemon is in one line.
func (v *vitals) status(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	var parts []string
	if b, ok := v.backlog(ctx); ok {
		parts = append(parts, fmt.Sprintf("%s, %d failing, %s waiting", count(b.Feeds, "feed"), b.FeedsFailing, count(b.Pending, "alert")))
	}
	parts = append(parts, v.ready(ctx)...)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.refused {
		parts = append(parts, "the configuration on disk is wrong, the one before is in use")
	}
	return strings.Join(parts, "; ")
}
