package feed

import (
	"context"
	"sync"
)

// turns lets at most limit holders at once to one host. It remembers a host
// only while somebody holds or wants a turn there.
type turns struct {
	limit int
	mu    sync.Mutex
	hosts map[string]*queue
}

type queue struct {
	turn chan struct{}
	refs int // holders and waiters
}

// seat is a turn that moves from host to host; it is at none when it is new.
type seat struct {
	turns   *turns
	host    string
	queue   *queue
	waiting func() // called before the first wait; may be nil
}

func (t *turns) seat(waiting func()) *seat { return &seat{turns: t, waiting: waiting} }

// move gives the turn at the present host back and waits for one at another. At
// the same host it keeps the turn. The error is ctx's; then the seat is at none.
func (s *seat) move(ctx context.Context, host string) error {
	if s.queue != nil && s.host == host {
		return nil
	}
	s.leave()
	q := s.turns.join(host)
	select {
	case q.turn <- struct{}{}:
		s.host, s.queue = host, q
		return nil
	default:
	}
	if s.waiting != nil {
		s.waiting()
		s.waiting = nil
	}
	select {
	case q.turn <- struct{}{}:
		s.host, s.queue = host, q
		return nil
	case <-ctx.Done():
		s.turns.leave(host, q)
		return ctx.Err()
	}
}

// leave gives the turn back, if there is one.
func (s *seat) leave() {
	if s.queue == nil {
		return
	}
	<-s.queue.turn
	s.turns.leave(s.host, s.queue)
	s.queue = nil
}

func (t *turns) join(host string) *queue {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.hosts[host]
	if q == nil {
		if t.hosts == nil {
			t.hosts = map[string]*queue{}
		}
		q = &queue{turn: make(chan struct{}, t.limit)}
		t.hosts[host] = q
	}
	q.refs++
	return q
}

func (t *turns) leave(host string, q *queue) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q.refs--; q.refs == 0 {
		delete(t.hosts, host)
	}
}
