package storetest

import (
	"context"
	"testing"
	"time"

	"tocsin/store"
)

func testCancelling(t *testing.T, open opener) {
	const a, b = "https://a.example/feed", "https://b.example/feed"
	over, cancel := context.WithCancel(context.Background())
	cancel()
	cases{
		"nothing is done for a context that is over": func(t *testing.T, w *world) {
			x := w.alarmed("news", "policy")
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: x.Feed}, {URL: b, FirstPoll: at(0)}}))
			ask := claim(me, 0)
			ask.Limit = 1
			_, err := w.ClaimAlerts(w.ctx, ask)
			w.ok(err)
			before := w.everything()
			for name, call := range map[string]func() error{
				"Join":           func() error { _, err := w.Join(over, "other"); return err },
				"SyncFeeds":      func() error { return w.SyncFeeds(over, nil) },
				"ClaimDueFeeds":  func() error { _, err := w.ClaimDueFeeds(over, claim(me, 0)); return err },
				"CommitPoll":     func() error { return w.CommitPoll(over, poll(x.Feed, 5, article(x.Feed, 5)), silent) },
				"NextDue":        func() error { _, _, err := w.NextDue(over); return err },
				"ClaimAlerts":    func() error { _, err := w.ClaimAlerts(over, claim(me, 5)); return err },
				"RecordDelivery": func() error { return w.RecordDelivery(over, sent(x, "news")) },
				"Feeds":          func() error { _, err := w.Feeds(over); return err },
				"Feed":           func() error { _, err := w.Feed(over, x.Feed); return err },
				"Articles":       func() error { _, err := archive(w.Articles(over, time.Time{})); return err },
				"RulesOf":        func() error { _, err := w.RulesOf(over, "", time.Time{}, 1); return err },
				"ArticlesAt":     func() error { _, err := w.ArticlesAt(over, x.URL); return err },
				"Alerts":         func() error { _, err := w.Alerts(over, time.Time{}); return err },
				"History":        func() error { _, err := w.History(over, x.ID); return err },
				"ArticleCounts":  func() error { _, err := w.ArticleCounts(over); return err },
				"Cause":          func() error { _, err := w.Cause(over, store.AlertID(x.ID, "news")); return err },
				"RecordFeedback": func() error {
					return w.RecordFeedback(over, vote(store.AlertID(x.ID, "news"), "U1", store.Useful, 1))
				},
				"FeedbackOn": func() error { _, err := w.FeedbackOn(over, store.AlertID(x.ID, "news")); return err },
				"Votes":      func() error { _, err := w.Votes(over, ""); return err },
				"RuleHits":   func() error { _, err := w.RuleHits(over, time.Time{}); return err },
				"HandleOnce": func() error { _, err := w.HandleOnce(over, "key", at(0)); return err },
				"Counts":     func() error { _, err := w.Counts(over); return err },
			} {
				if err := call(); err == nil {
					t.Errorf("%s does not mind", name)
				} else {
					w.isError(err, context.Canceled)
				}
			}
			w.is(w.everything(), before, "the store")
			w.ok(w.RecordDelivery(w.ctx, sent(x, "news")))
		},
		"a poll that is cancelled while it is judged changes nothing": func(t *testing.T, w *world) {
			w.subscribed(a)
			before := w.everything()
			ctx, cancel := context.WithCancel(w.ctx)
			err := w.CommitPoll(ctx, poll(a, 5, articles(a, 1, 2)...),
				func(context.Context, []store.Article, store.Stories) (store.Decision, error) {
					cancel()
					return alarm(article(a, 1), "news"), nil
				})
			w.isError(err, context.Canceled)
			w.is(w.everything(), before, "the store")
			w.ok(w.CommitPoll(w.ctx, poll(a, 5, articles(a, 1, 2)...), silent))
			w.is(w.counts().Articles, 2, "articles of the next attempt")
		},
		"a judge that overlooks the end of its context decides nothing": func(t *testing.T, w *world) {
			w.subscribed(a)
			before := w.everything()
			ctx, cancel := context.WithCancel(w.ctx)
			err := w.CommitPoll(ctx, poll(a, 5, article(a, 1)),
				func(ctx context.Context, _ []store.Article, stories store.Stories) (store.Decision, error) {
					cancel()
					_, _ = stories.WithKeys(ctx, []string{"k"}, at(0))
					return alarm(article(a, 1), "news"), nil
				})
			w.isError(err, context.Canceled)
			w.is(w.everything(), before, "the store")
		},
		"who waits for another's transaction need not": func(t *testing.T, w *world) {
			w.subscribe(a, b)
			w.claimFeeds(me, 0)
			w.ok(w.CommitPoll(w.ctx, poll(a, 5, article(a, 1)),
				func(context.Context, []store.Article, store.Stories) (store.Decision, error) {
					// Another's write has to wait for this judge, or to be given up.
					ctx, cancel := context.WithTimeout(w.ctx, time.Millisecond)
					defer cancel()
					done := make(chan error)
					go func() { done <- w.CommitPoll(ctx, poll(b, 5, article(b, 1)), silent) }()
					if err := <-done; err != nil {
						w.isError(err, context.DeadlineExceeded)
					}
					return store.Decision{}, nil
				}))
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a}}))
			w.is(w.feeds()[a].NextPoll, at(5), "next poll of the first feed")
		},
		"a poll that is cancelled at any moment is kept whole or not at all": func(t *testing.T, w *world) {
			w.subscribed(a)
			var found []store.Article
			for i := range 20 {
				found = append(found, article(a, i))
			}
			for i := range 40 {
				ctx, cancel := context.WithTimeout(w.ctx, time.Duration(i)*50*time.Microsecond)
				err := w.CommitPoll(ctx, poll(a, 0, found...), deciding(alarm(found[0], "news")))
				cancel()
				if err == nil {
					w.claimFeeds(me, 0)
				}
				c := w.counts()
				if nothing, all := (store.Counts{Feeds: 1}),
					(store.Counts{Feeds: 1, Articles: 20, Matches: 1, Stories: 1, Verdicts: 1, Pending: 1, OldestPending: at(0)}); c != nothing && c != all {
					t.Fatalf("after %v: %+v", err, c)
				}
			}
		},
	}.run(t, open)
}

