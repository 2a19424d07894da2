package storetest

import (
	"testing"
	"time"

	"tocsin/store"
)

func testSyncFeeds(t *testing.T, open opener) {
	const a, b, c = "https://a.example/feed", "https://b.example/feed", "https://c.example/feed"
	full := store.Feed{
		URL: a, Location: "https://moved.example/feed", Title: "A feed",
		ETag: `W/"tag"`, LastModified: "Sun, 01 Mar 2026 12:00:00 GMT",
		Digest: "d", TTL: time.Hour, SkipHours: 1<<23 | 1, SkipDays: 1 << 6,
		NextPoll: at(30), Polled: at(1), Begun: at(-90), Succeeded: at(-60), Delivered: at(-70), Failures: 2, Problem: "timed out",
		Health: []byte(`{"heard":1}`),
	}
	cases{
		"a new feed is due at its first poll, and otherwise blank": func(t *testing.T, w *world) {
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a, FirstPoll: at(5)}}))
			w.is(w.feeds(), map[string]store.Feed{a: {URL: a, NextPoll: at(5)}}, "feeds")
			w.is(w.claimFeeds(me, 4), []string(nil), "feeds before")
			w.is(w.claimFeeds(me, 5), []string{a}, "feeds then")
		},
		"a new feed may be due at once": func(t *testing.T, w *world) {
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a}}))
			w.is(w.claimFeeds(me, 0), []string{a}, "feeds")
		},
		"a known feed keeps its whole state": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: full}, nil))
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a, FirstPoll: at(90)}, {URL: b, FirstPoll: at(3)}}))
			w.is(w.feeds(), map[string]store.Feed{a: full, b: {URL: b, NextPoll: at(3)}}, "feeds")
		},
		"a known feed stays leased": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.subscribe(a)
			w.is(w.claimFeeds(me, 1), []string(nil), "feeds")
		},
		"a feed that is no longer wanted is neither listed nor claimed": func(t *testing.T, w *world) {
			w.subscribe(a, b, c)
			w.subscribe(b)
			w.is(w.urls(w.Feeds(w.ctx)), []string{b}, "feeds")
			w.is(w.claimFeeds(me, 0), []string{b}, "claimed")
			w.is(w.counts().Feeds, 1, "count")
		},
		"a feed that is wanted again has its state and articles": func(t *testing.T, w *world) {
			w.subscribed(a)
			one := article(a, 1)
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: full, Articles: []store.Article{one}}, silent))
			w.subscribe()
			w.is(w.counts().Articles, 1, "articles meanwhile")
			w.subscribe(a)
			w.is(w.feeds(), map[string]store.Feed{a: full}, "feeds")
			w.is(w.claimFeeds(me, 30), []string{a}, "claimed")
			w.found(unexpected(t), a, one)
		},
		"the poll of a feed that is no longer wanted can be committed": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.subscribe()
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: full}, nil))
			w.subscribe(a)
			w.is(w.feeds()[a], full, "the feed when it is wanted again")
		},
		"two entries with one URL count as the first": func(t *testing.T, w *world) {
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{
				{URL: a, FirstPoll: at(7)}, {URL: b, FirstPoll: at(0)}, {URL: a, FirstPoll: at(1)}}))
			w.is(w.feeds(), map[string]store.Feed{
				a: {URL: a, NextPoll: at(7)}, b: {URL: b, NextPoll: at(0)}}, "feeds")
		},
		"feeds are listed by URL": func(t *testing.T, w *world) {
			w.subscribe(c, a, b)
			w.is(w.urls(w.Feeds(w.ctx)), []string{a, b, c}, "feeds")
		},
		"URLs differ by case and by a slash": func(t *testing.T, w *world) {
			w.subscribe(a, a+"/", "https://a.example/FEED")
			w.is(w.counts().Feeds, 3, "feeds")
		},
		"no feeds at all is fine": func(t *testing.T, w *world) {
			w.subscribe()
			w.is(w.claimFeeds(me, 0), []string(nil), "feeds")
		},
	}.run(t, open)
}

func testClaimDueFeeds(t *testing.T, open opener) {
	const a, b, c = "https://a.example/feed", "https://b.example/feed", "https://c.example/feed"
	cases{
		"the longest due come first, up to the limit": func(t *testing.T, w *world) {
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{
				{URL: a, FirstPoll: at(3)}, {URL: b, FirstPoll: at(2)}, {URL: c, FirstPoll: at(1)}}))
			ask := claim(me, 9)
			ask.Limit = 2
			w.is(w.urls(w.ClaimDueFeeds(w.ctx, ask)), []string{c, b}, "first two")
			w.is(w.urls(w.ClaimDueFeeds(w.ctx, ask)), []string{a}, "the rest")
			w.is(w.urls(w.ClaimDueFeeds(w.ctx, ask)), []string(nil), "after all")
		},
		"a feed comes with all that is known of it": func(t *testing.T, w *world) {
			w.subscribed(a)
			want := store.Feed{URL: a, Location: "https://m.example", Title: "T", ETag: "e", LastModified: "l",
				Digest: "d", TTL: 90 * time.Microsecond, SkipHours: 2, SkipDays: 3,
				NextPoll: at(5), Polled: at(1), Succeeded: at(2), Delivered: at(1), Failures: 3, Problem: "p", Health: []byte("{}")}
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: want}, nil))
			got, err := w.ClaimDueFeeds(w.ctx, claim(me, 5))
			w.ok(err)
			want.Lease = at(15)
			w.is(got, []store.Feed{want}, "claimed")
		},
		"a feed that is gone is not claimed": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: store.Feed{URL: a, Gone: true}}, nil))
			w.is(w.claimFeeds(me, 60), []string(nil), "claimed")
			w.is(w.feeds(), map[string]store.Feed{a: {URL: a, Gone: true}}, "feeds")
		},
		"a leased feed is free when its lease ends, not before": func(t *testing.T, w *world) {
			w.join("other")
			w.subscribed(a)
			w.is(w.claimFeeds("other", 9), []string(nil), "within the lease")
			w.is(w.claimFeeds("other", 10), []string{a}, "at its end")
		},
		"a holder cannot claim what it holds": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.is(w.claimFeeds(me, 1), []string(nil), "claimed again")
		},
		"a polled feed is claimed at its next poll": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.ok(w.CommitPoll(w.ctx, poll(a, 2), nil))
			w.is(w.claimFeeds(me, 1), []string(nil), "before")
			w.is(w.claimFeeds(me, 2), []string{a}, "then")
		},
		"a claim for nothing or for no time is a mistake": func(t *testing.T, w *world) {
			w.subscribe(a)
			for _, c := range []store.Claim{
				{Holder: me, Now: at(0), Lease: time.Minute},
				{Holder: me, Now: at(0), Lease: time.Minute, Limit: -1},
				{Holder: me, Now: at(0), Limit: 1},
				{Now: at(0), Lease: time.Minute, Limit: 1},
			} {
				if _, err := w.ClaimDueFeeds(w.ctx, c); err == nil {
					t.Errorf("%+v is allowed", c)
				}
			}
			w.is(w.claimFeeds(me, 0), []string{a}, "feeds left")
		},
		"four at once never get the same feed": func(t *testing.T, w *world) {
			const n = 200
			var urls []string
			for i := range n {
				urls = append(urls, article(a, i).URL)
			}
			w.subscribe(urls...)
			got := contend(w, func(ask store.Claim) ([]string, error) {
				feeds, err := w.ClaimDueFeeds(w.ctx, ask)
				return feedURLs(feeds), err
			})
			once(t, got, n)
		},
	}.run(t, open)
}
