package sqlite

import (
	"context"

	"tocsin/store"
)

// SyncFeeds implements store.Store. It writes the differences only: a restart
// with the same feeds writes nothing.
func (db *DB) SyncFeeds(ctx context.Context, subs []store.Subscription) error {
	return db.write(ctx, "syncing the feeds", func(tx *tx) error {
		known, err := tx.subscriptions(ctx)
		if err != nil {
			return err
		}
		wanted := make(map[string]bool, len(subs))
		for _, s := range subs {
			if wanted[s.URL] {
				continue
			}
			wanted[s.URL] = true
			if err := tx.subscribe(ctx, s, known); err != nil {
				return err
			}
		}
		for url, now := range known {
			if now.subscribed && !wanted[url] {
				if _, err := tx.exec(ctx, `UPDATE feeds SET subscribed = 0 WHERE url = ?`, url); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// subscription is what the store has of one.
type subscription struct {
	subscribed bool // false: it has been, and may be again
	schedule   string
}

// subscriptions returns those of all known feeds, by URL.
func (tx *tx) subscriptions(ctx context.Context) (map[string]subscription, error) {
	all := make(map[string]subscription)
	err := tx.query(ctx, func(row scanner) error {
		var url string
		var s subscription
		if err := row.Scan(&url, &s.subscribed, &s.schedule); err != nil {
			return err
		}
		all[url] = s
		return nil
	}, `SELECT url, subscribed, schedule FROM feeds`)
	return all, err
}

// subscribe subscribes a feed, known or new, as s says.
func (tx *tx) subscribe(ctx context.Context, s store.Subscription, known map[string]subscription) error {
	switch was, is := known[s.URL]; {
	case !is:
		return tx.addFeed(ctx, s)
	case was == subscription{true, s.Schedule}:
		return nil
	}
	_, err := tx.exec(ctx, `
		UPDATE feeds SET subscribed = 1, schedule = ?1, next_poll = iif(schedule = ?1, next_poll, min(next_poll, ?2))
		WHERE url = ?3`, s.Schedule, micros(s.NextPoll), s.URL)
	return err
}

// addFeed subscribes a feed that the store does not know.
func (tx *tx) addFeed(ctx context.Context, s store.Subscription) error {
	f := store.Feed{URL: s.URL, NextPoll: s.FirstPoll}
	values := append([]any{s.Schedule, f.Host()}, feedValues(&f)...)
	_, err := tx.exec(ctx, `
		INSERT INTO feeds (subscribed, schedule, host, `+feedColumns+`)
		VALUES (1, ?, ?, `+feedMarks+`)`, values...)
	return err
}
