package postgres

import (
	"context"
	"time"

	"tocsin/store"
)

// SyncFeeds implements store.Store. It writes the differences only: a restart
// with the same feeds writes nothing.
func (db *DB) SyncFeeds(ctx context.Context, subs []store.Subscription) error {
	return db.writeUnder(ctx, listLock, "syncing the feeds", func(ctx context.Context, tx tx) error {
		known, err := tx.subscriptions(ctx)
		if err != nil {
			return err
		}
		var added, changed []store.Subscription
		wanted := make(map[string]bool, len(subs))
		for _, s := range subs {
			if wanted[s.URL] {
				continue
			}
			wanted[s.URL] = true
			switch was, is := known[s.URL]; {
			case !is:
				added = append(added, s)
			case was.subscription != subscription{true, s.Schedule}:
				changed = append(changed, s)
			}
		}
		var dropped []int64
		for url, now := range known {
			if now.subscribed && !wanted[url] {
				dropped = append(dropped, now.id)
			}
		}
		if err := tx.addFeeds(ctx, added); err != nil {
			return err
		}
		if err := tx.changeFeeds(ctx, changed, known); err != nil {
			return err
		}
		return tx.dropFeeds(ctx, dropped)
	})
}

// subscription is what the store has of one.
type subscription struct {
	subscribed bool // false: it has been, and may be again
	schedule   string
}

// knownFeed is a row with its subscription.
type knownFeed struct {
	id int64
	subscription
}

// subscriptions returns those of all known feeds, by URL.
func (tx tx) subscriptions(ctx context.Context) (map[string]knownFeed, error) {
	all := make(map[string]knownFeed)
	err := tx.each(ctx, func(row row) error {
		var url string
		var k knownFeed
		err := row.Scan(&k.id, &url, &k.subscribed, &k.schedule)
		all[url] = k
		return err
	}, `SELECT id, url, subscribed, schedule FROM feeds`)
	return all, err
}

// addFeeds subscribes feeds that the store does not know, in this order.
func (tx tx) addFeeds(ctx context.Context, subs []store.Subscription) error {
	if len(subs) == 0 {
		return nil
	}
	var urls, schedules []string
	var hosts []int64
	var firstPolls []time.Time
	for _, s := range subs {
		urls, schedules = append(urls, s.URL), append(schedules, s.Schedule)
		hosts = append(hosts, digest(store.Feed{URL: s.URL}.Host()))
		firstPolls = append(firstPolls, s.FirstPoll)
	}
	_, err := tx.exec(ctx, `
		INSERT INTO feeds (digest, subscribed, host, schedule, `+feedColumns+`)
		SELECT digest, true, host, schedule, url, '', '', '', '', '', interval '0', 0, 0,
			first_poll, $6, $6, $6, $6, 0, '', false, ''
		FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[])
			WITH ORDINALITY AS new (digest, host, schedule, url, first_poll, n)
		ORDER BY n`, digests(urls), hosts, schedules, urls, firstPolls, time.Time{})
	return err
}

// changeFeeds subscribes known feeds as subs say.
func (tx tx) changeFeeds(ctx context.Context, subs []store.Subscription, known map[string]knownFeed) error {
	if len(subs) == 0 {
		return nil
	}
	var ids []int64
	var schedules []string
	var nextPolls []time.Time
	for _, s := range subs {
		ids, schedules, nextPolls = append(ids, known[s.URL].id), append(schedules, s.Schedule), append(nextPolls, s.NextPoll)
	}
	_, err := tx.exec(ctx, `
		UPDATE feeds f SET subscribed = true, schedule = new.schedule,
			next_poll = CASE WHEN f.schedule = new.schedule THEN f.next_poll ELSE least(f.next_poll, new.next_poll) END
		FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS new (id, schedule, next_poll)
		WHERE f.id = new.id`, ids, schedules, nextPolls)
	return err
}

// dropFeeds unsubscribes feeds.
func (tx tx) dropFeeds(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.exec(ctx, `UPDATE feeds SET subscribed = false WHERE id = ANY ($1)`, ids)
	return err
}
