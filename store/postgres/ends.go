package postgres

import (
	"context"
	"fmt"
	"sync"
	"time"

	"tocsin/store"
)

// ends are polls that brought nothing to be kept, which most polls are. Those that end
// while others are being written are written together next: one statement for
// many rows takes little more than one for one.
type ends struct {
	mu      sync.Mutex
	writing bool
	waiting []*ending
}

// ending is a poll that is to be ended.
type ending struct {
	poll   store.Poll
	digest int64      // of the feed's URL
	done   chan error // has room for one
}

// maxEnds is how many polls are ended in one statement.
const maxEnds = 500

// end ends a poll that brought nothing to be kept. When ctx ends it returns; the poll may
// be ended a moment later all the same.
func (db *DB) end(ctx context.Context, p store.Poll) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e := &ending{poll: p, digest: digest(p.Feed.URL), done: make(chan error, 1)}
	db.ends.mu.Lock()
	db.ends.waiting = append(db.ends.waiting, e)
	if !db.ends.writing {
		db.ends.writing = true
		go db.writeEnds()
	}
	db.ends.mu.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-e.done:
		return err
	}
}

// writeEnds ends polls until none waits.
func (db *DB) writeEnds() {
	for {
		all := db.ends.take()
		if len(all) == 0 {
			return
		}
		held, err := db.endPolls(all)
		for _, e := range all {
			if err == nil && !held[e.digest] {
				e.done <- store.ErrLeaseLost
			} else {
				e.done <- err
			}
		}
	}
}

// take returns the polls to be ended next, each feed once; where there are none,
// nobody is writing any more.
func (s *ends) take() (all []*ending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var later []*ending
	taken := make(map[int64]bool)
	for _, e := range s.waiting {
		if len(all) == maxEnds || taken[e.digest] {
			later = append(later, e)
			continue
		}
		taken[e.digest] = true
		all = append(all, e)
	}
	s.waiting = later
	s.writing = len(all) > 0
	return all
}

// endPolls ends polls in one statement, and returns of which the holder had the
// lease, by the feed's digest.
func (db *DB) endPolls(all []*ending) (held map[int64]bool, err error) {
	var texts [9][]string
	var times [6][]time.Time
	var numbers [5][]int64
	var ttls []time.Duration
	var gone []bool
	for _, e := range all {
		f := e.poll.Feed
		for i, s := range [...]string{f.URL, e.poll.Holder, f.Location, f.Title, f.ETag, f.LastModified, f.Digest, f.Problem, string(f.Health)} {
			texts[i] = append(texts[i], s)
		}
		for i, t := range [...]time.Time{f.NextPoll, f.Polled, f.Begun, f.Succeeded, f.Delivered, f.Lease} {
			times[i] = append(times[i], t)
		}
		for i, n := range [...]int64{e.digest, digest(f.Host()), int64(f.Failures), int64(f.SkipHours), int64(f.SkipDays)} {
			numbers[i] = append(numbers[i], n)
		}
		ttls, gone = append(ttls, f.TTL), append(gone, f.Gone)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for n := 1; ; n++ {
		held = make(map[int64]bool, len(all))
		err = db.direct().each(ctx, func(row row) error {
			var d int64
			err := row.Scan(&d)
			held[d] = true
			return err
		}, endMany, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7], texts[8],
			times[0], times[1], times[2], times[3], times[4],
			numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], ttls, gone, times[5])
		if !inTheWay(err) || n == attempts {
			return held, err
		}
	}
}

// endMany is what endPoll does, for many polls.
var endMany = `
	UPDATE feeds f SET location = n.location, host = n.host, title = n.title, etag = n.etag, last_modified = n.last_modified,
		document = n.document, ttl = n.ttl, skip_hours = n.skip_hours, skip_days = n.skip_days,
		next_poll = n.next_poll, polled = n.polled, begun = n.begun, succeeded = n.succeeded, delivered = n.delivered, failures = n.failures,
		problem = n.problem, gone = n.gone, health = n.health, holder = '', leased_until = NULL
	FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
			$10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[],
			$15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::interval[], $21::boolean[], $22::timestamptz[])
		AS n (url, holder, location, title, etag, last_modified, document, problem, health,
			next_poll, polled, begun, succeeded, delivered,
			digest, host, failures, skip_hours, skip_days, ttl, gone, lease)
	WHERE f.digest = n.digest AND f.url = n.url AND f.holder = n.holder AND f.holder <> '' AND ` + fmt.Sprintf(sameLease, "n.lease") + `
	RETURNING f.digest`
