package watcher

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"tocsin/store"
	"tocsin/watcher/story"
)

// Finder is what finding an article asks of a store.
type Finder interface {
	History(ctx context.Context, article string) (store.History, error)
	ArticlesAt(ctx context.Context, page string) ([]store.Located, error)
	Alerts(ctx context.Context, since time.Time) ([]store.Alert, error)
}

// shortID is what store.ArticleID and store.AlertID make.
var shortID = regexp.MustCompile(`^[a-z2-7]{16}$`)

// Find returns what is kept of the articles that somebody means: of the one with
// that ID, of the first in the story of the alert with that ID, or of all at that
// address, whose scheme may be left out, and which may carry what only tracks
// readers. The first seen comes first. It is
// store.ErrNotFound where there is none.
func Find(ctx context.Context, st Finder, what string) ([]store.History, error) {
	if shortID.MatchString(what) {
		h, err := st.History(ctx, what)
		if errors.Is(err, store.ErrNotFound) {
			h, err = firstOf(ctx, st, what)
		}
		if err != nil {
			return nil, err
		}
		return []store.History{h}, nil
	}
	ids, err := idsAt(ctx, st, what)
	if err == nil && !strings.Contains(what, "://") {
		var more []string
		more, err = idsAt(ctx, st, "https://"+what) // as browsers show addresses
		ids = append(ids, more...)
	}
	if err != nil {
		return nil, err
	}
	var found []store.History
	for _, id := range ids {
		h, err := st.History(ctx, id)
		if err != nil {
			return nil, err
		}
		found = append(found, h)
	}
	if len(found) == 0 {
		return nil, store.ErrNotFound
	}
	slices.SortStableFunc(found, func(x, y store.History) int {
		return cmp.Or(x.Article.Seen.Compare(y.Article.Seen), cmp.Compare(x.Article.ID, y.Article.ID))
	})
	return found, nil
}

// firstOf returns what is kept of the first article in the story of an alert.
func firstOf(ctx context.Context, st Finder, alert string) (store.History, error) {
	alerts, err := st.Alerts(ctx, time.Time{})
	if err != nil {
		return store.History{}, err
	}
	i := slices.IndexFunc(alerts, func(a store.Alert) bool { return a.ID == alert })
	if i < 0 {
		return store.History{}, store.ErrNotFound
	}
	return st.History(ctx, alerts[i].Story) // a story has the ID of its first article
}

// idsAt returns the IDs of the articles at an address.
func idsAt(ctx context.Context, st Finder, address string) ([]string, error) {
	var ids []string
	for _, page := range story.Pages(address) {
		located, err := st.ArticlesAt(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, l := range located {
			if story.SamePage(address, l.URL) && !slices.Contains(ids, l.Article) {
				ids = append(ids, l.Article)
			}
		}
	}
	return ids, nil
}
