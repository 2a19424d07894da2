package sqlite

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"tocsin/store"
)

// tellStory makes a report's story, or adds to it what the report says.
func (tx *tx) tellStory(ctx context.Context, r store.Report) error {
	at := micros(r.At)
	if _, err := tx.exec(ctx, `
		INSERT INTO stories (id, first, last, signature) VALUES (?1, ?2, ?2, ?3)
		ON CONFLICT (id) DO UPDATE SET first = min(first, ?2), last = max(last, ?2), signature = iif(?4, ?3, signature)`,
		r.Story, at, append([]byte{}, r.Signature...), r.Signature != nil); err != nil {
		return err
	}
	for _, key := range r.Keys {
		if _, err := tx.exec(ctx, `INSERT INTO story_keys (story, key, last) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
			r.Story, key, at); err != nil {
			return err
		}
	}
	_, err := tx.exec(ctx, `
		UPDATE story_keys SET last = s.last FROM stories s
		WHERE s.id = ?1 AND story_keys.story = ?1 AND story_keys.last <> s.last`, r.Story)
	return err
}

// storiesNow is a store.Stories that reads inside a transaction.
type storiesNow struct {
	tx  *tx
	err error // the first that came
}

// WithKeys implements store.Stories.
func (v *storiesNow) WithKeys(ctx context.Context, keys []string, since time.Time) ([]store.Story, error) {
	found, err := v.tx.storiesWithKeys(ctx, keys, since)
	v.err = cmp.Or(v.err, err)
	return found, err
}

// Count implements store.Stories.
func (v *storiesNow) Count(ctx context.Context, keys []string, since time.Time, most int) ([]int, error) {
	counts := make([]int, len(keys))
	for i, key := range keys {
		err := v.tx.query(ctx, func(row scanner) error { return row.Scan(&counts[i]) }, `
			SELECT count(*) FROM (SELECT 1 FROM story_keys WHERE key = ? AND last >= ? LIMIT ?)`, key, micros(since), most)
		if err != nil {
			v.err = cmp.Or(v.err, err)
			return nil, err
		}
	}
	return counts, nil
}

func (tx *tx) storiesWithKeys(ctx context.Context, keys []string, since time.Time) ([]store.Story, error) {
	byID := make(map[string]store.Story)
	for _, key := range keys {
		err := tx.query(ctx, func(row scanner) error {
			var s store.Story
			if err := row.Scan(&s.ID, moment{&s.First}, moment{&s.Last}, &s.Signature); err != nil {
				return err
			}
			if len(s.Signature) == 0 {
				s.Signature = nil
			}
			byID[s.ID] = s
			return nil
		}, `
			SELECT s.id, s.first, s.last, s.signature FROM story_keys k JOIN stories s ON s.id = k.story
			WHERE k.key = ? AND k.last >= ? ORDER BY k.last DESC LIMIT ?`, key, micros(since), store.StoriesPerKey)
		if err != nil {
			return nil, err
		}
	}
	stories := slices.SortedFunc(maps.Values(byID), func(a, b store.Story) int {
		return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.ID, b.ID))
	})
	for i := range stories {
		if err := tx.fillStory(ctx, &stories[i]); err != nil {
			return nil, err
		}
	}
	return stories, nil
}

// fillStory reads what a story has many of.
func (tx *tx) fillStory(ctx context.Context, s *store.Story) (err error) {
	s.Keys, err = tx.strings(ctx, `SELECT key FROM story_keys WHERE story = ? ORDER BY key`, s.ID)
	if err != nil {
		return err
	}
	byRoute := make(map[string]store.Raised)
	err = tx.query(ctx, func(row scanner) error {
		var r store.Raised
		err := row.Scan(&r.Route, &r.Alert, &r.Severity, &r.State, moment{&r.Due})
		byRoute[r.Route] = r
		return err
	}, `
		SELECT route, iif(kind = 'reply', follows, id), severity, state, due FROM alerts
		WHERE story = ? AND kind IN ('', 'reply') ORDER BY kind DESC, created, seq`, s.ID)
	s.Raised = slices.SortedFunc(maps.Values(byRoute), func(a, b store.Raised) int { return cmp.Compare(a.Route, b.Route) })
	return err
}

// strings returns the one column of a query.
func (tx *tx) strings(ctx context.Context, query string, args ...any) (all []string, err error) {
	err = tx.query(ctx, func(row scanner) error {
		var s string
		if err := row.Scan(&s); err != nil {
			return err
		}
		all = append(all, s)
		return nil
	}, query, args...)
	return all, err
}
