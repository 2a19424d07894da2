package sqlite

import (
	"context"
	"errors"
)

// maxGroup is how many writes share a commit at the most.
const maxGroup = 32

// group is the writes that share one transaction and so one wait for the disk,
// which takes much longer than most writes. Each but the first is in a savepoint of
// its own: one that fails is undone alone. With the first the transaction goes, in
// which nobody else is yet; and SQLite need not keep what its pages were before.
type group struct {
	size  int           // writes that are in it
	words []worded      // of their new articles, which get into the index with the commit
	done  chan struct{} // closed when the commit has ended
	err   error         // why nothing of it was kept; to be read when done is closed
}

var errGroupLost = errors.New("another write that shared the commit failed")

// transact runs fn as a transaction of its own. The context is asked before every
// statement and before fn counts; from then on the commit decides.
//
// Whoever waits for its turn meanwhile goes on in the same transaction, which is
// committed when nobody does, or when the turn comes back to one of the group: each
// of them queues for it again behind those that were waiting before.
func (w *writer) transact(ctx context.Context, fn func(tx *tx) error) (err error) {
	w.queue.Add(1)
	err = w.take(ctx)
	w.queue.Add(-1)
	if err != nil {
		return err
	}
	g, own, err := w.begin(ctx)
	if err != nil {
		w.give()
		return err
	}
	kept, mark := false, len(g.words)
	// Deferred, for fn may panic.
	defer func() {
		if !kept {
			w.undo(g, own)
			g.words = g.words[:mark]
		}
		if ended := w.end(g, kept); err == nil {
			err = ended
		}
	}()
	tx := &tx{writer: w}
	if err := fn(tx); err != nil {
		return err
	}
	if own {
		_, err = tx.exec(ctx, "RELEASE own")
	} else {
		err = ctx.Err()
	}
	kept = err == nil
	return err
}

// begin opens a savepoint in the open transaction, or a new transaction; own says
// that it was a savepoint.
func (w *writer) begin(ctx context.Context) (g *group, own bool, err error) {
	tx := &tx{writer: w}
	if w.group == nil {
		// Immediate: a transaction that reads first and writes then would fail at
		// once if another process wrote in between.
		if _, err := tx.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
			return nil, false, err
		}
		w.group = &group{done: make(chan struct{})}
		return w.group, false, nil
	}
	if _, err := tx.exec(context.WithoutCancel(ctx), "SAVEPOINT own"); err != nil {
		w.abandon(w.group, err)
		return nil, false, err
	}
	return w.group, true, nil
}

// undo undoes what was done since the savepoint, or in the transaction. SQLite undoes
// everything by itself after some errors (a full disk is one); then there is no
// savepoint, and nothing of the group is kept.
func (w *writer) undo(g *group, own bool) {
	if !own {
		w.abandon(g, errGroupLost)
		return
	}
	tx := &tx{writer: w}
	for _, step := range []string{"ROLLBACK TO own", "RELEASE own"} {
		if _, err := tx.exec(context.Background(), step); err != nil {
			w.abandon(g, errGroupLost)
			return
		}
	}
}

// end ends a turn in the group, and returns what became of the group where kept says
// that the caller has something in it.
func (w *writer) end(g *group, kept bool) error {
	if kept {
		g.size++
	}
	open := w.group == g
	if open && (g.size == 0 || g.size >= maxGroup || w.queue.Load() == 0) {
		w.commit(g)
	}
	w.give()
	if !kept {
		return nil // whoever has something in the group sees to it
	}
	select {
	case <-g.done:
		return g.err
	case w.turn <- struct{}{}:
	}
	if w.group == g {
		w.commit(g)
	}
	w.give()
	return g.err
}

// commit ends the group's transaction.
func (w *writer) commit(g *group) {
	tx := &tx{writer: w}
	err := tx.indexAll(context.Background(), g.words)
	if err == nil {
		_, err = tx.exec(context.Background(), "COMMIT")
	}
	if err != nil {
		w.abandon(g, err)
		return
	}
	w.group = nil
	close(g.done)
}

// abandon ends the group with nothing kept. A connection that is not surely out of
// the transaction is not used again.
func (w *writer) abandon(g *group, err error) {
	tx := &tx{writer: w}
	if _, failed := tx.exec(context.Background(), "ROLLBACK"); failed != nil {
		w.drop()
	}
	g.err, w.group = err, nil
	close(g.done)
}
