package storetest

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tocsin/store"
)

// expire deletes what is old, unmatched before one minute and matched before
// another.
func (w *world) expire(unmatched, matched, limit int) (articles int) {
	w.t.Helper()
	articles, err := w.Expire(w.ctx, store.Expiry{Unmatched: at(unmatched), Matched: at(matched), Limit: limit})
	w.ok(err)
	return articles
}

// archivedKeys are the keys of all articles, in the order in which they were kept.
func (w *world) archivedKeys() (keys []string) {
	w.t.Helper()
	for _, a := range w.archived(time.Time{}) {
		keys = append(keys, a.Key)
	}
	return keys
}

// seenAt is the nth article of a feed, seen at minute n.
func seenAt(feed string, n int) store.Article {
	a := article(feed, n)
	a.Seen = at(n)
	return a
}

func testExpire(t *testing.T, open opener) {
	const feed = "https://a.example/feed"
	// kept is an archive of the articles seen at these minutes, of which matched ones
	// raised an alert.
	kept := func(w *world, matched bool, minutes ...int) {
		w.t.Helper()
		for _, n := range minutes {
			judge := silent
			if matched {
				judge = deciding(alarm(seenAt(feed, n), "news"))
			}
			w.found(judge, feed, seenAt(feed, n))
		}
	}
	say := func(w *world) {
		w.t.Helper()
		for {
			alerts := w.claimAlerts(me, 9)
			if len(alerts) == 0 {
				return
			}
			for _, a := range alerts {
				w.ok(w.RecordDelivery(w.ctx, store.Delivery{Alert: a.ID, Holder: me, At: at(0), State: store.AlertSent}))
			}
		}
	}
	cases{
		"an empty archive has nothing to delete": func(t *testing.T, w *world) {
			w.is(w.expire(100, 100, 10), 0, "articles")
		},
		"unmatched and matched articles go by their own times": func(t *testing.T, w *world) {
			w.subscribed(feed)
			kept(w, false, 1, 3, 5)
			kept(w, true, 2, 4, 6)
			say(w)
			w.is(w.expire(4, 3, 10), 3, "articles")
			w.is(w.archivedKeys(), []string{"key-5", "key-4", "key-6"}, "kept")
			w.is(w.expire(4, 3, 10), 0, "articles the second time")
			w.is(w.expire(0, 100, 10), 3, "articles before the time of any")
		},
		"the oldest go first, a batch at a time": func(t *testing.T, w *world) {
			w.subscribed(feed)
			kept(w, false, 3, 1, 2, 4)
			w.is(w.expire(100, 0, 3), 3, "articles")
			w.is(w.archivedKeys(), []string{"key-4"}, "kept")
			w.is(w.expire(100, 0, 3), 1, "articles")
		},
		"all that is kept of an article goes with it": func(t *testing.T, w *world) {
			w.subscribed(feed)
			kept(w, true, 1, 2)
			say(w)
			w.is(w.expire(0, 2, 10), 1, "articles")
			w.is(w.counts(), store.Counts{Feeds: 1, Articles: 1, Matches: 1, Stories: 1, Verdicts: 1, SentAlerts: 1}, "counts")
			_, err := w.History(w.ctx, seenAt(feed, 1).ID)
			w.isError(err, store.ErrNotFound)
			found, err := w.Search(w.ctx, store.Search{Text: "title", Limit: 10})
			w.ok(err)
			w.is(found.Articles, []store.Article{seenAt(feed, 2)}, "found")
			w.is(len(w.history(seenAt(feed, 2).ID).Alerts), 1, "alerts of the other")
		},
		"a story stays with its last article, and so do its alerts": func(t *testing.T, w *world) {
			w.subscribed(feed)
			kept(w, true, 1)
			say(w)
			first, second := seenAt(feed, 1), seenAt(feed, 50)
			w.found(deciding(store.Decision{Reports: []store.Report{{Story: first.ID, Article: second.ID, At: at(50)}}}), feed, second)
			w.is(w.expire(0, 2, 10), 1, "articles")
			h := w.history(second.ID)
			w.is(h.Story, first.ID, "story")
			w.is(len(h.Alerts), 1, "alerts")
			w.is(w.expire(51, 0, 10), 1, "articles")
			w.is(w.counts(), store.Counts{Feeds: 1}, "counts")
		},
		"what a pending alert is about stays": func(t *testing.T, w *world) {
			w.subscribed(feed)
			kept(w, true, 1)
			first, second := seenAt(feed, 1), seenAt(feed, 2)
			w.found(deciding(store.Decision{Reports: []store.Report{{Story: first.ID, Article: second.ID, At: at(2)}}}), feed, second)
			w.is(w.expire(100, 100, 10), 0, "articles")
			w.is(len(w.claimAlerts(me, 0)), 1, "claimed")
			w.is(w.expire(100, 100, 10), 0, "articles while it is said")
			w.ok(w.RecordDelivery(w.ctx, store.Delivery{Alert: store.AlertID(first.ID, "news"), Holder: me, State: store.AlertSent}))
			w.is(w.expire(100, 100, 10), 2, "articles when it was")
			w.is(w.counts(), store.Counts{Feeds: 1}, "counts")
		},
		"alerts about feeds go like matched articles, but those that are still to be said": func(t *testing.T, w *world) {
			w.subscribed(feed)
			notice := func(what string, created int) store.Alert {
				story := store.NoticeID(feed, what)
				return store.Alert{ID: store.AlertID(story, "ops"), Story: story, Route: "ops", Channel: "#ops", Created: at(created), State: store.AlertPending}
			}
			held := notice("moved", 3)
			held.State, held.Due = store.AlertWaiting, at(1000)
			for _, a := range []store.Alert{notice("silent", 0), notice("well", 1), notice("gone", 2), held} {
				p := poll(feed, 0)
				p.Alerts = []store.Alert{a}
				w.ok(w.CommitPoll(w.ctx, p, nil))
				w.claimFeeds(me, 0)
			}
			w.claimAlerts(me, 5)
			w.ok(w.RecordDelivery(w.ctx, store.Delivery{Alert: notice("silent", 0).ID, Holder: me, State: store.AlertSent}))
			w.is(w.expire(100, 1, 10), 0, "articles")
			c := w.counts()
			w.is([]int{c.Pending, c.SentAlerts}, []int{2, 0}, "pending and sent")
			w.expire(100, 100, 10)
			c = w.counts()
			w.is([]int{c.Pending, c.Held}, []int{2, 1}, "pending and held")
		},
		"a deleted article that its feed lists is not new": func(t *testing.T, w *world) {
			w.subscribed(feed)
			kept(w, false, 1, 2)
			w.is(w.expire(2, 0, 10), 1, "articles")
			old, now := seenAt(feed, 1), seenAt(feed, 3)
			unknown, err := w.Unknown(w.ctx, feed, []string{old.ID, now.ID})
			w.ok(err)
			w.is(unknown, []string{now.ID}, "unknown")
			var fresh []store.Article
			note := func(_ context.Context, all []store.Article, _ store.Stories) (store.Decision, error) {
				fresh = all
				return store.Decision{}, nil
			}
			w.found(note, feed, old, now)
			w.is(fresh, []store.Article{now}, "fresh")
			fresh = nil
			w.found(note, feed, old)
			w.is(fresh, []store.Article(nil), "fresh where nothing else is")
			w.is(w.archivedKeys(), []string{"key-2", "key-3"}, "kept")
		},
		"it is forgotten when its feed has not listed it for long": func(t *testing.T, w *world) {
			w.subscribed(feed)
			kept(w, false, 1)
			w.expire(100, 0, 10)
			old := seenAt(feed, 1)
			polled := func(after time.Duration, news int, listed ...store.Article) {
				w.t.Helper()
				p := poll(feed, 0, append(listed, article(feed, news))...)
				p.Feed.Polled = at(0).Add(after)
				w.ok(w.CommitPoll(w.ctx, p, silent))
				w.claimFeeds(me, 0)
			}
			known := func() bool {
				w.t.Helper()
				unknown, err := w.Unknown(w.ctx, feed, []string{old.ID})
				w.ok(err)
				return len(unknown) == 0
			}
			polled(store.ForgetAfter-time.Hour, 10, old)
			polled(store.ForgetAfter+time.Hour, 11)
			w.is(known(), true, "known after it was listed")
			polled(3*store.ForgetAfter, 12, old)
			w.is(known(), true, "known while it is listed")
			polled(5*store.ForgetAfter, 13)
			w.is(known(), false, "known")
		},
		"a limit of none is an error": func(t *testing.T, w *world) {
			if _, err := w.Expire(w.ctx, store.Expiry{Unmatched: at(1)}); err == nil {
				t.Error("it expires")
			}
		},
	}.run(t, open)
}

