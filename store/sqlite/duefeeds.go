package sqlite

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"slices"
	"time"

	"tocsin/store"
)

// ClaimDueFeeds implements store.Store. Its cost is that of the feeds that it
// leases, and of passing over those of busy hosts; what else is due does not
// matter.
func (db *DB) ClaimDueFeeds(ctx context.Context, c store.Claim) ([]store.Feed, error) {
	var feeds []store.Feed
	err := db.claim(ctx, "claiming feeds", c, func(tx *tx) error {
		rows, err := tx.dueFeeds(ctx, c)
		if err != nil {
			return err
		}
		feeds, err = tx.leaseFeeds(ctx, c, rows)
		return err
	})
	if err != nil {
		return nil, err
	}
	return feeds, nil
}

// dueFeed is a row that may be claimed.
type dueFeed struct {
	nextPoll, id int64
	host         string
}

// dueFeeds returns the rows of the feeds to lease. A page of due ones may have
// more of a host than there is room for; the pages after it are without that
// host. So one busy host, however many feeds it has, costs one page more; and
// since pages grow, many of them cost few.
func (tx *tx) dueFeeds(ctx context.Context, c store.Claim) (rows []int64, err error) {
	hosts, err := tx.hostsLeased(ctx, c.PerHost)
	if err != nil {
		return nil, err
	}
	last := dueFeed{nextPoll: math.MinInt64}
	for size := c.Limit; ; size *= 2 {
		page, err := tx.dueAfter(ctx, last, micros(c.Now), hosts.full, size)
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

// dueAfter returns due feeds that nobody holds, those after last in the order
// in which they are claimed, without those of some hosts.
func (tx *tx) dueAfter(ctx context.Context, last dueFeed, now int64, without []string, limit int) (page []dueFeed, err error) {
	hosts, err := json.Marshal(without)
	if err != nil {
		return nil, err
	}
	err = tx.query(ctx, func(row scanner) error {
		var f dueFeed
		if err := row.Scan(&f.nextPoll, &f.id, &f.host); err != nil {
			return err
		}
		page = append(page, f)
		return nil
	}, `
		SELECT next_poll, id, host FROM feeds
		WHERE subscribed = 1 AND gone = 0 AND holder = '' AND next_poll <= ?
			AND (next_poll, id) > (?, ?) AND host NOT IN (SELECT value FROM json_each(?))
		ORDER BY next_poll, id LIMIT ?`, now, last.nextPoll, last.id, string(hosts), limit)
	return page, err
}

// leaseFeeds leases the feeds in these rows.
func (tx *tx) leaseFeeds(ctx context.Context, c store.Claim, rows []int64) (feeds []store.Feed, err error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	until := c.Now.Add(c.Lease)
	err = tx.query(ctx, func(row scanner) error {
		f := store.Feed{Lease: until.Truncate(time.Microsecond).UTC()}
		if err := scanFeed(row, &f); err != nil {
			return err
		}
		feeds = append(feeds, f)
		return nil
	}, `
		UPDATE feeds SET holder = ?, leased_until = ? WHERE id IN (SELECT value FROM json_each(?))
		RETURNING `+feedColumns, c.Holder, micros(until), string(ids))
	// RETURNING has no order.
	slices.SortFunc(feeds, func(a, b store.Feed) int {
		return cmp.Or(a.NextPoll.Compare(b.NextPoll), cmp.Compare(a.URL, b.URL))
	})
	return feeds, err
}

// hosts counts the leased feeds of each host.
type hosts struct {
	limit  int // of one host; 0 means any number
	leased map[string]int
	full   []string // those of which no more can be leased; not nil
}

// hostsLeased returns the hosts of all feeds that somebody holds.
func (tx *tx) hostsLeased(ctx context.Context, limit int) (*hosts, error) {
	h := &hosts{limit: limit, leased: make(map[string]int), full: []string{}}
	if limit == 0 {
		return h, nil
	}
	err := tx.query(ctx, func(row scanner) error {
		var host string
		if err := row.Scan(&host); err != nil {
			return err
		}
		h.take(host)
		return nil
	}, `SELECT host FROM feeds WHERE holder <> ''`)
	return h, err
}

// take counts one more feed of a host, if there is room for it.
func (h *hosts) take(host string) bool {
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
