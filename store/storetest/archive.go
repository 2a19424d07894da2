package storetest

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"tocsin/store"
)

// archive is all that comes of the articles, and the error that ended it.
func archive(articles iter.Seq2[store.Article, error]) (all []store.Article, err error) {
	for a, err := range articles {
		if err != nil {
			return all, err
		}
		all = append(all, a)
	}
	return all, nil
}

// archived is the archive from a time on.
func (w *world) archived(since time.Time) []store.Article {
	w.t.Helper()
	all, err := archive(w.Articles(w.ctx, since))
	w.ok(err)
	return all
}

func testArticles(t *testing.T, open opener) {
	const a, b = "https://a.example/feed", "https://b.example/feed"
	seen := func(article store.Article, minute int) store.Article {
		article.Seen = at(minute)
		return article
	}
	cases{
		"an empty archive has none": func(t *testing.T, w *world) {
			w.is(w.archived(time.Time{}), []store.Article(nil), "archive")
		},
		"they come poll by poll, each in its document's order": func(t *testing.T, w *world) {
			w.subscribe(a, b)
			w.claimFeeds(me, 0)
			first := []store.Article{seen(article(a, 9), 1), seen(article(a, 2), 1), seen(article(a, 5), 1)}
			second := []store.Article{seen(article(b, 7), 2), seen(article(b, 1), 2)}
			third := []store.Article{seen(article(a, 1), 3)}
			w.found(silent, a, first...)
			w.found(silent, b, second...)
			w.found(silent, a, append(third, first...)...)
			w.is(w.archived(time.Time{}), append(append(first, second...), third...), "archive")
		},
		"they are those seen at that time or later, wherever they stand": func(t *testing.T, w *world) {
			w.subscribed(a)
			var want []store.Article
			for n, minute := range []int{3, 1, 2, 5, 4} {
				x := seen(article(a, n), minute)
				w.found(silent, a, x)
				if minute >= 3 {
					want = append(want, x)
				}
			}
			w.is(w.archived(at(3)), want, "archive")
			w.is(w.archived(at(6)), []store.Article(nil), "archive after the last")
		},
		"there may be many": func(t *testing.T, w *world) {
			w.subscribed(a)
			const polls, each = 4, 500
			for p := range polls {
				var found []store.Article
				for n := range each {
					x := seen(article(a, p*each+n), p)
					if n%100 == 0 {
						x.Body = strings.Repeat("long ", 300_000)
					}
					found = append(found, x)
				}
				w.found(silent, a, found...)
			}
			n := 0
			for x, err := range w.Articles(w.ctx, at(1)) {
				w.ok(err)
				if want := article(a, each+n).ID; x.ID != want {
					t.Fatalf("article %d is %s, want %s", n, x.ID, want)
				}
				n++
			}
			w.is(n, (polls-1)*each, "articles")
		},
		"polls are committed while they are read, and what these bring is left for later": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.found(silent, a, articles(a, 1, 2, 3)...)
			n := 3
			for _, err := range w.Articles(w.ctx, time.Time{}) {
				w.ok(err)
				n++
				w.found(silent, a, article(a, n))
			}
			w.is(n, 6, "articles in the end")
		},
		"whoever has enough may stop": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.found(silent, a, articles(a, 1, 2, 3)...)
			for range w.Articles(w.ctx, time.Time{}) {
				break
			}
			w.is(len(w.archived(time.Time{})), 3, "articles read again")
		},
		"a closed store says so": func(t *testing.T, w *world) {
			s := open(t)
			w.ok(s.Close())
			if _, err := archive(s.Articles(w.ctx, time.Time{})); err == nil {
				t.Error("it reads")
			}
		},
	}.run(t, open)
}

func testArticlesAt(t *testing.T, open opener) {
	const a, b = "https://a.example/feed", "https://b.example/feed"
	// with has one of the feeds a and b carry these addresses, each in an article of its own.
	with := func(w *world, feed string, urls ...string) (all []store.Located) {
		w.subscribe(a, b)
		w.claimFeeds(me, 0)
		for _, url := range urls {
			x := store.Article{ID: store.ArticleID(feed, url), Feed: feed, Key: url, URL: url, Title: "Title", Seen: at(0)}
			w.found(silent, feed, x)
			all = append(all, store.Located{Article: x.ID, URL: url})
		}
		return all
	}
	find := func(w *world, page string) []store.Located {
		w.t.Helper()
		found, err := w.ArticlesAt(w.ctx, page)
		w.ok(err)
		return found
	}
	const page = "https://site.example/page"
	cases{
		"a page that nobody carries is not there": func(t *testing.T, w *world) {
			with(w, a, page)
			w.is(find(w, "https://site.example/other"), []store.Located(nil), "found")
		},
		"a page is found with what may follow it, by URL": func(t *testing.T, w *world) {
			want := with(w, a, page, page+"#top", page+"/", page+"/#top", page+"/?utm_source=rss", page+"?", page+"?id=5&x=y")
			w.is(find(w, page), want, "found")
		},
		"what only begins so is another page": func(t *testing.T, w *world) {
			with(w, a, page+"s", page+"-2", page+".html", page+"/two", page+"/two/?x=y", page+"$", page+"@x", page+"//",
				"https://site.example/pag", "http://site.example/page", "https://site.example/Page", "")
			w.is(find(w, page), []store.Located(nil), "found")
		},
		"feeds that carry the same come in the order in which it was kept": func(t *testing.T, w *world) {
			w.is(find(w, page), []store.Located(nil), "found before")
			later := with(w, b, page)
			first := with(w, a, page)
			w.is(find(w, page), append(later, first...), "found")
		},
		"no sign in it means anything": func(t *testing.T, w *world) {
			odd := `https://site.example/100%_'";*[x]\`
			want := with(w, a, odd)
			w.is(find(w, odd), want, "found")
			w.is(find(w, "https://site.example/100%"), []store.Located(nil), "found by a piece")
		},
	}.run(t, open)
}

func testFeed(t *testing.T, open opener) {
	const a, b = "https://a.example/feed", "https://b.example/feed"
	cases{
		"a feed that is not there is not found": func(t *testing.T, w *world) {
			w.subscribe(a)
			_, err := w.Feed(w.ctx, b)
			w.isError(err, store.ErrNotFound)
		},
		"a feed is found while it is subscribed and afterwards": func(t *testing.T, w *world) {
			w.subscribed(a)
			want := store.Feed{URL: a, Title: "A", NextPoll: at(9), Polled: at(2), Begun: at(1), Succeeded: at(2)}
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: want}, nil))
			for _, subscribed := range []string{a, b} {
				w.subscribe(subscribed)
				got, err := w.Feed(w.ctx, a)
				w.ok(err)
				w.is(got, want, fmt.Sprintf("the feed while %s is subscribed", subscribed))
			}
		},
		"a closed store says so": func(t *testing.T, w *world) {
			s := open(t)
			w.ok(s.Close())
			if _, err := s.Feed(w.ctx, a); err == nil || errors.Is(err, store.ErrNotFound) {
				t.Errorf("error is %v", err)
			}
		},
	}.run(t, open)
}
