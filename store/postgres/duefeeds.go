package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tocsin/store"
)

// ClaimDueFeeds implements store.Store. Its cost is that of the feeds that it
// leases, and of passing over those of busy hosts; what else is due does not
// matter.
//
// Claims that count the feeds of a host go one after the other: what two of them
// lease at a time they would not count. Those for any number of a host go beside
// each other.
func (db *DB) ClaimDueFeeds(ctx context.Context, c store.Claim) ([]store.Feed, error) {
	var feeds []store.Feed
	l := claimLockToo
	if c.PerHost > 0 {
		l = claimLock
	}
	err := db.claim(ctx, l, "claiming feeds", c, func(ctx context.Context, tx tx, at moment) error {
		rows, err := tx.dueFeeds(ctx, c, at.due)
		if err != nil {
			return err
		}
		feeds, err = tx.leaseFeeds(ctx, c, at.now, rows)
		return err
	})
	if err != nil {
		return nil, err
	}
	return feeds, nil
}

// dueFeed is a row that may be claimed.
type dueFeed struct {
	nextPoll time.Time
	id, host int64
}

// dueFeeds returns the rows of the feeds to lease, locked. A page of due ones may
// have more of a host than there is room for; the pages after it are without that
// host. So one busy host, however many feeds it has, costs one page more; and
// since pages grow, many of them cost few.
func (tx tx) dueFeeds(ctx context.Context, c store.Claim, due time.Time) (rows []int64, err error) {
	hosts, err := tx.hostsLeased(ctx, c.PerHost)
	if err != nil {
		return nil, err
	}
	last := dueFeed{nextPoll: time.Time{}.Add(-time.Hour)}
	for size := c.Limit; ; size *= 2 {
		page, err := tx.dueAfter(ctx, last, due, hosts.full, size)
		if err != nil {
			return nil, err
		}
		for _, f := range page {
			if !hosts.take(f.host) {
				continue
			}
			if rows = append(rows, f.id); len(rows) == c.Limit {
				return rows, nil
			}
		}
		if len(page) < size {
			return rows, nil
		}
		last = page[len(page)-1]
	}
}

// dueAfter returns and locks due feeds that nobody holds, those after last in the
// order in which they are claimed, without those of some hosts. Rows that another
// transaction has are passed over.
func (tx tx) dueAfter(ctx context.Context, last dueFeed, due time.Time, without []int64, limit int) (page []dueFeed, err error) {
	err = tx.each(ctx, func(row row) error {
		var f dueFeed
		err := row.Scan(&f.nextPoll, &f.id, &f.host)
		page = append(page, f)
		return err
	}, `
		SELECT next_poll, id, host FROM feeds
		WHERE subscribed AND NOT gone AND holder = '' AND next_poll <= $1
			AND (next_poll, id) > ($2, $3) AND host <> ALL ($4)
		ORDER BY next_poll, id LIMIT $5 FOR UPDATE SKIP LOCKED`, due, last.nextPoll, last.id, without, limit)
	return page, err
}

// leaseFeeds leases the feeds in these rows.
func (tx tx) leaseFeeds(ctx context.Context, c store.Claim, now time.Time, rows []int64) (feeds []store.Feed, err error) {
	if len(rows) == 0 {
		return nil, nil
	}
	until := now.Add(c.Lease)
	err = tx.each(ctx, func(row row) error {
		f := store.Feed{Lease: until.Truncate(time.Microsecond)}
		err := scanFeed(row, &f)
		feeds = append(feeds, f)
		return err
	}, `
		UPDATE feeds SET holder = $1, leased_until = $2 WHERE id = ANY ($3)
		RETURNING `+feedColumns, c.Holder, until, rows)
	// RETURNING has no order.
	slices.SortFunc(feeds, func(a, b store.Feed) int {
		return cmp.Or(a.NextPoll.Compare(b.NextPoll), cmp.Compare(a.URL, b.URL))
	})
	return feeds, err
}

// hosts counts the leased feeds of each host.
type hosts struct {
	limit  int // of one host; 0 means any number
	leased map[int64]int
	full   []int64 // those of which no more can be leased; not nil
}

// hostsLeased returns the hosts of all feeds that somebody holds.
func (tx tx) hostsLeased(ctx context.Context, limit int) (*hosts, error) {
	h := &hosts{limit: limit, leased: make(map[int64]int), full: []int64{}}
	if limit == 0 {
		return h, nil
	}
	err := tx.each(ctx, func(row row) error {
		var host int64
		err := row.Scan(&host)
		h.take(host)
		return err
	}, `SELECT host FROM feeds WHERE holder <> ''`)
	return h, err
}

// take counts one more feed of a host, if there is room for it.
func (h *hosts) take(host int64) bool {
	switch n := h.leased[host]; {
	case h.limit == 0:
		return true
	case n == h.limit:
		return false
	case n == h.limit-1:
		h.full = append(h.full, host)
	}
	h.leased[host]++
	return true
}
