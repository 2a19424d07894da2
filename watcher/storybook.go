package watcher

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"tocsin/store"
	"tocsin/watcher/story"
)

// storybook is the stories of a replay, in memory: it answers a judge as a store
// does, and forgets those that are not asked for any more.
type storybook struct {
	window time.Duration
	byID   map[string]*store.Story
	byKey  map[string][]mention // the latest last
	told   int                  // reports since it was looked what can be forgotten
	enough int                  // reports at which that is done
}

// mention is a story below one of its keys. A story that is told again is put
// down again, and what was put down before counts no more.
type mention struct {
	story *store.Story
	at    time.Time // the story's Last then
}

// minReports is the least number of reports after which it is worth looking.
const minReports = 1000

func newStorybook(window time.Duration) *storybook {
	return &storybook{window: window, byID: make(map[string]*store.Story), byKey: make(map[string][]mention), enough: minReports}
}

// latest returns the stories with a key, the latest first, as many as most.
func (b *storybook) latest(key string, since time.Time, most int) []*store.Story {
	var list []*store.Story
	mentions := b.byKey[key]
	for i := len(mentions) - 1; i >= 0 && len(list) < most; i-- {
		m := mentions[i]
		if m.at.Before(since) {
			break
		}
		if m.at.Equal(m.story.Last) {
			list = append(list, m.story)
		}
	}
	return list
}

// WithKeys implements store.Stories.
func (b *storybook) WithKeys(_ context.Context, keys []string, since time.Time) ([]store.Story, error) {
	found := make(map[string]store.Story)
	for _, key := range keys {
		for _, s := range b.latest(key, since, store.StoriesPerKey) {
			told := *s
			// A judge adds to what it gets.
			told.Keys, told.Raised = slices.Clip(told.Keys), slices.Clip(told.Raised)
			found[s.ID] = told
		}
	}
	return slices.SortedFunc(maps.Values(found), func(x, y store.Story) int {
		return cmp.Or(y.Last.Compare(x.Last), cmp.Compare(x.ID, y.ID))
	}), nil
}

// Count implements store.Stories.
func (b *storybook) Count(_ context.Context, keys []string, since time.Time, most int) ([]int, error) {
	counts := make([]int, len(keys))
	for i, key := range keys {
		counts[i] = len(b.latest(key, since, most))
	}
	return counts, nil
}

// Muted implements store.Stories: a replay knows nobody's wishes.
func (b *storybook) Muted(context.Context, []string, time.Time) ([]string, error) { return nil, nil }

// keep adds what was decided at a time, which is not before that of what was
// decided before it.
func (b *storybook) keep(d store.Decision, now time.Time) {
	for _, r := range d.Reports {
		b.tell(r)
	}
	for _, a := range d.Alerts {
		s, id := b.byID[a.Story], a.ID
		if a.Kind == store.AlertReply {
			if slices.ContainsFunc(s.Raised, func(x store.Raised) bool { return x.Route == a.Route }) {
				continue
			}
			id = a.Follows // it is told in the thread of another story
		}
		s.Raised = slices.DeleteFunc(slices.Clone(s.Raised), func(x store.Raised) bool { return x.Route == a.Route })
		s.Raised = append(s.Raised, store.Raised{Route: a.Route, Alert: id, Severity: a.Severity, State: a.State, Due: a.Due})
	}
	if b.told += len(d.Reports); b.told >= b.enough {
		b.forget(now.Add(-max(b.window, story.Horizon)))
		b.told, b.enough = 0, max(minReports, len(b.byID))
	}
}

// tell makes a report's story, or adds to it what the report says.
func (b *storybook) tell(r store.Report) {
	s := b.byID[r.Story]
	if s == nil {
		s = &store.Story{ID: r.Story, First: r.At, Last: r.At}
		b.byID[s.ID] = s
	}
	if r.Signature != nil {
		s.Signature = r.Signature
	}
	if r.At.Before(s.First) {
		s.First = r.At
	}
	if r.At.After(s.Last) {
		s.Last = r.At
		b.mention(s, s.Keys)
	}
	for _, key := range r.Keys {
		if _, known := slices.BinarySearch(s.Keys, key); !known {
			s.Keys = insert(s.Keys, key)
			b.mention(s, []string{key})
		}
	}
}

// mention puts a story down below keys.
func (b *storybook) mention(s *store.Story, keys []string) {
	for _, key := range keys {
		b.byKey[key] = append(b.byKey[key], mention{s, s.Last})
	}
}

// forget drops the stories whose last report came before a time.
func (b *storybook) forget(before time.Time) {
	clear(b.byKey)
	maps.DeleteFunc(b.byID, func(_ string, s *store.Story) bool { return s.Last.Before(before) })
	for _, s := range slices.SortedFunc(maps.Values(b.byID), func(x, y *store.Story) int {
		return cmp.Or(x.Last.Compare(y.Last), cmp.Compare(x.ID, y.ID))
	}) {
		b.mention(s, s.Keys)
	}
}

// insert puts an element into its place in a sorted list, once.
func insert(list []string, element string) []string {
	i, known := slices.BinarySearch(list, element)
	if known {
		return list
	}
	return slices.Insert(list, i, element)
}
