package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

// moment is when a claim is made.
type moment struct {
	now time.Time // from which leases count, and by which they end: the server's, which is one for all daemons
	due time.Time // what is due by then is due
}

// claim runs take in a transaction under a lock, or none, in which c's holder is
// joined and alive, and leases that have run out by now, or whose holders are
// dead, are gone.
func (db *DB) claim(ctx context.Context, l lock, doing string, c store.Claim, take func(ctx context.Context, tx tx, at moment) error) error {
	if c.Limit < 1 || c.Lease <= 0 {
		return db.failed(ctx, doing, fmt.Errorf("a limit of %d and a lease of %v claim nothing", c.Limit, c.Lease))
	}
	who, err := db.members.check(c.Holder)
	if err != nil {
		return db.failed(ctx, doing, err)
	}
	doubt := who.doubts()
	var until time.Time
	err = db.writeUnder(ctx, l, doing, func(ctx context.Context, tx tx) error {
		var now *time.Time // null is the server's
		if db.callersClock {
			now = &c.Now
		}
		at := moment{due: c.Now}
		var b batch
		b.queue(sayAlive, c.Holder, who.life)
		if len(doubt) > 0 {
			b.queue(freeDoubtful, c.Holder, doubt)
		}
		b.queue(freeLeases, now, who.life)
		b.queue(`SELECT coalesce($1, clock_timestamp())`, now).QueryRow(func(r pgx.Row) error { return r.Scan(&at.now) })
		if err := tx.send(ctx, &b); err != nil {
			return err
		}
		until = at.now.Add(c.Lease)
		if at.now.Before(at.due) {
			at.due = at.now // the caller's clock is ahead
		}
		return take(ctx, tx, at)
	})
	switch {
	case err == nil:
		who.settled(doubt)
	case !until.IsZero():
		who.doubtful(until)
	}
	return err
}

// freeDoubtful gives back what claims of $1 leased until $2 that ended with an
// error: the server may have committed them without being able to say so, and
// the holder does not know that it has these rows.
const freeDoubtful = `
	WITH freed AS (
		UPDATE feeds SET holder = '', leased_until = NULL WHERE holder = $1 AND holder <> '' AND leased_until = ANY ($2)),
	pushed AS (
		UPDATE pushes SET holder = '', leased_until = NULL WHERE holder = $1 AND holder <> '' AND leased_until = ANY ($2))
	UPDATE alerts SET holder = '', leased_until = NULL WHERE holder = $1 AND holder <> '' AND leased_until = ANY ($2)`

// freeLeases forgets the workers that are dead, and ends their leases and those
// that have run out by $1, or by now. Nobody is dead for a silence in which the server
// itself was away: each has the life $2 from its start on. It passes over rows that
// another transaction has: a poll that is being committed ends its lease itself, and
// what is left of a dead worker's comes free with its lease.
const freeLeases = `
	WITH dead AS (
		DELETE FROM workers WHERE holder IN (
			SELECT holder FROM workers
			WHERE alive_until <= clock_timestamp() AND pg_postmaster_start_time() + $2::interval <= clock_timestamp() FOR UPDATE SKIP LOCKED)
		RETURNING holder),
	freed AS (
		UPDATE feeds SET holder = '', leased_until = NULL WHERE id IN (
			SELECT id FROM feeds
			WHERE holder <> '' AND (leased_until <= coalesce($1, clock_timestamp()) OR holder IN (SELECT holder FROM dead)) FOR UPDATE SKIP LOCKED)),
	pushed AS (
		UPDATE pushes SET holder = '', leased_until = NULL WHERE token IN (
			SELECT token FROM pushes
			WHERE holder <> '' AND (leased_until <= coalesce($1, clock_timestamp()) OR holder IN (SELECT holder FROM dead)) FOR UPDATE SKIP LOCKED))
	UPDATE alerts SET holder = '', leased_until = NULL WHERE seq IN (
		SELECT seq FROM alerts
		WHERE holder <> '' AND (leased_until <= coalesce($1, clock_timestamp()) OR holder IN (SELECT holder FROM dead)) FOR UPDATE SKIP LOCKED)`