func testClose(t *testing.T, open opener) {
	cases{
		"a closed store does nothing, and may be closed again": func(t *testing.T, w *world) {
			s := open(t)
			w.ok(s.Close())
			w.ok(s.Close())
			if err := s.SyncFeeds(w.ctx, nil); err == nil {
				t.Error("it writes")
			}
			if _, err := s.Counts(w.ctx); err == nil {
				t.Error("it reads")
			}
			if _, err := s.Join(w.ctx, "worker"); err == nil {
				t.Error("it is joined")
			}
		},
		"closing waits for what runs": func(t *testing.T, w *world) {
			s := open(t)
			leave, err := s.Join(w.ctx, me)
			w.ok(err)
			defer leave()
			w.ok(s.SyncFeeds(w.ctx, []store.Subscription{{URL: "a"}}))
			_, err = s.ClaimDueFeeds(w.ctx, claim(me, 0))
			w.ok(err)
			closed := make(chan error, 1)
			w.ok(s.CommitPoll(w.ctx, poll("a", 0, article("a", 1)),
				func(context.Context, []store.Article, store.Stories) (store.Decision, error) {
					go func() { closed <- s.Close() }()
					select {
					case <-closed:
						t.Error("it closes while a poll is judged")
						closed <- nil
					case <-time.After(10 * time.Millisecond): // it seems to wait
					}
					return alarm(article("a", 1), "news"), nil
				}))
			w.ok(<-closed)
		},
	}.run(t, open)
}
