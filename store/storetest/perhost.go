package storetest

import (
	"fmt"
	"testing"
	"time"

	"tocsin/store"
)

func testPerHost(t *testing.T, open opener) {
	const (
		a1, a2, a3, a4 = "https://a.example/1", "https://a.example/2", "https://a.example/3", "https://a.example/4"
		b1, b2         = "https://b.example/1", "https://b.example/2"
	)
	cases{
		"feeds beyond the number of their host wait, and others go before them": func(t *testing.T, w *world) {
			w.subscribe(a1, a2, a3, b1, a4)
			w.is(w.claimPerHost(me, 0, 2), []string{a1, a2, b1}, "feeds")
			w.is(w.claimPerHost(me, 1, 2), []string(nil), "feeds while these are leased")
		},
		"of a host's feeds the longest due come first": func(t *testing.T, w *world) {
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{
				{URL: a1, FirstPoll: at(3)}, {URL: b1, FirstPoll: at(4)}, {URL: a2, FirstPoll: at(1)}, {URL: a3, FirstPoll: at(2)}}))
			w.is(w.claimPerHost(me, 9, 2), []string{a2, a3, b1}, "feeds")
		},
		"what others hold counts": func(t *testing.T, w *world) {
			w.join("other")
			w.subscribe(a1, a2, b1)
			w.is(w.claimPerHost("other", 0, 1), []string{a1, b1}, "feeds of the other")
			w.is(w.claimPerHost(me, 1, 1), []string(nil), "feeds")
			w.is(w.claimPerHost(me, 1, 2), []string{a2}, "feeds where there is room for two")
		},
		"what was claimed for any number counts": func(t *testing.T, w *world) {
			w.subscribe(a1, a2, a3)
			w.is(w.claimFeeds(me, 0), []string{a1, a2, a3}, "feeds at first")
			w.subscribe(a1, a2, a3, a4, b1)
			w.is(w.claimPerHost(me, 1, 2), []string{b1}, "feeds while three are leased")
			w.ok(w.CommitPoll(w.ctx, poll(a1, 90), nil))
			w.is(w.claimPerHost(me, 2, 2), []string(nil), "feeds while two are")
			w.ok(w.CommitPoll(w.ctx, poll(a2, 90), nil))
			w.is(w.claimPerHost(me, 3, 2), []string{a4}, "feeds while one is")
		},
		"zero means any number": func(t *testing.T, w *world) {
			w.subscribe(a1, a2, a3, a4)
			w.is(w.claimPerHost(me, 0, 0), []string{a1, a2, a3, a4}, "feeds")
		},
		"a committed poll makes room": func(t *testing.T, w *world) {
			w.subscribe(a1, a2)
			w.is(w.claimPerHost(me, 0, 1), []string{a1}, "feeds at first")
			w.ok(w.CommitPoll(w.ctx, poll(a1, 0), nil))
			w.is(w.claimPerHost(me, 1, 1), []string{a1}, "feeds then")
			w.ok(w.CommitPoll(w.ctx, poll(a1, 5), nil))
			w.is(w.claimPerHost(me, 2, 1), []string{a2}, "feeds when the first is due later")
		},
		"a lease that ends makes room, not before": func(t *testing.T, w *world) {
			w.join("other")
			w.subscribe(a1, a2, b1)
			w.is(w.claimPerHost("other", 0, 1), []string{a1, b1}, "feeds of the other")
			w.is(w.claimPerHost(me, 9, 1), []string(nil), "feeds within the lease")
			w.is(w.claimPerHost(me, 10, 2), []string{a1, a2, b1}, "feeds at its end")
		},
		"a worker that leaves makes room": func(t *testing.T, w *world) {
			leave := w.join("other")
			w.subscribe(a1, a2)
			w.is(w.claimPerHost("other", 0, 1), []string{a1}, "feeds of the other")
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: a2}}))
			w.is(w.claimPerHost(me, 1, 1), []string(nil), "feeds before")
			w.ok(leave())
			w.is(w.claimPerHost(me, 1, 1), []string{a2}, "feeds after")
		},
		"a feed that nobody wants any more counts while it is leased": func(t *testing.T, w *world) {
			w.subscribe(a1)
			w.is(w.claimPerHost(me, 0, 1), []string{a1}, "feeds at first")
			w.subscribe(a2)
			w.is(w.claimPerHost(me, 1, 1), []string(nil), "feeds while it is leased")
			w.ok(w.CommitPoll(w.ctx, poll(a1, 0), nil))
			w.is(w.claimPerHost(me, 1, 1), []string{a2}, "feeds then")
		},
		"a feed that moved counts at the host where it is": func(t *testing.T, w *world) {
			w.subscribed(a1)
			moved := poll(a1, 0)
			moved.Feed.Location = b2
			w.ok(w.CommitPoll(w.ctx, moved, nil))
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{
				{URL: a1}, {URL: a2, FirstPoll: at(1)}, {URL: b1, FirstPoll: at(2)}}))
			w.is(w.claimPerHost(me, 9, 1), []string{a1, a2}, "feeds")
			w.ok(w.CommitPoll(w.ctx, poll(a1, 90), nil)) // back to its URL
			w.is(w.claimPerHost(me, 9, 1), []string{b1}, "feeds when the new host is free")
			w.ok(w.MakeDue(w.ctx, at(9), a1))
			w.is(w.claimPerHost(me, 9, 1), []string(nil), "feeds while the old host is busy")
		},
		"two ports are two hosts": func(t *testing.T, w *world) {
			w.subscribe(a1, "https://a.example:8443/2", "https://a.example:8443/3")
			w.is(w.claimPerHost(me, 0, 1), []string{a1, "https://a.example:8443/2"}, "feeds")
		},
		"two schemes are two hosts, as their ports differ": func(t *testing.T, w *world) {
			w.subscribe("http://a.example/1", a2)
			w.is(w.claimPerHost(me, 0, 1), []string{"http://a.example/1", a2}, "feeds")
		},
		"a port that goes without saying is the same said or not": func(t *testing.T, w *world) {
			w.subscribe(a1, "https://a.example:443/2", "http://b.example/1", "http://b.example:80/2")
			w.is(w.claimPerHost(me, 0, 1), []string{"http://b.example/1", a1}, "feeds")
		},
		"a host is the same in upper case, and for every user": func(t *testing.T, w *world) {
			w.subscribe(a1, "HTTPS://A.Example/2", "https://me:word@a.example/3")
			w.is(w.claimPerHost(me, 0, 1), []string{a1}, "feeds")
		},
		"another name is another host": func(t *testing.T, w *world) {
			w.subscribe(a1, "https://www.a.example/1")
			w.is(w.claimPerHost(me, 0, 1), []string{a1, "https://www.a.example/1"}, "feeds")
		},
		"what waits for its host does not use up the limit": func(t *testing.T, w *world) {
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{
				{URL: a1, FirstPoll: at(1)}, {URL: a2, FirstPoll: at(2)}, {URL: a3, FirstPoll: at(3)},
				{URL: b1, FirstPoll: at(4)}, {URL: b2, FirstPoll: at(5)}, {URL: "https://c.example/1", FirstPoll: at(6)}}))
			ask := claim(me, 9)
			ask.PerHost, ask.Limit = 1, 2
			w.is(w.urls(w.ClaimDueFeeds(w.ctx, ask)), []string{a1, b1}, "feeds")
			w.is(w.urls(w.ClaimDueFeeds(w.ctx, ask)), []string{"https://c.example/1"}, "the rest")
		},
		"the limit is used up, though hosts become full on the way": func(t *testing.T, w *world) {
			var subs []store.Subscription
			for i, url := range []string{b1, a1, a2, a3, a4, "https://c.example/1", "https://d.example/1"} {
				subs = append(subs, store.Subscription{URL: url, FirstPoll: at(i)})
			}
			w.ok(w.SyncFeeds(w.ctx, subs))
			ask := claim(me, 9)
			ask.PerHost, ask.Limit = 2, 4
			w.is(w.urls(w.ClaimDueFeeds(w.ctx, ask)), []string{b1, a1, a2, "https://c.example/1"}, "feeds")
		},
		"a host with many feeds hides no other": func(t *testing.T, w *world) {
			subs := []store.Subscription{{URL: b1, FirstPoll: at(2)}}
			for i := range 1200 {
				subs = append(subs, store.Subscription{URL: fmt.Sprint("https://a.example/", i), FirstPoll: at(1)})
			}
			w.ok(w.SyncFeeds(w.ctx, subs))
			ask := claim(me, 9)
			ask.PerHost, ask.Limit = 2, 64
			got := w.urls(w.ClaimDueFeeds(w.ctx, ask))
			w.is(len(got), 3, "number of feeds")
			w.is(got[len(got)-1], b1, "the last of them")
			w.is(w.urls(w.ClaimDueFeeds(w.ctx, ask)), []string(nil), "feeds while these are leased")
		},
		"the limit holds over many hosts": func(t *testing.T, w *world) {
			// Ten feeds each, which are due one host after the other.
			var subs []store.Subscription
			for i := range 300 {
				subs = append(subs, store.Subscription{
					URL: fmt.Sprintf("https://%d.example/%d", i/10, i), FirstPoll: at(0).Add(time.Duration(i) * time.Millisecond)})
			}
			w.ok(w.SyncFeeds(w.ctx, subs))
			ask := claim(me, 1)
			ask.PerHost, ask.Limit = 2, 25
			var want []string
			for host := range 13 {
				want = append(want, subs[10*host].URL, subs[10*host+1].URL)
			}
			w.is(w.urls(w.ClaimDueFeeds(w.ctx, ask)), want[:25], "feeds")
			w.is(w.urls(w.ClaimDueFeeds(w.ctx, ask))[0], want[25], "the first of the next")
		},
		"a feed is claimed whatever its address holds": func(t *testing.T, w *world) {
			for i, s := range oddStrings {
				url := fmt.Sprint("https://", s, "/", i)
				w.subscribe(url)
				w.is(w.claimPerHost(me, 0, 1), []string{url}, "feeds")
				moved := poll(url, 0)
				moved.Feed.Location = "https://" + s
				w.ok(w.CommitPoll(w.ctx, moved, nil))
				w.is(w.claimPerHost(me, 0, 1), []string{url}, "feeds after it moved")
				w.ok(w.CommitPoll(w.ctx, poll(url, 0), nil))
			}
		},
		"four at once never get more of a host": func(t *testing.T, w *world) {
			var urls []string
			for i := range 200 {
				urls = append(urls, fmt.Sprintf("https://%d.example/%d", i%4, i))
			}
			w.subscribe(urls...)
			got := contend(w, func(ask store.Claim) ([]string, error) {
				ask.PerHost = 5
				feeds, err := w.ClaimDueFeeds(w.ctx, ask)
				return feedURLs(feeds), err
			})
			once(t, got, 20)
		},
	}.run(t, open)
}

// claimPerHost returns the URLs of the feeds that holder gets with at most so
// many of a host.
func (w *world) claimPerHost(holder string, minute, perHost int) []string {
	w.t.Helper()
	ask := claim(holder, minute)
	ask.PerHost = perHost
	return w.urls(w.ClaimDueFeeds(w.ctx, ask))
}
