package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Join implements store.Store. The first holder takes the lock of the file for
// this process, and the last to leave gives it up.
func (db *DB) Join(ctx context.Context, holder string) (leave func() error, err error) {
	const doing = "joining the work"
	if holder == "" {
		return nil, db.failed(doing, errors.New("the holder has no name"))
	}
	entered := false
	err = db.write(ctx, doing, func(tx *tx) error {
		first, err := db.members.enter(holder, db.file+".lock")
		if err != nil {
			return err
		}
		entered = true
		if !first {
			return nil
		}
		// Whoever holds leases is dead: nobody else works while we have the lock.
		return tx.freeLeases(ctx, `holder <> ''`)
	})
	if err != nil {
		if entered {
			db.members.leave(holder)
			err = errors.Join(err, db.members.unlock())
		}
		return nil, err
	}
	return sync.OnceValue(func() error { return db.leave(holder) }), nil
}

// leave ends the membership even where the leases cannot be given back; then
// they run out.
func (db *DB) leave(holder string) error {
	// First out, so that no claim comes after the leases were given back; the
	// lock last, so that nobody finds leases of ours.
	db.members.leave(holder)
	ctx := context.Background()
	err := db.write(ctx, "leaving the work", func(tx *tx) error {
		return tx.freeLeases(ctx, `holder <> '' AND holder = ?`, holder)
	})
	return errors.Join(err, db.members.unlock())
}

// freeLeases ends the leases on feeds, alerts, pushes and tasks for which where
// holds.
func (tx *tx) freeLeases(ctx context.Context, where string, args ...any) error {
	for _, table := range []string{"feeds", "alerts", "pushes", "tasks"} {
		if _, err := tx.exec(ctx, `UPDATE `+table+` SET holder = '', leased_until = 0 WHERE `+where, args...); err != nil {
			return err
		}
	}
	return nil
}

// members are the holders of this process that may claim.
type members struct {
	mu      sync.Mutex
	holders map[string]bool
	lock    *lockFile // held while there are holders
}

// enter lets holder in; first says that the lock was taken for it.
func (m *members) enter(holder, lockPath string) (first bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.holders[holder] {
		return false, fmt.Errorf("%q has joined already", holder)
	}
	if m.lock == nil {
		if m.lock, err = acquire(lockPath); err != nil {
			return false, err
		}
		m.holders = make(map[string]bool)
		first = true
	}
	m.holders[holder] = true
	return first, nil
}

// check returns an error unless holder is in.
func (m *members) check(holder string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.holders[holder] {
		return fmt.Errorf("%q has not joined", holder)
	}
	return nil
}

// leave lets holder out, and leaves the lock as it is.
func (m *members) leave(holder string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.holders, holder)
}

// unlock gives the lock up if nobody is in.
func (m *members) unlock() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.holders) > 0 || m.lock == nil {
		return nil
	}
	lock := m.lock
	m.lock = nil
	return lock.release()
}

// disband lets everybody out and gives the lock up.
func (m *members) disband() error {
	m.mu.Lock()
	clear(m.holders)
	m.mu.Unlock()
	return m.unlock()
}
