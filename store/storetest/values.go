package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"tocsin/store"
)

// oddStrings are what feeds hold, and what databases like to stumble over.
var oddStrings = []string{
	"",
	" ",
	"\x00",
	"before\x00after",
	"\xff\xfe not UTF-8 \xc3",
	"half a surrogate \xed\xa0\x80",
	"👩‍👩‍👧 e\u0301 ﷺ",
	"\u202eright to left",
	"\ufeffmark and \ufffd replacement",
	"O'Brien; DROP TABLE articles; --",
	`"quoted" \ and % and _`,
	"a,b\r\n\tc",
	"null",
	"12e3",
	"2026-03-01 12:00:00",
	strings.Repeat("long ", 200_000), // a million bytes
}

// oddTimes are all that is told apart: the zero time, and the microsecond.
var oddTimes = []time.Time{
	{},
	time.Unix(0, 0).UTC(),
	time.Unix(-1, 0).UTC(),
	time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC),
	time.Date(1815, 12, 10, 0, 0, 0, 0, time.UTC),
	time.Date(2026, 3, 1, 23, 59, 59, 999_999_000, time.UTC),
	time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
}

func testValues(t *testing.T, open opener) {
	const feed = "https://a.example/feed"
	cases{
		"an article's strings come back byte for byte": func(t *testing.T, w *world) {
			w.subscribed(feed)
			for _, s := range oddStrings {
				a := store.Article{ID: store.ArticleID(feed, s), Feed: feed, Key: s, URL: s, Title: s, Summary: s,
					Body: s, Author: s, Language: s, Categories: []string{s, "plain", s}, Seen: at(0)}
				var judged []store.Article
				w.found(func(_ context.Context, fresh []store.Article, _ store.Stories) (store.Decision, error) {
					judged = fresh
					return store.Decision{}, nil
				}, feed, a)
				w.is(judged, []store.Article{a}, "the article as judged")
				w.is(w.history(a.ID).Article, a, "the article as kept")
				w.found(unexpected(t), feed, a)
			}
		},
		"categories may be none, and may be empty": func(t *testing.T, w *world) {
			w.subscribed(feed)
			for i, categories := range [][]string{nil, {""}, {"", ""}, {",", `"`, `\`}} {
				a := article(feed, i)
				a.Categories = categories
				w.found(silent, feed, a)
				w.is(w.history(a.ID).Article.Categories, categories, "categories")
			}
		},
		"a feed's strings come back byte for byte": func(t *testing.T, w *world) {
			for _, s := range oddStrings {
				w.subscribe(feed + s)
				w.is(w.claimFeeds(me, 0), []string{feed + s}, "claimed")
				want := store.Feed{URL: feed + s, Location: s, Title: s, ETag: s, LastModified: s, Digest: s, Problem: s, NextPoll: at(0), Health: []byte(s)}
				w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: want}, nil))
				w.is(w.feeds(), map[string]store.Feed{feed + s: want}, "feeds")
			}
		},
		"what is decided comes back byte for byte": func(t *testing.T, w *world) {
			w.subscribed(feed)
			for i, s := range oddStrings {
				if s == "" {
					continue // a rule and a route have names
				}
				a := article(feed, i)
				d := report(a, i, s)
				d.Matches = []store.Match{{Article: a.ID, Rule: s, Theme: s, Severity: s, Status: s, Evidence: []byte(s)}}
				d.Verdicts = []store.Verdict{{Article: a.ID, Rule: s, Route: s, Outcome: store.Outcome(s), Alert: s, At: at(i)}}
				d.Alerts = []store.Alert{{ID: store.AlertID(a.ID, s), Story: a.ID, Route: s, Channel: s, Severity: s,
					Content: []byte(s), Created: at(i), State: store.AlertPending, NextTry: at(0)}}
				w.found(deciding(d), feed, a)
				w.is(w.history(a.ID), store.History{Article: a, Story: a.ID, Matches: d.Matches, Verdicts: d.Verdicts, Alerts: d.Alerts}, "history")
				got, err := w.Alerts(w.ctx, at(i))
				w.ok(err)
				w.is(got, d.Alerts, "alerts")
			}
		},
		"what became of an alert comes back byte for byte": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			for _, s := range oddStrings {
				w.claimAlerts(me, 0)
				d := again(x, "news", 0, false)
				d.Problem = s
				w.ok(w.RecordDelivery(w.ctx, d))
				w.is(w.alerts()[0].Problem, s, "problem")
			}
			w.claimAlerts(me, 0)
			d := sent(x, "news")
			d.Receipt = oddStrings[3]
			w.ok(w.RecordDelivery(w.ctx, d))
			w.is(w.alerts()[0].Receipt, oddStrings[3], "receipt")
		},
		"times come back as given": func(t *testing.T, w *world) {
			w.subscribed(feed)
			for i, at := range oddTimes {
				a := article(feed, i)
				a.Published, a.Updated, a.Seen = at, at, at
				d := report(a, 0, "k")
				d.Reports[0].At = at
				d.Verdicts = []store.Verdict{{Article: a.ID, Rule: "r", Outcome: store.NoRoute, At: at}}
				w.found(deciding(d), feed, a)
				h := w.history(a.ID)
				w.is(h.Article, a, "article")
				w.is(h.Verdicts, d.Verdicts, "verdicts")
				var told []store.Story
				w.found(func(ctx context.Context, _ []store.Article, stories store.Stories) (_ store.Decision, err error) {
					told, err = stories.WithKeys(ctx, []string{"k"}, at)
					return store.Decision{}, err
				}, feed, article(feed, 100+i))
				w.is(told[len(told)-1], store.Story{ID: a.ID, Keys: []string{"k"}, First: at, Last: at}, "story")
			}
		},
		"a feed's and an alert's times come back as given": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			for _, at := range oddTimes {
				want := store.Feed{URL: x.Feed, NextPoll: at, Polled: at, Begun: at, Succeeded: at, Delivered: at}
				far := store.Claim{Holder: me, Now: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), Lease: time.Second, Limit: 1}
				w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: want}, nil))
				w.is(w.feeds()[x.Feed], want, "feed")
				w.is(w.urls(w.ClaimDueFeeds(w.ctx, far)), []string{x.Feed}, "claimed")

				_, err := w.ClaimAlerts(w.ctx, far)
				w.ok(err)
				d := again(x, "news", 0, false)
				d.NextTry = at
				w.ok(w.RecordDelivery(w.ctx, d))
				w.is(w.alerts()[0].NextTry, at, "next try")
			}
		},
		"times are kept to the microsecond, in UTC": func(t *testing.T, w *world) {
			berlin := time.FixedZone("CET", 3600)
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{
				{URL: feed, FirstPoll: time.Date(2026, 3, 1, 13, 0, 0, 123_456_789, berlin)}}))
			w.is(w.feeds()[feed].NextPoll, at(0).Add(123_456*time.Microsecond), "next poll")
			if zone := w.feeds()[feed].NextPoll.Location(); zone != time.UTC {
				t.Errorf("the time is in %v", zone)
			}
		},
		"numbers may be large": func(t *testing.T, w *world) {
			w.subscribed(feed)
			const most = 1<<31 - 1
			w.ok(w.CommitPoll(w.ctx, store.Poll{Holder: me, Feed: store.Feed{URL: feed, Failures: most}}, nil))
			w.is(w.feeds()[feed].Failures, most, "failures")
		},
	}.run(t, open)
}
