package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A worker is alive for as long as it is heard of: its process says so at every
// beat, and with every claim. Its leases end with it, so whatever it held comes
// free, at the latest when the lease runs out, at the earliest when nothing was
// heard of it for lifeTime. Leases themselves are not prolonged: a daemon that
// gives up a poll relies on its lease to run out.
const (
	lifeTime = 20 * time.Second
	beat     = 5 * time.Second
)

// pulse is how a worker shows that it is alive.
type pulse struct{ beat, life time.Duration }

// Join implements store.Store. Any number of workers may join.
func (db *DB) Join(ctx context.Context, holder string) (leave func() error, err error) {
	return db.join(ctx, holder, pulse{beat: beat, life: lifeTime})
}

func (db *DB) join(ctx context.Context, holder string, p pulse) (leave func() error, err error) {
	const doing = "joining the work"
	if holder == "" {
		return nil, db.failed(ctx, doing, errors.New("the holder has no name"))
	}
	err = db.write(ctx, doing, func(ctx context.Context, tx tx) error {
		done, err := tx.exec(ctx, `
			INSERT INTO workers (holder, alive_until) VALUES ($1, clock_timestamp() + $2)
			ON CONFLICT (holder) DO UPDATE SET alive_until = excluded.alive_until
			WHERE workers.alive_until <= clock_timestamp()`, holder, p.life)
		if err == nil && done == 0 {
			err = fmt.Errorf("%q has joined already", holder)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	beats, stop := context.WithCancel(context.Background())
	m := &member{life: p.life, stop: stop, stopped: make(chan struct{})}
	db.members.enter(holder, m)
	go func() {
		defer close(m.stopped)
		db.live(beats, holder, p)
	}()
	return sync.OnceValue(func() error { return db.leave(holder, m) }), nil
}

// live says at every beat that holder is alive, until ctx ends. Where it cannot be
// said it is tried again soon, which is no error here: who needs the database hears
// of it there.
func (db *DB) live(ctx context.Context, holder string, p pulse) {
	for wait := p.beat; ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		beat, cancel := context.WithTimeout(ctx, p.life)
		err := db.write(beat, "staying alive", func(ctx context.Context, tx tx) error {
			_, err := tx.exec(ctx, sayAlive, holder, p.life)
			return err
		})
		cancel()
		if wait = p.beat; err != nil {
			wait = p.beat / 10
		}
	}
}

// sayAlive prolongs the life of the worker $1. One that was taken for dead joins
// again with it; what it held may be another's by now.
const sayAlive = `
	INSERT INTO workers (holder, alive_until) VALUES ($1, clock_timestamp() + $2)
	ON CONFLICT (holder) DO UPDATE SET alive_until = excluded.alive_until`

// leave ends the membership even where the leases cannot be given back; then
// they end with the worker's life.
func (db *DB) leave(holder string, m *member) error {
	// First out, so that no claim comes after the leases were given back.
	db.members.leave(holder)
	m.stop()
	<-m.stopped
	ctx := context.Background()
	return db.write(ctx, "leaving the work", func(ctx context.Context, tx tx) error {
		for _, table := range []string{"feeds", "alerts", "pushes", "tasks"} {
			if _, err := tx.exec(ctx, `UPDATE `+table+` SET holder = '', leased_until = NULL WHERE holder <> '' AND holder = $1`, holder); err != nil {
				return err
			}
		}
		_, err := tx.exec(ctx, `DELETE FROM workers WHERE holder = $1`, holder)
		return err
	})
}

// members are the holders that joined through this DB and may claim.
type members struct {
	mu      sync.Mutex
	holders map[string]*member
}

// member is one that is kept alive until it is stopped.
type member struct {
	life    time.Duration
	stop    context.CancelFunc
	stopped chan struct{}

	mu    sync.Mutex
	doubt []time.Time // when leases end of claims that ended with an error
}

// doubts returns the ends of leases that the member may have without knowing.
func (m *member) doubts() []time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.doubt)
}

// doubtful notes that leases until then may have been granted.
func (m *member) doubtful(until time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.doubt = append(m.doubt, until)
}

// settled notes that these were given back.
func (m *member) settled(doubt []time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.doubt = slices.DeleteFunc(m.doubt, func(until time.Time) bool { return slices.Contains(doubt, until) })
}

func (m *members) enter(holder string, who *member) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.holders == nil {
		m.holders = make(map[string]*member)
	}
	m.holders[holder] = who
}

// check returns holder's membership, or an error unless it is in.
func (m *members) check(holder string) (*member, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	who := m.holders[holder]
	if who == nil {
		return nil, fmt.Errorf("%q has not joined", holder)
	}
	return who, nil
}

func (m *members) leave(holder string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.holders, holder)
}

// disband lets everybody out, and returns when nobody beats any more.
func (m *members) disband() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, who := range m.holders {
		who.stop()
		<-who.stopped
	}
	clear(m.holders)
}
