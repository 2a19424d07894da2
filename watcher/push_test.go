package watcher

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/store"
	"tocsin/watcher/feed"
	"tocsin/watcher/websub"
)

func TestAHubsNewsRingWithoutAPoll(t *testing.T) {
	t.Parallel()
	pushBubble(t, "0 * * * *", func(t *testing.T, w *pushWorld) {
		w.during(1, func() {
			before, polls := w.feed(paperURL), w.polls()
			w.paper.print("A bell rings in town")
			if codes := w.hub.publish(w.paper.document()); !slices.Equal(codes, []int{202}) {
				t.Errorf("answered %v", codes)
			}
			time.Sleep(time.Second)
			want := []string{"#noise A bell rings in town"}
			if diff := cmp.Diff(want, w.saidNow()); diff != "" || w.polls() != polls {
				t.Errorf("%d polls more; said (-want +got):\n%s", w.polls()-polls, diff)
			}
			// Its validators, its next poll and all the rest are the server's; only how
			// often it has news is the feed's.
			after := w.feed(paperURL)
			if bytes.Equal(after.Health, before.Health) {
				t.Error("the feed's health knows nothing of the news")
			}
			after.Health = before.Health
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("the feed changed:\n%s", diff)
			}
			w.hub.publish(w.paper.document()) // a replay
			time.Sleep(time.Hour)
			if diff := cmp.Diff(want, w.saidNow()); diff != "" || w.polls() != polls+1 {
				t.Errorf("%d polls more; said (-want +got):\n%s", w.polls()-polls, diff)
			}
			if n := w.counts().Articles; n != 2 {
				t.Errorf("%d articles, want the old one and the new one", n)
			}
			if p := w.push(); p.Streak != 1 || p.State != store.PushVerified {
				t.Errorf("the push is %+v", p)
			}
		})
	})
}

