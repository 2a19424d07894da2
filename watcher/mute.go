package watcher

import (
	"context"
	"slices"

	"tocsin/rules"
	"tocsin/store"
)

// muted returns which of the matching rules somebody silenced for the article: all
// of them where that is its story or feed.
func (d *decision) muted(ctx context.Context, a *store.Article, s *store.Story, matches []rules.Match) (map[string]bool, error) {
	targets := []string{MuteStory(s.ID), MuteFeed(a.Feed)}
	for _, m := range matches {
		targets = append(targets, MuteRule(m.Rule.ID))
	}
	found, err := d.telling.stories.Muted(ctx, targets, d.now)
	if err != nil {
		return nil, err
	}
	muted := make(map[string]bool)
	for _, m := range matches {
		muted[m.Rule.ID] = slices.Contains(found, targets[0]) || slices.Contains(found, targets[1]) || slices.Contains(found, MuteRule(m.Rule.ID))
	}
	return muted, nil
}

// MuteStory is the target of a story.
func MuteStory(id string) string { return "story:" + id }

// MuteRule is the target of a rule.
func MuteRule(id string) string { return "rule:" + id }

// MuteFeed is the target of a feed.
func MuteFeed(url string) string { return "feed:" + url }
