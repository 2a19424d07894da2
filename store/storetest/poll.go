package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"tocsin/store"
)

func testCommitPoll(t *testing.T, open opener) {
	const a, b = "https://a.example/feed", "https://b.example/feed"
	cases{
		"the feed's row is as the poll says": func(t *testing.T, w *world) {
			w.subscribed(a)
			want := store.Feed{URL: a, Location: "https://moved.example", Title: "A", ETag: `"e"`, LastModified: "l",
				Digest: "d", TTL: time.Minute, SkipHours: 1<<24 - 1, SkipDays: 1<<7 - 1,
				NextPoll: at(9), Polled: at(1), Begun: at(-3), Succeeded: at(2), Delivered: at(1), Failures: 4, Problem: "p", Gone: true,
				Health: []byte(`{"gaps": 3}`)}
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: want}, nil))
			w.is(w.feeds()[a], want, "the feed")
		},
		"the feed's row can become blank again": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: store.Feed{
				URL: a, Location: "l", Title: "A", ETag: "e", LastModified: "l", Digest: "d", Problem: "p", Failures: 1, Polled: at(0),
				TTL: time.Hour, SkipHours: 1, SkipDays: 1, Delivered: at(0), Health: []byte("{}")}}, nil))
			w.claimFeeds(me, 0)
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: store.Feed{URL: a}}, nil))
			w.is(w.feeds()[a], store.Feed{URL: a}, "the feed")
		},
		"only the polled feed changes": func(t *testing.T, w *world) {
			w.subscribe(a, b)
			w.claimFeeds(me, 0)
			w.ok(w.CommitPoll(w.ctx, poll(a, 7), nil))
			w.is(w.feeds()[b], store.Feed{URL: b, NextPoll: at(0)}, "the other feed")
			w.ok(w.CommitPoll(w.ctx, poll(b, 7), nil))
		},
		"committing a poll twice changes nothing the second time": func(t *testing.T, w *world) {
			w.subscribed(a)
			p := poll(a, 5, articles(a, 1, 2)...)
			w.ok(w.CommitPoll(w.ctx, p, deciding(alarm(p.Articles[0], "news"))))
			before := w.everything()
			w.leaseLost(w.CommitPoll(w.ctx, p, unexpected(t)))
			w.is(w.everything(), before, "the store")
		},
		"a poll without a lease changes nothing": func(t *testing.T, w *world) {
			w.subscribe(a)
			before := w.everything()
			w.leaseLost(w.CommitPoll(w.ctx, poll(a, 5, article(a, 1)), unexpected(t)))
			w.is(w.everything(), before, "the store")
		},
		"a poll of a feed that is not known changes nothing": func(t *testing.T, w *world) {
			w.leaseLost(w.CommitPoll(w.ctx, poll(a, 5, article(a, 1)), unexpected(t)))
			w.is(w.counts(), store.Counts{}, "counts")
		},
		"a poll with another's lease changes nothing": func(t *testing.T, w *world) {
			w.join("other")
			w.subscribed(a)
			before := w.everything()
			p := poll(a, 5, article(a, 1))
			p.Holder = "other"
			w.leaseLost(w.CommitPoll(w.ctx, p, unexpected(t)))
			w.is(w.everything(), before, "the store")
			p.Holder = me
			w.ok(w.CommitPoll(w.ctx, p, silent))
		},
		"a poll by nobody changes nothing": func(t *testing.T, w *world) {
			w.subscribe(a)
			p := poll(a, 5, article(a, 1))
			p.Holder = ""
			w.leaseLost(w.CommitPoll(w.ctx, p, unexpected(t)))
		},
		"a poll whose lease ran out and was taken changes nothing": func(t *testing.T, w *world) {
			w.join("other")
			w.subscribed(a)
			w.is(w.claimFeeds("other", 10), []string{a}, "feeds of the other")
			before := w.everything()
			w.leaseLost(w.CommitPoll(w.ctx, poll(a, 5, article(a, 1)), unexpected(t)))
			w.is(w.everything(), before, "the store")
			p := poll(a, 5, article(a, 1))
			p.Holder = "other"
			w.ok(w.CommitPoll(w.ctx, p, silent))
		},
		"a poll that is committed again ends no later lease of the same holder": func(t *testing.T, w *world) {
			w.subscribe(a)
			leased := func(minute int, found ...store.Article) store.Poll {
				feeds, err := w.ClaimDueFeeds(w.ctx, claim(me, minute))
				w.ok(err)
				w.is(feeds[0].Lease, at(minute+10), "the end of the lease")
				p := poll(a, minute+1, found...)
				p.Feed.Lease = feeds[0].Lease
				return p
			}
			unchanged := leased(0)
			w.ok(w.CommitPoll(w.ctx, unchanged, nil))
			news := leased(1, article(a, 1))
			w.leaseLost(w.CommitPoll(w.ctx, unchanged, nil))
			w.ok(w.CommitPoll(w.ctx, news, silent))
			last := leased(2)
			before := w.everything()
			w.leaseLost(w.CommitPoll(w.ctx, news, unexpected(t)))
			w.is(w.everything(), before, "the store")
			w.ok(w.CommitPoll(w.ctx, last, nil))
		},
		"an article that does not belong to the feed is a mistake": func(t *testing.T, w *world) {
			w.subscribed(a)
			stray := article(b, 1)
			misnamed := article(a, 1)
			misnamed.ID = "aaaaaaaaaaaaaaaa"
			for _, bad := range []store.Article{stray, misnamed} {
				if err := w.CommitPoll(w.ctx, poll(a, 5, article(a, 2), bad), silent); err == nil {
					t.Errorf("%+v is kept", bad)
				}
			}
			w.is(w.counts().Articles, 0, "articles")
			w.found(silent, a, article(a, 2))
		},
		"an alert about the feed itself is kept, whatever is new, and once": func(t *testing.T, w *world) {
			w.subscribed(a)
			notice := store.Alert{Story: store.NoticeID(a, "silent"), Route: "operators", Channel: "#ops",
				Content: []byte("{}"), Created: at(3), State: store.AlertPending}
			notice.ID = store.AlertID(notice.Story, notice.Route)
			for range 2 {
				p := poll(a, 0)
				p.Alerts = []store.Alert{notice}
				w.ok(w.CommitPoll(w.ctx, p, nil))
				w.is(w.claimFeeds(me, 0), []string{a}, "feeds claimed again")
			}
			x := article(a, 1)
			p := poll(a, 0, x)
			p.Alerts = []store.Alert{notice}
			p.Alerts[0].Created = at(9)
			w.ok(w.CommitPoll(w.ctx, p, deciding(alarm(x, "news"))))
			w.is(alertRoutes(w.alerts()), []string{"news", "operators"}, "alerts")
			w.is(alertRoutes(w.claimAlerts(me, 9)), []string{"operators", "news"}, "alerts to be said")
		},
		"an alert about the feed itself fails with its poll": func(t *testing.T, w *world) {
			w.subscribed(a)
			before := w.everything()
			p := poll(a, 5)
			p.Alerts = []store.Alert{{ID: "i", Story: "s", Route: "r", Created: at(0)}}
			if err := w.CommitPoll(w.ctx, p, nil); err == nil {
				t.Error("an alert without a state is kept")
			}
			w.is(w.everything(), before, "the store")
		},
		"polls at the same time are judged one after the other": func(t *testing.T, w *world) {
			const n = 16
			var urls []string
			for i := range n {
				urls = append(urls, fmt.Sprintf("https://%d.example/feed", i))
			}
			w.subscribe(urls...)
			w.claimFeeds(me, 0)
			var wg sync.WaitGroup
			for _, feed := range urls {
				wg.Go(func() {
					if err := w.CommitPoll(w.ctx, poll(feed, 5, article(feed, 1)), firstRings); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			c := w.counts()
			c.OldestPending = time.Time{}
			w.is(c, store.Counts{Feeds: n, Articles: n, Matches: 0, Stories: 1, Verdicts: n, Pending: 1}, "counts")
		},
	}.run(t, open)
}

// firstRings is a judge for whom all articles tell one story, which rings once.
func firstRings(ctx context.Context, fresh []store.Article, stories store.Stories) (store.Decision, error) {
	const key = "the one story"
	a := fresh[0]
	known, err := stories.WithKeys(ctx, []string{key}, at(-60))
	if err != nil {
		return store.Decision{}, err
	}
	story, outcome := a.ID, store.Queued
	if len(known) > 0 {
		story, outcome = known[0].ID, store.Joined
	}
	id := store.AlertID(story, "news")
	d := store.Decision{
		Reports:  []store.Report{{Story: story, Article: a.ID, Keys: []string{key}, At: at(0)}},
		Verdicts: []store.Verdict{{Article: a.ID, Rule: "rule", Route: "news", Outcome: outcome, Alert: id, At: at(0)}},
	}
	if outcome == store.Queued {
		d.Alerts = []store.Alert{{ID: id, Story: story, Route: "news", Created: at(0), State: store.AlertPending}}
	}
	return d, nil
}

func testJudge(t *testing.T, open opener) {
	const a, b = "https://a.example/feed", "https://b.example/feed"
	errRefused := errors.New("refused")
	cases{
		"the judge gets what is new, in order, each once": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.found(silent, a, articles(a, 2, 4)...)
			var got []store.Article
			w.found(func(_ context.Context, fresh []store.Article, _ store.Stories) (store.Decision, error) {
				got = fresh
				return store.Decision{}, nil
			}, a, articles(a, 5, 4, 3, 5, 2, 1, 3)...)
			w.is(got, articles(a, 5, 3, 1), "fresh articles")
			w.is(w.counts().Articles, 5, "articles")
		},
		"the judge is not called when nothing is new": func(t *testing.T, w *world) {
			w.subscribed(a)
			w.found(silent, a, articles(a, 1, 2)...)
			w.found(unexpected(t), a, articles(a, 2, 1)...)
			w.found(unexpected(t), a)
			w.found(nil, a)
		},
		"an article is known by its feed and its key": func(t *testing.T, w *world) {
			w.subscribe(a, b)
			w.claimFeeds(me, 0)
			w.ok(w.CommitPoll(w.ctx, poll(a, 5, article(a, 1)), silent))
			called := false
			w.ok(w.CommitPoll(w.ctx, poll(b, 5, article(b, 1)),
				func(context.Context, []store.Article, store.Stories) (store.Decision, error) {
					called = true
					return store.Decision{}, nil
				}))
			w.is(called, true, "judge called for the same key in another feed")
		},
		"of two articles with one ID the first is kept": func(t *testing.T, w *world) {
			w.subscribed(a)
			first, second := article(a, 1), article(a, 1)
			second.Title = "Another title"
			w.found(silent, a, first, second)
			w.is(w.history(first.ID).Article, first, "the article")
		},
		"a known article is left as it is": func(t *testing.T, w *world) {
			w.subscribed(a)
			was := article(a, 1)
			w.found(silent, a, was)
			changed := was
			changed.Title, changed.Body, changed.Seen = "Another title", "Another text", at(9)
			w.found(silent, a, changed)
			w.is(w.history(was.ID).Article, was, "the article")
		},
		"many articles at once are all kept": func(t *testing.T, w *world) {
			w.subscribed(a)
			var many []store.Article
			for i := range 3000 {
				many = append(many, article(a, i))
			}
			var got int
			w.found(func(_ context.Context, fresh []store.Article, _ store.Stories) (store.Decision, error) {
				got = len(fresh)
				return store.Decision{}, nil
			}, a, many...)
			w.is(got, len(many), "fresh articles")
			w.is(w.counts().Articles, len(many), "articles")
			w.found(unexpected(t), a, many...)
		},
		"what the judge decides is kept": func(t *testing.T, w *world) {
			x := w.alarmed("news", "policy")
			w.is(alertRoutes(w.alerts()), []string{"news", "policy"}, "alerts")
			want := alarm(x, "news", "policy")
			w.is(w.history(x.ID), store.History{Article: x, Story: x.ID, Matches: want.Matches,
				Verdicts: want.Verdicts, Alerts: want.Alerts}, "history")
		},
		"an error of the judge undoes everything and leaves the lease": func(t *testing.T, w *world) {
			w.subscribed(a)
			before := w.everything()
			p := poll(a, 5, articles(a, 1, 2)...)
			w.isError(w.CommitPoll(w.ctx, p,
				func(context.Context, []store.Article, store.Stories) (store.Decision, error) {
					return alarm(p.Articles[0], "news"), errRefused
				}), errRefused)
			w.is(w.everything(), before, "the store")
			w.is(w.claimFeeds(me, 1), []string(nil), "feeds, while the lease runs")
			w.ok(w.CommitPoll(w.ctx, p, silent))
			w.is(w.counts().Articles, 2, "articles")
		},
		"a decision about what is not there undoes everything": func(t *testing.T, w *world) {
			w.subscribed(a)
			before := w.everything()
			nowhere := article(a, 99)
			for what, d := range map[string]store.Decision{
				"match":   {Matches: []store.Match{{Article: nowhere.ID, Rule: "r"}}},
				"verdict": {Verdicts: []store.Verdict{{Article: nowhere.ID, Rule: "r", Outcome: store.NoRoute}}},
				"report":  report(nowhere, 0),
			} {
				if err := w.CommitPoll(w.ctx, poll(a, 5, article(a, 1)), deciding(d)); err == nil {
					t.Errorf("a %s of an article that is not there is kept", what)
				}
			}
			w.is(w.everything(), before, "the store")
		},
		"a decision may be about articles that were kept before": func(t *testing.T, w *world) {
			w.subscribe(a, b)
			w.claimFeeds(me, 0)
			old, older := article(a, 1), article(b, 1)
			w.ok(w.CommitPoll(w.ctx, poll(b, 5, older), silent))
			w.ok(w.CommitPoll(w.ctx, poll(a, 0, old), silent))
			w.claimFeeds(me, 0)
			var d store.Decision
			for _, x := range []store.Article{old, older} {
				one := alarm(x, "news")
				d.Reports = append(d.Reports, one.Reports...)
				d.Matches = append(d.Matches, one.Matches...)
				d.Verdicts = append(d.Verdicts, one.Verdicts...)
			}
			w.ok(w.CommitPoll(w.ctx, poll(a, 5, old, article(a, 2)), deciding(d)))
			for _, x := range []store.Article{old, older} {
				w.is(w.history(x.ID), store.History{Article: x, Story: x.ID, Matches: alarm(x).Matches,
					Verdicts: alarm(x, "news").Verdicts}, "history")
			}
		},
		"an alert without a state is a mistake": func(t *testing.T, w *world) {
			w.subscribed(a)
			d := alarm(article(a, 1), "news")
			d.Alerts[0].State = ""
			if err := w.CommitPoll(w.ctx, poll(a, 5, article(a, 1)), deciding(d)); err == nil {
				t.Error("it is kept, and would never be said")
			}
		},
		"a known alert is left as it is": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			before := w.alerts()
			again := alert(x, "news", 30)
			again.Channel, again.Content = "#elsewhere", []byte(`{"other":1}`)
			w.found(deciding(store.Decision{Alerts: []store.Alert{again}}), x.Feed, article(x.Feed, 2))
			w.is(w.alerts(), before, "alerts")
		},
		"a known alert that was sent stays sent": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			w.claimAlerts(me, 0)
			w.ok(w.RecordDelivery(w.ctx, sent(x, "news")))
			w.found(deciding(store.Decision{Alerts: []store.Alert{alert(x, "news", 0)}}), x.Feed, article(x.Feed, 2))
			w.is(w.alerts()[0].State, store.AlertSent, "the alert")
			w.is(len(w.claimAlerts(me, 60)), 0, "alerts to be said")
		},
		"a decision that repeats an alert keeps the first": func(t *testing.T, w *world) {
			w.subscribed(a)
			x := article(a, 1)
			d := alarm(x, "news")
			second := d.Alerts[0]
			second.Channel = "#elsewhere"
			d.Alerts = append(d.Alerts, second)
			w.found(deciding(d), a, x)
			w.is(len(w.alerts()), 1, "alerts")
			w.is(w.alerts()[0].Channel, "#news", "its channel")
		},
		"an alert is claimed only when its poll is committed": func(t *testing.T, w *world) {
			w.subscribed(a)
			x := article(a, 1)
			_ = w.CommitPoll(w.ctx, poll(a, 5, x),
				func(context.Context, []store.Article, store.Stories) (store.Decision, error) {
					return alarm(x, "news"), errRefused
				})
			w.is(len(w.claimAlerts(me, 0)), 0, "alerts")
		},
	}.run(t, open)
}

