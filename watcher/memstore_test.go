package watcher

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/store"
)

// memStore keeps the feeds of a single daemon in memory, and nothing else: for
// tests of thousands of polls, in which a real store would only wait for the disk.
type memStore struct {
	Store // nil: what is not below is not asked for
	mu    sync.Mutex
	feeds map[string]*store.Feed // by URL
	held  map[string]bool
}

func newMemStore() *memStore {
	return &memStore{feeds: make(map[string]*store.Feed), held: make(map[string]bool)}
}

func (m *memStore) Join(context.Context, string) (func() error, error) {
	return func() error { return nil }, nil
}

func (m *memStore) SyncFeeds(_ context.Context, subs []store.Subscription) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range subs {
		if m.feeds[s.URL] == nil {
			m.feeds[s.URL] = &store.Feed{URL: s.URL, NextPoll: s.FirstPoll}
		}
	}
	return nil
}

func (m *memStore) ClaimDueFeeds(_ context.Context, c store.Claim) (due []store.Feed, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for url, f := range m.feeds {
		if !m.held[url] && !f.Gone && !f.NextPoll.After(c.Now) {
			due = append(due, *f)
		}
	}
	slices.SortFunc(due, func(a, b store.Feed) int {
		if d := a.NextPoll.Compare(b.NextPoll); d != 0 {
			return d
		}
		return strings.Compare(a.URL, b.URL)
	})
	due = due[:min(len(due), c.Limit)]
	for _, f := range due {
		m.held[f.URL] = true
	}
	return due, nil
}

// Unknown says that all is known, since no articles are kept.
func (m *memStore) Unknown(context.Context, string, []string) ([]string, error) { return nil, nil }

func (m *memStore) CommitPoll(_ context.Context, p store.Poll, _ store.Judge) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	*m.feeds[p.Feed.URL] = p.Feed
	m.held[p.Feed.URL] = false
	return nil
}

func (m *memStore) NextDue(context.Context) (feeds, alerts time.Time, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for url, f := range m.feeds {
		if !m.held[url] && !f.Gone && (feeds.IsZero() || f.NextPoll.Before(feeds)) {
			feeds = f.NextPoll
		}
	}
	return feeds, time.Time{}, nil
}

func (m *memStore) Counts(context.Context) (store.Counts, error) { return store.Counts{}, nil }
