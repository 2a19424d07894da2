package watcher

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"tocsin/store"
)

// pulse lets others wait for the turns of a loop. The zero pulse is ready.
type pulse struct {
	mu      sync.Mutex
	waiting []chan struct{}
}

// next returns what is closed when the loop has made its next turn.
func (p *pulse) next() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := make(chan struct{})
	p.waiting = append(p.waiting, c)
	return c
}

// beat notes a turn of the loop.
func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.waiting {
		close(c)
	}
	p.waiting = nil
}

// Pulse has the loops of Run make a turn, in which they ask the store for work,
// and returns when all have; that the store answers with an error is another
// matter. The error, when ctx ends before, says which loop hangs.
func (w *Watcher) Pulse(ctx context.Context) error {
	polled := w.polls.next()
	signal(w.freed)
	select {
	case <-polled:
	case <-ctx.Done():
		return errors.New("the loop that polls hangs")
	}
	if w.sink == nil {
		return nil
	}
	delivered := w.deliveries.next()
	signal(w.rang)
	select {
	case <-delivered:
	case <-ctx.Done():
		return errors.New("the loop that delivers hangs")
	}
	return nil
}

// Backlog is how much there is to do.
type Backlog struct {
	store.Counts
	Lag time.Duration // for how long the feed that waits longest has been due; 0 when none is
}

// Backlog asks the store how much there is to do.
func (w *Watcher) Backlog(ctx context.Context) (Backlog, error) {
	counts, err := w.store.Counts(ctx)
	if err != nil {
		return Backlog{}, err
	}
	due, _, err := w.store.NextDue(ctx)
	if err != nil {
		return Backlog{}, err
	}
	b := Backlog{Counts: counts}
	if due.Unix() > 0 { // what is due at once is not late
		b.Lag = max(0, w.now().Sub(due))
	}
	return b, nil
}

// Troubles says what keeps the watcher from its work, a line each; none when
// nothing does.
func (w *Watcher) Troubles(ctx context.Context) []string {
	var lines []string
	if _, _, err := w.store.NextDue(ctx); err != nil {
		lines = append(lines, fmt.Sprintf("store: %v", err))
	} else if err := w.tally.trouble(); err != nil {
		lines = append(lines, fmt.Sprintf("store: %v", err))
	}
	if until := w.pacing.restsUntil(); until.After(w.now()) {
		lines = append(lines, fmt.Sprintf("alerts: Slack takes none with these credentials; the next try is at %s", until.UTC().Format(time.RFC3339)))
	}
	return lines
}