// feed is a feed as it is kept.
func (w *world) feed(url string) store.Feed {
	w.t.Helper()
	f, err := w.store.Feed(context.Background(), url)
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

func TestPollsAreRareWhileTheHubBringsAll(t *testing.T) {
	t.Parallel()
	pushBubble(t, "*/10 * * * *", func(t *testing.T, w *pushWorld) {
		pollsIn := func(d time.Duration) int {
			before := w.polls()
			time.Sleep(d)
			return w.polls() - before
		}
		w.hub.lease = "864000"
		w.during(1, func() {
			for n := range proof {
				if polls := pollsIn(12 * time.Minute); polls < 1 {
					t.Errorf("%d polls in twelve minutes after %d deliveries", polls, n)
				}
				w.paper.print(fmt.Sprintf("A bell rings for the %dth time in town", n))
				w.hub.publish(w.paper.document())
			}
			time.Sleep(10 * time.Minute) // the poll that is due already
			if polls := pollsIn(2 * time.Hour); polls < 1 || polls > 3 {
				t.Errorf("%d polls in two hours, want one an hour", polls)
			}
			w.paper.print("A whistle blows that no hub brings")
			time.Sleep(time.Hour + 10*time.Minute)
			if polls := pollsIn(30 * time.Minute); polls < 2 {
				t.Errorf("%d polls in half an hour after the hub missed something", polls)
			}
			if said := w.saidNow(); !slices.Contains(said, "#noise A whistle blows that no hub brings") || len(said) != proof+1 {
				t.Errorf("said %q", said)
			}
		})
	})
}

func TestPollsAreAsEverWhenALeaseEnds(t *testing.T) {
	t.Parallel()
	pushBubble(t, "*/10 * * * *", func(t *testing.T, w *pushWorld) {
		w.during(1, func() {
			for n := range proof {
				w.paper.print(fmt.Sprintf("A bell rings for the %dth time in town", n))
				w.hub.publish(w.paper.document())
			}
			w.hub.mu.Lock()
			w.hub.silent = true // it renews nothing
			w.hub.mu.Unlock()
			time.Sleep(time.Hour)
			before := w.polls()
			time.Sleep(30 * time.Minute)
			if polls := w.polls() - before; polls < 2 {
				t.Errorf("%d polls in half an hour without a lease", polls)
			}
		})
	})
}

func TestSubscriptionsAreRenewed(t *testing.T) {
	t.Parallel()
	pushBubble(t, "0 */6 * * *", func(t *testing.T, w *pushWorld) {
		w.during(1, func() {
			end := w.push().LeaseEnd
			for range 3 {
				time.Sleep(55 * time.Minute)
				if p := w.push(); p.State != store.PushVerified || !p.LeaseEnd.After(time.Now()) || !p.LeaseEnd.After(end) {
					t.Errorf("not renewed at %s: %+v", time.Now(), p)
				}
				end = w.push().LeaseEnd
			}
			if n := w.requests(); n < 4 || n > 5 {
				t.Errorf("%d requests in 165 minutes with leases of an hour", n)
			}
			w.hub.mu.Lock()
			defer w.hub.mu.Unlock()
			if len(w.hub.subs) != 1 {
				t.Errorf("%d subscriptions", len(w.hub.subs))
			}
		})
	})
}

func TestHubsWithFaults(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		hub      func(h *strictHub)
		minutes  int
		requests [2]int // at least, at most
		state    store.PushState
		lease    bool // it runs at the end
	}{
		"it refuses": {
			func(h *strictHub) {
				h.fail = func(int) error {
					return &feed.Error{Problem: feed.Status, Reason: "503 Service Unavailable", Code: 503}
				}
			}, 60, [2]int{3, 3}, store.PushWanted, false,
		},
		"it refuses, and says for how long": {
			func(h *strictHub) {
				later := time.Now().Add(150 * time.Minute)
				h.fail = func(int) error { return &feed.Error{Problem: feed.Status, Reason: "429", Code: 429, NotBefore: later} }
			}, 60, [2]int{1, 1}, store.PushWanted, false,
		},
		"it refuses, and then does it": {
			func(h *strictHub) {
				h.fail = func(n int) error {
					if n < 3 {
						return &feed.Error{Problem: feed.Timeout, Reason: "no answer within 30s"}
					}
					return nil
				}
				h.lease = "864000"
			}, 60, [2]int{3, 3}, store.PushVerified, true,
		},
		"it verifies nothing":         {func(h *strictHub) { h.silent = true }, 70, [2]int{2, 2}, store.PushWanted, false},
		"it verifies another topic":   {func(h *strictHub) { h.question = func(q url.Values) { q.Set("hub.topic", paperURL+"2") } }, 10, [2]int{1, 1}, store.PushWanted, false},
		"it verifies an end":          {func(h *strictHub) { h.question = func(q url.Values) { q.Set("hub.mode", "unsubscribe") } }, 10, [2]int{1, 1}, store.PushWanted, false},
		"it has no challenge":         {func(h *strictHub) { h.question = func(q url.Values) { q.Del("hub.challenge") } }, 10, [2]int{1, 1}, store.PushWanted, false},
		"it denies":                   {func(h *strictHub) { h.deny = true }, 40, [2]int{1, 1}, store.PushDenied, false},
		"its leases are of no time":   {func(h *strictHub) { h.lease = "0" }, 40, [2]int{1, 1}, store.PushVerified, false},
		"its leases are of no number": {func(h *strictHub) { h.lease = "for ever" }, 40, [2]int{1, 1}, store.PushVerified, false},
		"it says nothing of leases":   {func(h *strictHub) { h.question = func(q url.Values) { q.Del("hub.lease_seconds") } }, 40, [2]int{1, 1}, store.PushVerified, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pushBubble(t, "0 * * * *", func(t *testing.T, w *pushWorld) {
				tt.hub(w.hub)
				w.during(1, func() {
					time.Sleep(time.Duration(tt.minutes) * time.Minute)
					if n := w.requests(); n < tt.requests[0] || n > tt.requests[1] {
						t.Errorf("%d requests in %d minutes, want %v", n, tt.minutes, tt.requests)
					}
					p := w.push()
					if p.State != tt.state || p.LeaseEnd.After(time.Now()) != tt.lease {
						t.Errorf("the push is %+v", p)
					}
					if n := w.polls(); n < 1+tt.minutes/60 {
						t.Errorf("%d polls in %d minutes", n, tt.minutes)
					}
				})
			})
		})
	}
}