// sent says that me sent the alert of x on route at at(1).
func sent(x store.Article, route string) store.Delivery {
	return store.Delivery{
		Alert: store.AlertID(x.ID, route), Holder: me, At: at(1),
		State: store.AlertSent, Receipt: "C1:1.2",
	}
}

func testStories(t *testing.T, open opener) {
	const feed = "https://a.example/feed"
	// ask returns what a judge is told of stories with any of the keys.
	ask := func(w *world, n int, since time.Time, keys ...string) (got []store.Story) {
		w.t.Helper()
		w.found(func(ctx context.Context, _ []store.Article, stories store.Stories) (store.Decision, error) {
			var err error
			got, err = stories.WithKeys(ctx, keys, since)
			return store.Decision{}, err
		}, feed, article(feed, n))
		return got
	}
	one, two, three := article(feed, 1), article(feed, 2), article(feed, 3)
	cases{
		"a store without stories has none": func(t *testing.T, w *world) {
			w.subscribed(feed)
			w.is(ask(w, 1, time.Time{}, "k"), []store.Story(nil), "stories")
		},
		"a story is found by each of its keys, and by no other": func(t *testing.T, w *world) {
			w.subscribed(feed)
			w.found(deciding(report(one, 0, "k1", "k2")), feed, one)
			want := []store.Story{{ID: one.ID, Keys: []string{"k1", "k2"}, First: at(0), Last: at(0)}}
			w.is(ask(w, 10, time.Time{}, "k1"), want, "by the first")
			w.is(ask(w, 11, time.Time{}, "none", "k2"), want, "by the second")
			w.is(ask(w, 12, time.Time{}, "k1", "k2", "k1"), want, "by both, once")
			w.is(ask(w, 13, time.Time{}, "k", "K1", "k1 "), []store.Story(nil), "by others")
			w.is(ask(w, 14, time.Time{}), []store.Story(nil), "by none")
		},
		"the latest come first": func(t *testing.T, w *world) {
			w.subscribed(feed)
			w.found(deciding(report(one, 1, "k")), feed, one)
			w.found(deciding(report(two, 3, "k")), feed, two)
			w.found(deciding(report(three, 2, "k")), feed, three)
			var got []string
			for _, s := range ask(w, 10, time.Time{}, "k") {
				got = append(got, s.ID)
			}
			w.is(got, []string{two.ID, three.ID, one.ID}, "stories")
		},
		"a story counts while its last report is not before since": func(t *testing.T, w *world) {
			w.subscribed(feed)
			w.found(deciding(report(one, 5, "k")), feed, one)
			w.is(len(ask(w, 10, at(5), "k")), 1, "stories since then")
			w.is(len(ask(w, 11, at(5).Add(time.Microsecond), "k")), 0, "stories since later")
		},
		"a report adds keys, and moves first and last only outwards": func(t *testing.T, w *world) {
			w.subscribed(feed)
			w.found(deciding(report(one, 5, "b")), feed, one)
			join := func(a store.Article, minute int, keys ...string) {
				w.found(deciding(store.Decision{Reports: []store.Report{
					{Story: one.ID, Article: a.ID, Keys: keys, At: at(minute)}}}), feed, a)
			}
			join(two, 9, "a", "b")
			w.is(ask(w, 10, at(9), "b"), []store.Story{
				{ID: one.ID, Keys: []string{"a", "b"}, First: at(5), Last: at(9)}}, "after a later one, by the old key")
			join(three, 2, "c")
			w.is(ask(w, 11, at(9), "c"), []store.Story{
				{ID: one.ID, Keys: []string{"a", "b", "c"}, First: at(2), Last: at(9)}}, "after an earlier one, by the new key")
			w.is(w.history(three.ID).Story, one.ID, "the story of the third article")
		},
		"a report without keys makes a story that is not found": func(t *testing.T, w *world) {
			w.subscribed(feed)
			w.found(deciding(report(one, 0)), feed, one)
			w.is(w.counts().Stories, 1, "stories")
			w.is(w.history(one.ID).Story, one.ID, "the story of the article")
		},
		"a story knows where an alert of it was raised": func(t *testing.T, w *world) {
			w.subscribed(feed)
			w.found(deciding(alarm(one, "policy", "news")), feed, one)
			w.is(ask(w, 10, at(0), "key of "+one.ID)[0].Raised, []store.Raised{
				{Route: "news", Alert: store.AlertID(one.ID, "news"), State: store.AlertPending},
				{Route: "policy", Alert: store.AlertID(one.ID, "policy"), State: store.AlertPending},
			}, "alerts raised")
		},
		"of what is told in threads only, a story knows in which": func(t *testing.T, w *world) {
			w.subscribed(feed)
			d := alarm(one, "news", "policy")
			d.Alerts[0].Kind, d.Alerts[0].Follows, d.Alerts[0].Severity = store.AlertReply, "another", "low"
			again := alert(one, "policy", 7)
			again.ID, again.Severity = store.AlertID(one.ID, "policy", "high"), "high"
			reply := alert(one, "policy", 9)
			reply.ID, reply.Kind, reply.Follows = store.AlertID(one.ID, "policy", "report"), store.AlertReply, again.ID
			d.Alerts = append(d.Alerts, again, reply)
			w.found(deciding(d), feed, one)
			w.is(ask(w, 10, at(0), "key of "+one.ID)[0].Raised, []store.Raised{
				{Route: "news", Alert: "another", Severity: "low", State: store.AlertPending},
				{Route: "policy", Alert: again.ID, Severity: "high", State: store.AlertPending},
			}, "alerts raised")
		},
		"of a key's stories the latest are found": func(t *testing.T, w *world) {
			w.subscribed(feed)
			const all = store.StoriesPerKey + 2
			for n := range all {
				w.found(deciding(report(article(feed, n), n, "k", fmt.Sprint("k", n))), feed, article(feed, n))
			}
			got := ask(w, all, time.Time{}, "k")
			w.is(len(got), store.StoriesPerKey, "stories")
			w.is(got[0].ID, article(feed, all-1).ID, "the first of them")
			w.is(got[len(got)-1].ID, article(feed, 2).ID, "the last of them")
			w.is(len(ask(w, all+1, time.Time{}, "k", "k0")), store.StoriesPerKey+1, "stories by another key as well")
		},
		"a story has the signature that its latest report with one gave it": func(t *testing.T, w *world) {
			w.subscribed(feed)
			signature := func(n int) []byte { return ask(w, n, time.Time{}, "k")[0].Signature }
			tell := func(a store.Article, signature []byte) {
				w.found(deciding(store.Decision{Reports: []store.Report{
					{Story: one.ID, Article: a.ID, Keys: []string{"k"}, At: at(0), Signature: signature}}}), feed, a)
			}
			tell(one, nil)
			w.is(signature(10), []byte(nil), "signature without one")
			tell(two, []byte{0, 255, 'a', 0})
			w.is(signature(11), []byte{0, 255, 'a', 0}, "signature")
			tell(three, nil)
			w.is(signature(12), []byte{0, 255, 'a', 0}, "signature after a report without one")
			tell(article(feed, 4), []byte{7})
			w.is(signature(13), []byte{7}, "signature after another")
		},
		"the stories with a key are counted, up to a number": func(t *testing.T, w *world) {
			w.subscribed(feed)
			w.found(deciding(report(one, 1, "a", "b")), feed, one)
			w.found(deciding(report(two, 2, "a")), feed, two)
			w.found(deciding(report(three, 3, "a")), feed, three)
			var counts [][]int
			w.found(func(ctx context.Context, _ []store.Article, stories store.Stories) (store.Decision, error) {
				for _, c := range []struct {
					since time.Time
					most  int
				}{{at(0), 10}, {at(2), 10}, {at(0), 2}} {
					n, err := stories.Count(ctx, []string{"a", "none", "b"}, c.since, c.most)
					if err != nil {
						return store.Decision{}, err
					}
					counts = append(counts, n)
				}
				none, err := stories.Count(ctx, nil, time.Time{}, 10)
				w.is(len(none), 0, "counts of no keys")
				return store.Decision{}, err
			}, feed, article(feed, 10))
			w.is(counts, [][]int{{3, 0, 1}, {2, 0, 0}, {2, 0, 1}}, "all, since the second, at most two")
		},
		"a poll that failed told no story": func(t *testing.T, w *world) {
			w.subscribed(feed)
			_ = w.CommitPoll(w.ctx, poll(feed, 0, one),
				func(context.Context, []store.Article, store.Stories) (store.Decision, error) {
					return report(one, 0, "k"), errors.New("refused")
				})
			w.is(len(ask(w, 10, time.Time{}, "k")), 0, "stories")
		},
		"keys may hold anything": func(t *testing.T, w *world) {
			w.subscribed(feed)
			w.found(deciding(report(one, 0, oddStrings...)), feed, one)
			for i, key := range oddStrings {
				if len(ask(w, 10+i, at(0), key)) != 1 {
					t.Errorf("the story is not found by %.40q", key)
				}
			}
		},
	}.run(t, open)
}