func testSize(t *testing.T, open opener) {
	const feed = "https://a.example/feed"
	size := func(w *world) int64 {
		w.t.Helper()
		n, err := w.Size(w.ctx)
		w.ok(err)
		return n
	}
	cases{
		"it grows with the archive and shrinks with it": func(t *testing.T, w *world) {
			empty := size(w)
			w.subscribed(feed)
			const articles, bytes = 300, 2000
			var all []store.Article
			for n := range articles {
				a := article(feed, n)
				a.Body = noise(n, bytes)
				all = append(all, a)
			}
			w.found(silent, feed, all...)
			full := size(w)
			if grown := full - empty; grown < articles*bytes || grown > 8*articles*bytes {
				t.Errorf("%d bytes for %d bytes of text", grown, articles*bytes)
			}
			w.is(w.expire(1, 0, articles/2), articles/2, "articles")
			if half := size(w); half > full*3/4 {
				t.Errorf("%d bytes of %d with half of it", half, full)
			}
		},
	}.run(t, open)
}

// noise is a text that hardly can be compressed, of so many bytes.
func noise(seed, bytes int) string {
	r := rand.New(rand.NewPCG(uint64(seed), 0))
	var b strings.Builder
	for b.Len() < bytes {
		for range 3 + r.IntN(7) {
			b.WriteByte(byte('a' + r.IntN(26)))
		}
		b.WriteByte(' ')
	}
	return b.String()
}