func TestAVerificationIsNoUseTwice(t *testing.T) {
	t.Parallel()
	pushBubble(t, "0 * * * *", func(t *testing.T, w *pushWorld) {
		w.during(1, func() {
			p := w.push()
			w.hub.lease = "864000"
			for _, mode := range []string{"subscribe", "unsubscribe"} {
				if w.hub.verify(callback+p.Token, mode, p.Topic) {
					t.Errorf("a second %s is confirmed", mode)
				}
			}
			if diff := cmp.Diff(p, w.push()); diff != "" {
				t.Errorf("the push changed:\n%s", diff)
			}
		})
	})
}

func TestADenialEndsASubscriptionThatWas(t *testing.T) {
	t.Parallel()
	pushBubble(t, "0 */6 * * *", func(t *testing.T, w *pushWorld) {
		w.during(1, func() {
			p, polls := w.push(), w.polls()
			w.hub.get(callback+p.Token, url.Values{"hub.mode": {"denied"}, "hub.topic": {p.Topic}, "hub.reason": {"enough"}})
			time.Sleep(2 * time.Minute)
			if q := w.push(); q.State != store.PushDenied || q.Problem != `denied: "enough"` || w.polls() != polls+1 {
				t.Errorf("%d polls more; the push is %+v", w.polls()-polls, q)
			}
		})
	})
}

func TestASubscriptionEndsWithItsFeed(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(w *pushWorld){
		"the feed leaves the configuration": func(w *pushWorld) { w.feeds = nil },
		"the feed names no hub any more": func(w *pushWorld) {
			w.paper.noHub = true
			time.Sleep(hubRest)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pushBubble(t, "0 * * * *", func(t *testing.T, w *pushWorld) {
				w.during(1, func() {})
				p := w.push()
				leave(w)
				w.during(1, func() {
					time.Sleep(time.Minute)
					w.hub.mu.Lock()
					subs, modes := len(w.hub.subs), slices.Clone(w.hub.modes)
					w.hub.mu.Unlock()
					if subs != 0 || modes[len(modes)-1] != "unsubscribe" {
						t.Errorf("the hub was asked %q", modes)
					}
					if _, err := w.store.Push(context.Background(), p.Token); err == nil {
						t.Error("the push is still there")
					}
					if r := w.hub.send(httptest.NewRequest("POST", callback+p.Token, strings.NewReader("x"))); r.Code != 410 {
						t.Errorf("a delivery is answered %d", r.Code)
					}
				})
			})
		})
	}
}

func TestAnEndThatNoHubTakesIsGivenUp(t *testing.T) {
	t.Parallel()
	pushBubble(t, "0 */6 * * *", func(t *testing.T, w *pushWorld) {
		w.during(1, func() {})
		p := w.push()
		w.feeds, w.hub.fail = nil, func(int) error { return &feed.Error{Problem: feed.Timeout, Reason: "no answer within 30s"} }
		w.during(1, func() {
			time.Sleep(125 * time.Minute)
			if n := w.requests(); n != 1+maxEndings {
				t.Errorf("%d requests", n)
			}
			if _, err := w.store.Push(context.Background(), p.Token); err == nil {
				t.Error("the push is still there")
			}
		})
	})
}

// What one daemon has subscribed may reach any other.
func TestDaemonsShareSubscriptions(t *testing.T) {
	t.Parallel()
	pushBubble(t, "0 * * * *", func(t *testing.T, w *pushWorld) {
		w.during(3, func() {
			if n := w.requests(); n != 1 || w.push().State != store.PushVerified {
				t.Errorf("%d requests; the push is %+v", n, w.push())
			}
			var want []string
			for n := range 4 {
				title := fmt.Sprintf("A bell rings for the %dth time in town", n)
				w.paper.print(title)
				want = append(want, "#noise "+title)
				var publishing sync.WaitGroup
				for range 3 { // all at once, to each daemon
					publishing.Go(func() { w.hub.publish(w.paper.document()) })
				}
				publishing.Wait()
				time.Sleep(time.Minute)
			}
			time.Sleep(time.Hour)
			if diff := cmp.Diff(want, w.saidNow()); diff != "" {
				t.Errorf("said (-want +got):\n%s", diff)
			}
			if n := w.counts().Articles; n != 5 {
				t.Errorf("%d articles, want 5", n)
			}
		})
	})
}

