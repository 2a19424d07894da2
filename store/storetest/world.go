package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tocsin/store"
)

// world is an empty store with one worker, and short words for what tests do.
// What fails unexpectedly ends the test.
type world struct {
	t *testing.T
	store.Store
	ctx context.Context
}

// me is the worker that every world begins with.
const me = "worker"

func newWorld(t *testing.T, open opener) *world {
	t.Helper()
	w := &world{t: t, Store: open(t), ctx: t.Context()}
	w.join(me)
	return w
}

// join makes holder a worker until the test ends, or until leave is called.
func (w *world) join(holder string) (leave func() error) {
	w.t.Helper()
	leave, err := w.Join(w.ctx, holder)
	w.ok(err)
	w.t.Cleanup(func() { leave() })
	return leave
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// is fails the test where got is not want.
func (w *world) is(got, want any, what string) {
	w.t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), jsonAsText); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// jsonAsText compares JSON as the text that it is; byte by byte takes seconds
// for a megabyte.
var jsonAsText = cmp.FilterValues(
	func(x, y json.RawMessage) bool { return len(x) > 0 || len(y) > 0 },
	cmp.Transformer("text", func(m json.RawMessage) string { return string(m) }))

// at is a time of the tests' own day.
func at(minute int) time.Time {
	return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(minute) * time.Minute)
}

// subscribe makes the feeds the subscribed ones, each new one due at at(0).
func (w *world) subscribe(urls ...string) {
	w.t.Helper()
	var subs []store.Subscription
	for _, u := range urls {
		subs = append(subs, store.Subscription{URL: u, FirstPoll: at(0)})
	}
	w.ok(w.SyncFeeds(w.ctx, subs))
}

// claim is what holder asks for at a minute: all there is, for ten minutes.
func claim(holder string, minute int) store.Claim {
	return store.Claim{Holder: holder, Now: at(minute), Lease: 10 * time.Minute, Limit: 1000}
}

// claimFeeds returns the URLs of the feeds that holder gets.
func (w *world) claimFeeds(holder string, minute int) (urls []string) {
	w.t.Helper()
	return w.urls(w.ClaimDueFeeds(w.ctx, claim(holder, minute)))
}

// urls is what a call returned, by the feeds' URLs.
func (w *world) urls(feeds []store.Feed, err error) []string {
	w.t.Helper()
	w.ok(err)
	return feedURLs(feeds)
}

func feedURLs(feeds []store.Feed) (urls []string) {
	for _, f := range feeds {
		urls = append(urls, f.URL)
	}
	return urls
}

// claimAlerts returns the alerts that holder gets.
func (w *world) claimAlerts(holder string, minute int) []store.Alert {
	w.t.Helper()
	alerts, err := w.ClaimAlerts(w.ctx, claim(holder, minute))
	w.ok(err)
	return alerts
}

func alertRoutes(alerts []store.Alert) (routes []string) {
	for _, a := range alerts {
		routes = append(routes, a.Route)
	}
	return routes
}

// feeds returns the subscribed feeds by URL.
func (w *world) feeds() map[string]store.Feed {
	w.t.Helper()
	all, err := w.Feeds(w.ctx)
	w.ok(err)
	byURL := make(map[string]store.Feed)
	for _, f := range all {
		byURL[f.URL] = f
	}
	return byURL
}

// alerts returns all alerts, oldest first.
func (w *world) alerts() []store.Alert {
	w.t.Helper()
	all, err := w.Alerts(w.ctx, time.Time{})
	w.ok(err)
	return all
}

func (w *world) counts() store.Counts {
	w.t.Helper()
	c, err := w.Counts(w.ctx)
	w.ok(err)
	return c
}

func (w *world) history(id string) store.History {
	w.t.Helper()
	h, err := w.History(w.ctx, id)
	w.ok(err)
	return h
}

// everything is all that a reader can see, to hold that nothing was changed.
func (w *world) everything() any {
	w.t.Helper()
	feeds, alerts, err := w.NextDue(w.ctx)
	w.ok(err)
	return []any{w.feeds(), w.alerts(), w.counts(), feeds, alerts}
}

// article is the nth article of a feed.
func article(feed string, n int) store.Article {
	key := fmt.Sprintf("key-%d", n)
	return store.Article{
		ID: store.ArticleID(feed, key), Feed: feed, Key: key,
		URL: fmt.Sprintf("https://site.example/%d", n), Title: fmt.Sprintf("Title %d", n),
		Seen: at(0),
	}
}

func articles(feed string, ns ...int) (all []store.Article) {
	for _, n := range ns {
		all = append(all, article(feed, n))
	}
	return all
}

// poll is a poll of feed by me that found these articles; the feed is due again
// at the minute.
func poll(feed string, again int, found ...store.Article) store.Poll {
	return store.Poll{
		Holder:   me,
		Feed:     store.Feed{URL: feed, NextPoll: at(again)},
		Articles: found,
	}
}

// subscribed makes feed the one feed, and claims it for me.
func (w *world) subscribed(feed string) {
	w.t.Helper()
	w.subscribe(feed)
	w.is(w.claimFeeds(me, 0), []string{feed}, "claimed feeds")
}

// found commits what me found in a feed that it just claimed, and claims the
// feed again, as often as it likes.
func (w *world) found(judge store.Judge, feed string, found ...store.Article) {
	w.t.Helper()
	w.ok(w.CommitPoll(w.ctx, poll(feed, 0, found...), judge))
	w.is(w.claimFeeds(me, 0), []string{feed}, "feeds claimed again")
}

// deciding is a judge that decides d, whatever there is.
func deciding(d store.Decision) store.Judge {
	return func(context.Context, []store.Article, store.Stories) (store.Decision, error) { return d, nil }
}

// silent is a judge to whom nothing matters.
var silent = deciding(store.Decision{})

// report is a decision that puts an article into a story of its own.
func report(a store.Article, minute int, keys ...string) store.Decision {
	return store.Decision{Reports: []store.Report{{Story: a.ID, Article: a.ID, Keys: keys, At: at(minute)}}}
}

// alert is a new alert of an article's own story.
func alert(a store.Article, route string, created int) store.Alert {
	return store.Alert{
		ID: store.AlertID(a.ID, route), Story: a.ID, Route: route, Channel: "#" + route,
		Created: at(created), State: store.AlertPending,
	}
}

// alarm is a decision that reports an article and queues an alert for each
// route, created one minute after the other from at(0).
func alarm(a store.Article, routes ...string) store.Decision {
	d := report(a, 0, "key of "+a.ID)
	d.Matches = []store.Match{{Article: a.ID, Rule: "rule", Status: "live"}}
	for i, route := range routes {
		raised := alert(a, route, i)
		d.Alerts = append(d.Alerts, raised)
		d.Verdicts = append(d.Verdicts, store.Verdict{
			Article: a.ID, Rule: "rule", Route: route, Outcome: store.Queued, Alert: raised.ID, At: at(0),
		})
	}
	return d
}

// alarmed is a store in which an article of a feed, which me has claimed,
// raised an alert on each of the routes.
func (w *world) alarmed(routes ...string) store.Article {
	w.t.Helper()
	const feed = "https://alarm.example/feed"
	a := article(feed, 1)
	w.subscribed(feed)
	w.found(deciding(alarm(a, routes...)), feed, a)
	return a
}

// isError fails the test unless err is want.
func (w *world) isError(err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("error is %v, want %v", err, want)
	}
}
