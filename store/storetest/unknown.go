package storetest

import (
	"testing"

	"tocsin/store"
)

func testUnknown(t *testing.T, open opener) {
	const a, b = "https://a.example/feed", "https://b.example/feed"
	ids := func(articles ...store.Article) (ids []string) {
		for _, x := range articles {
			ids = append(ids, x.ID)
		}
		return ids
	}
	unknown := func(w *world, feed string, ids ...string) []string {
		w.t.Helper()
		found, err := w.Unknown(w.ctx, feed, ids)
		w.ok(err)
		return found
	}
	cases{
		"what was kept is known, and the rest comes in its order": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.found(silent, a, articles(a, 1, 3)...)
			w.is(unknown(w, a, ids(articles(a, 4, 3, 2, 1, 0)...)...), ids(articles(a, 4, 2, 0)...), "unknown")
			w.is(unknown(w, a, ids(articles(a, 1, 3)...)...), []string(nil), "unknown of what is known")
		},
		"another feed's articles are not known": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.found(silent, a, articles(a, 1)...)
			w.is(unknown(w, b, ids(articles(a, 1)...)...), ids(articles(a, 1)...), "unknown")
		},
		"of none, none is unknown": func(t *testing.T, w *world) {
			w.is(unknown(w, a), []string(nil), "unknown")
		},
	}.run(t, open)
}