func TestADeliveryThatCannotBeTakenIsPolled(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no feed": "<html>hello</html>", "a damaged one": "<rss><channel><item><title>A be", "nothing at all": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pushBubble(t, "0 */6 * * *", func(t *testing.T, w *pushWorld) {
				w.during(1, func() {
					w.paper.print("A bell rings in town")
					polls := w.polls()
					if codes := w.hub.publish([]byte(body)); !slices.Equal(codes, []int{202}) {
						t.Errorf("answered %v", codes)
					}
					time.Sleep(time.Minute)
					if w.polls() != polls+1 || len(w.saidNow()) != 1 {
						t.Errorf("%d polls more, said %q", w.polls()-polls, w.saidNow())
					}
				})
			})
		})
	}
}

func TestADeliveryWhileNoDaemonRunsIsPolledLater(t *testing.T) {
	t.Parallel()
	pushBubble(t, "0 */6 * * *", func(t *testing.T, w *pushWorld) {
		w.during(1, func() {})
		w.paper.print("A bell rings in town")
		if codes := w.hub.publish(w.paper.document()); !slices.Equal(codes, []int{202}) {
			t.Errorf("answered %v", codes)
		}
		w.during(1, func() {
			if len(w.saidNow()) != 1 {
				t.Errorf("said %q", w.saidNow())
			}
		})
	})
}

func TestADeliveryWaitsForAPollOfItsFeed(t *testing.T) {
	t.Parallel()
	pushBubble(t, "*/10 * * * *", func(t *testing.T, w *pushWorld) {
		w.paper.block = make(chan struct{})
		w.during(1, func() {
			for w.polls() < 2 { // which hangs
				time.Sleep(time.Second)
			}
			w.paper.print("A bell rings in town")
			start := time.Now()
			codes := w.hub.publish(w.paper.document())
			if took := time.Since(start); !slices.Equal(codes, []int{202}) || took > answerWithin+time.Second {
				t.Errorf("answered %v after %s", codes, took)
			}
			close(w.paper.block)
			time.Sleep(time.Minute)
			if len(w.saidNow()) != 1 || w.counts().Articles != 2 {
				t.Errorf("said %q, %d articles", w.saidNow(), w.counts().Articles)
			}
		})
	})
}

func TestABadSignatureBringsNothing(t *testing.T) {
	t.Parallel()
	pushBubble(t, "0 */6 * * *", func(t *testing.T, w *pushWorld) {
		w.during(1, func() {
			w.paper.print("A bell rings in town")
			polls := w.polls()
			w.hub.mu.Lock()
			for cb, sub := range w.hub.subs {
				w.hub.subs[cb] = hubSub{sub.topic, sub.secret + "?"}
			}
			w.hub.mu.Unlock()
			if codes := w.hub.publish(w.paper.document()); !slices.Equal(codes, []int{202}) {
				t.Errorf("answered %v", codes)
			}
			time.Sleep(10 * time.Minute)
			if w.polls() != polls || len(w.saidNow()) > 0 || w.counts().Articles != 1 {
				t.Errorf("%d polls more, said %q", w.polls()-polls, w.saidNow())
			}
		})
	})
}

func TestAnotherCallbackIsSubscribedAnew(t *testing.T) {
	t.Parallel()
	pushBubble(t, "0 */6 * * *", func(t *testing.T, w *pushWorld) {
		w.during(1, func() {})
		p := w.push()
		if err := w.store.SyncPushes(context.Background(), "https://old.example/", time.Now()); err != nil {
			t.Fatal(err)
		}
		w.during(1, func() {
			if q := w.push(); q.Token != p.Token || q.State != store.PushVerified || q.Callback != callback || w.requests() != 2 {
				t.Errorf("%d requests; the push is %+v", w.requests(), q)
			}
		})
	})
}

func TestWithoutPushNothingIsSubscribed(t *testing.T) {
	t.Parallel()
	pushBubble(t, "0 * * * *", func(t *testing.T, w *pushWorld) {
		w.run(time.Hour)
		if w.requests() != 0 || w.push() != (store.Push{}) {
			t.Errorf("%d requests, %+v", w.requests(), w.push())
		}
	})
}

var _ websub.Subscriber = subscriber{}
