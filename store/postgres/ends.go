package postgres

import (
	"context"
	"sync"
	"time"

	"tocsin/store"
)

// ends are polls that found nothing new, which most polls are. Those that end
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

// end ends a poll that found nothing new. When ctx ends it returns; the poll may
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
	var texts [7][]string
	var times [4][]time.Time
	var numbers [3][]int64
	var gone []bool
	for _, e := range all {
		f := e.poll.Feed
		for i, s := range [...]string{f.URL, e.poll.Holder, f.Location, f.Title, f.ETag, f.LastModified, f.Problem} {
			texts[i] = append(texts[i], s)
		}
		for i, t := range [...]time.Time{f.NextPoll, f.Polled, f.Begun, f.Succeeded} {
			times[i] = append(times[i], t)
		}
		for i, n := range [...]int64{e.digest, digest(f.Host()), int64(f.Failures)} {
			numbers[i] = append(numbers[i], n)
		}
		gone = append(gone, f.Gone)
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
		}, endMany, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6],
			times[0], times[1], times[2], times[3], numbers[0], numbers[1], numbers[2], gone)
		if !inTheWay(err) || n == attempts {
			return held, err
		}
	}
}

// endMany is what endPoll does, for many polls.
const endMany = `
	UPDATE feeds f SET location = n.location, host = n.host, title = n.title, etag = n.etag, last_modified = n.last_modified,
		next_poll = n.next_poll, polled = n.polled, begun = n.begun, succeeded = n.succeeded, failures = n.failures,
		problem = n.problem, gone = n.gone, holder = '', leased_until = NULL
	FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
			$8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[],
			$12::bigint[], $13::bigint[], $14::bigint[], $15::boolean[])
		AS n (url, holder, location, title, etag, last_modified, problem,
			next_poll, polled, begun, succeeded, digest, host, failures, gone)
	WHERE f.digest = n.digest AND f.url = n.url AND f.holder = n.holder AND f.holder <> ''
	RETURNING f.digest`
