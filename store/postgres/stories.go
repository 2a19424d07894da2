package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

// tellStory makes a report's story, or adds to it what the report says.
func tellStory(b *batch, r store.Report) {
	b.queue(`
		INSERT INTO stories (id, first, last, signature) VALUES ($1, $2, $2, coalesce($3::bytea, ''))
		ON CONFLICT (id) DO UPDATE SET first = least(stories.first, $2), last = greatest(stories.last, $2),
			signature = coalesce($3::bytea, stories.signature)`, r.Story, r.At, r.Signature)
	if len(r.Keys) > 0 {
		b.queue(`
			INSERT INTO story_keys (story, digest, key, last)
			SELECT $1, digest, key, $4 FROM unnest($2::bigint[], $3::text[]) AS new (digest, key)
			ON CONFLICT DO NOTHING`, r.Story, digests(r.Keys), r.Keys, r.At)
	}
	b.queue(`
		UPDATE story_keys k SET last = s.last FROM stories s
		WHERE s.id = $1 AND k.story = $1 AND k.last <> s.last`, r.Story)
}

// storiesNow is a store.Stories of what is there while no other poll decides.
type storiesNow struct {
	commit *commit
	err    error // the first that came
}

// WithKeys implements store.Stories.
func (v *storiesNow) WithKeys(ctx context.Context, keys []string, since time.Time) ([]store.Story, error) {
	found, err := v.commit.storiesWithKeys(ctx, keys, since)
	v.err = cmp.Or(v.err, err)
	return found, err
}

// Count implements store.Stories.
func (v *storiesNow) Count(ctx context.Context, keys []string, since time.Time, most int) ([]int, error) {
	counts, err := v.commit.countStories(ctx, keys, since, most)
	v.err = cmp.Or(v.err, err)
	return counts, err
}

// storiesWithKeys returns the stories with any of the keys. No keys are no array
// to the driver, and find nothing.
func (c *commit) storiesWithKeys(ctx context.Context, keys []string, since time.Time) (stories []store.Story, err error) {
	var b batch
	c.lockStories(&b)
	b.queue(`
		SELECT s.id, s.first, s.last, s.signature,
			ARRAY (SELECT key FROM story_keys WHERE story = s.id)
		FROM stories s WHERE s.id IN (
			SELECT latest.story FROM unnest($1::bigint[], $2::text[]) AS asked (digest, key)
			CROSS JOIN LATERAL (
				SELECT k.story FROM story_keys k
				WHERE k.digest = asked.digest AND k.key = asked.key AND k.last >= $3
				ORDER BY k.last DESC LIMIT $4) AS latest)
		ORDER BY s.last DESC, s.id`, digests(keys), keys, since, store.StoriesPerKey).Query(func(rows pgx.Rows) error {
		return eachOf(rows, func(row row) error {
			var s store.Story
			err := row.Scan(&s.ID, &s.First, &s.Last, &s.Signature, &s.Keys)
			if len(s.Signature) == 0 {
				s.Signature = nil
			}
			slices.Sort(s.Keys)
			stories = append(stories, s)
			return err
		})
	})
	if err := c.send(ctx, &b); err != nil {
		return nil, err
	}
	return stories, c.fillRaised(ctx, stories)
}

// fillRaised reads of each story the latest alert of each route.
func (c *commit) fillRaised(ctx context.Context, stories []store.Story) error {
	byID := make(map[string]*store.Story, len(stories))
	ids := make([]string, len(stories))
	for i := range stories {
		ids[i] = stories[i].ID
		byID[ids[i]] = &stories[i]
	}
	return c.each(ctx, func(row row) error {
		var story string
		var r store.Raised
		err := row.Scan(&story, &r.Route, &r.Alert, &r.Severity, (*string)(&r.State), &r.Due)
		if s := byID[story]; s != nil {
			s.Raised = append(s.Raised, r)
		}
		return err
	}, `
		SELECT DISTINCT ON (story, route) story, route, CASE kind WHEN 'reply' THEN follows ELSE id END, severity, state, due FROM alerts
		WHERE story = ANY ($1) AND kind IN ('', 'reply') ORDER BY story, route, kind, created DESC, seq DESC`, ids)
}

// countStories counts the stories with each of the keys, up to most.
func (c *commit) countStories(ctx context.Context, keys []string, since time.Time, most int) (counts []int, err error) {
	var b batch
	c.lockStories(&b)
	b.queue(`
		SELECT (SELECT count(*) FROM (
			SELECT FROM story_keys k
			WHERE k.digest = asked.digest AND k.key = asked.key AND k.last >= $3 LIMIT $4) AS few)
		FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS asked (digest, key, n)
		ORDER BY n`, digests(keys), keys, since, most).Query(func(rows pgx.Rows) error {
		return eachOf(rows, func(row row) error {
			var n int
			err := row.Scan(&n)
			counts = append(counts, n)
			return err
		})
	})
	err = c.send(ctx, &b)
	return counts, err
}
