package watcher

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"tocsin/store"
)

// storybook is the stories of a replay, in memory: it answers a judge as a store
// does, and forgets those whose window has passed.
type storybook struct {
	window time.Duration
	byID   map[string]*store.Story
	byKey  map[string][]*store.Story
	enough int // stories at which it looks what can be forgotten
}

// minStories is the least number of stories that is worth looking through.
const minStories = 1000

func newStorybook(window time.Duration) *storybook {
	return &storybook{window: window, byID: make(map[string]*store.Story), byKey: make(map[string][]*store.Story), enough: minStories}
}

// WithKeys implements store.Stories.
func (b *storybook) WithKeys(_ context.Context, keys []string, since time.Time) ([]store.Story, error) {
	found := make(map[string]store.Story)
	for _, key := range keys {
		for _, s := range b.byKey[key] {
			if s.Last.Before(since) {
				continue
			}
			told := *s
			// A judge adds to what it gets.
			told.Keys, told.Routes = slices.Clip(told.Keys), slices.Clip(told.Routes)
			found[s.ID] = told
		}
	}
	return slices.SortedFunc(maps.Values(found), func(x, y store.Story) int {
		return cmp.Or(y.Last.Compare(x.Last), cmp.Compare(x.ID, y.ID))
	}), nil
}

// keep adds what was decided at a time, which is later than what was before it.
func (b *storybook) keep(d store.Decision, now time.Time) {
	for _, r := range d.Reports {
		b.tell(r)
	}
	for _, a := range d.Alerts {
		s := b.byID[a.Story]
		s.Routes = insert(s.Routes, a.Route)
	}
	if len(b.byID) >= b.enough {
		b.forget(now.Add(-b.window))
		b.enough = max(minStories, 2*len(b.byID))
	}
}

// tell makes a report's story, or adds to it what the report says.
func (b *storybook) tell(r store.Report) {
	s := b.byID[r.Story]
	if s == nil {
		s = &store.Story{ID: r.Story, First: r.At, Last: r.At}
		b.byID[s.ID] = s
	}
	if r.At.After(s.Last) {
		s.Last = r.At
	}
	if r.At.Before(s.First) {
		s.First = r.At
	}
	for _, key := range r.Keys {
		if _, known := slices.BinarySearch(s.Keys, key); !known {
			s.Keys = insert(s.Keys, key)
			b.byKey[key] = append(b.byKey[key], s)
		}
	}
}

// forget drops the stories whose last report came before a time.
func (b *storybook) forget(before time.Time) {
	clear(b.byKey)
	for id, s := range b.byID {
		if s.Last.Before(before) {
			delete(b.byID, id)
			continue
		}
		for _, key := range s.Keys {
			b.byKey[key] = append(b.byKey[key], s)
		}
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
