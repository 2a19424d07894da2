package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"tocsin/store"
)

// testPushes holds what an engine does for pushes.
func testPushes(t *testing.T, open opener) {
	for name, test := range map[string]func() pushCases{
		"FoundHub":   foundHub,
		"SyncPushes": syncPushes,
		"requests":   pushRequests,
		"VerifyPush": verifyPush,
		"DenyPush":   denyPush,
		"deliveries": pushDeliveries,
		"ClaimFeed":  claimFeed,
		"PollBy":     pollBy,
		"cancelling": cancelPushes,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for sentence, test := range test() {
				t.Run(sentence, func(t *testing.T) {
					t.Parallel()
					test(&pushWorld{newWorld(t, open)})
				})
			}
		})
	}
}

type pushCases = map[string]func(w *pushWorld)

// pushWorld is a world whose feeds have hubs.
type pushWorld struct{ *world }

const (
	pushFeed  = "https://a.example/feed"
	pushFeed2 = "https://b.example/feed"
	callback  = "https://me.example/websub/"
)

// found is a push of a feed that was found at a minute.
func found(token, feed string, minute int) store.Push {
	return store.Push{Token: token, Feed: feed, Hub: "https://hub.example/", Topic: feed, Secret: "secret of " + token, Callback: callback, Found: at(minute)}
}

// pushed is a store with a feed that has a push with the token t, found at at(0).
func (w *pushWorld) pushed() store.Push {
	w.t.Helper()
	w.subscribe(pushFeed)
	p := found("t", pushFeed, 0)
	w.ok(w.FoundHub(w.ctx, p))
	p.State, p.NextTry = store.PushWanted, at(0)
	return p
}

// verified is a store with a feed whose push is verified until at(100), and due at
// at(80).
func (w *pushWorld) verified() store.Push {
	w.t.Helper()
	p := w.pushed()
	w.is(w.claimed(0), []string{"t"}, "claimed")
	w.ok(w.VerifyPush(w.ctx, confirmed(100)))
	w.ok(w.RecordPush(w.ctx, store.PushRequest{Token: "t", Holder: me}))
	p.State, p.LeaseEnd, p.NextTry = store.PushVerified, at(100), at(80)
	return p
}

// confirmed is a hub's confirmation of t until a minute.
func confirmed(until int) store.PushVerification {
	return store.PushVerification{Token: "t", Topic: pushFeed, LeaseEnd: at(until), NextTry: at(until - 20)}
}

// claimed returns the tokens of the pushes that me gets at a minute.
func (w *pushWorld) claimed(minute int) (tokens []string) {
	w.t.Helper()
	all, err := w.ClaimPushes(w.ctx, claim(me, minute))
	w.ok(err)
	for _, p := range all {
		tokens = append(tokens, p.Token)
	}
	return tokens
}

// hasPush fails the test unless the push with want's token is want.
func (w *pushWorld) hasPush(want store.Push) {
	w.t.Helper()
	got, err := w.Push(w.ctx, want.Token)
	w.ok(err)
	w.is(got, want, "push")
}

func (w *pushWorld) forgotten(token string) {
	w.t.Helper()
	_, err := w.Push(w.ctx, token)
	w.isError(err, store.ErrNotFound)
}

func foundHub() pushCases {
	return pushCases{
		"a feed's hub is wanted, and due at once": func(w *pushWorld) {
			p := w.pushed()
			w.hasPush(p)
			of, err := w.PushOf(w.ctx, pushFeed)
			w.ok(err)
			w.is(of, p, "push of the feed")
			next, err := w.NextPush(w.ctx)
			w.ok(err)
			w.is(next, at(0), "next push")
		},
		"the same hub found again is nothing": func(w *pushWorld) {
			p := w.verified()
			w.ok(w.FoundHub(w.ctx, found("u", pushFeed, 9)))
			w.hasPush(p)
			w.forgotten("u")
		},
		"another topic takes the place of the one before, which ends": func(w *pushWorld) {
			p := w.verified()
			q := found("u", pushFeed, 9)
			q.Topic += "?new"
			w.ok(w.FoundHub(w.ctx, q))
			q.State, q.NextTry = store.PushWanted, at(9)
			w.hasPush(q)
			p.State, p.NextTry = store.PushEnding, at(9)
			w.hasPush(p)
			of, err := w.PushOf(w.ctx, pushFeed)
			w.ok(err)
			w.is(of.Token, "u", "push of the feed")
			w.is(w.claimed(9), []string{"t", "u"}, "claimed")
		},
		"a hub that the feed names again after its end is another push": func(w *pushWorld) {
			w.verified()
			w.ok(w.EndPush(w.ctx, pushFeed, at(3)))
			w.ok(w.FoundHub(w.ctx, found("u", pushFeed, 9)))
			w.is(w.claimed(9), []string{"t", "u"}, "claimed")
		},
		"a feed that is not known has no hub": func(w *pushWorld) {
			w.isError(w.FoundHub(w.ctx, found("t", pushFeed, 0)), store.ErrNotFound)
		},
		"no push is due where there is none": func(w *pushWorld) {
			next, err := w.NextPush(w.ctx)
			w.ok(err)
			w.is(next, time.Time{}, "next push")
			_, err = w.PushOf(w.ctx, pushFeed)
			w.isError(err, store.ErrNotFound)
			w.ok(w.EndPush(w.ctx, pushFeed, at(0)))
		},
	}
}

func syncPushes() pushCases {
	return pushCases{
		"the pushes of feeds that are not subscribed any more end": func(w *pushWorld) {
			p := w.verified()
			w.subscribe(pushFeed, pushFeed2)
			w.ok(w.FoundHub(w.ctx, found("u", pushFeed2, 90)))
			w.subscribe(pushFeed2)
			w.ok(w.SyncPushes(w.ctx, callback, at(5)))
			p.State, p.NextTry = store.PushEnding, at(5)
			w.hasPush(p)
			w.is(w.claimed(5), []string{"t"}, "claimed")
		},
		"with the same feeds and callback nothing changes": func(w *pushWorld) {
			p := w.verified()
			w.ok(w.SyncPushes(w.ctx, callback, at(5)))
			w.hasPush(p)
		},
		"another callback is asked for anew": func(w *pushWorld) {
			p := w.verified()
			w.ok(w.PushDelivered(w.ctx, "t", at(2), true))
			w.ok(w.SyncPushes(w.ctx, "https://new.example/", at(5)))
			p.State, p.LeaseEnd, p.NextTry, p.Callback, p.Delivered = store.PushWanted, time.Time{}, at(5), "https://new.example/", at(2)
			w.hasPush(p)
		},
		"what ends already goes on ending": func(w *pushWorld) {
			p := w.verified()
			w.ok(w.EndPush(w.ctx, pushFeed, at(3)))
			w.subscribe()
			w.ok(w.SyncPushes(w.ctx, "https://new.example/", at(5)))
			p.State, p.NextTry = store.PushEnding, at(3)
			w.hasPush(p)
		},
	}
}

func pushRequests() pushCases {
	return pushCases{
		"a push is claimed when it is due, by one holder, and is asked from then on": func(w *pushWorld) {
			p := w.pushed()
			w.is(w.claimed(-1), []string(nil), "claimed before")
			w.is(w.claimed(1), []string{"t"}, "claimed")
			w.is(w.claimed(2), []string(nil), "claimed again")
			p.Asked = at(1)
			w.hasPush(p)
		},
		"those that are due longest come first, up to the limit": func(w *pushWorld) {
			w.subscribe(pushFeed, pushFeed2)
			w.ok(w.FoundHub(w.ctx, found("t", pushFeed, 2)))
			w.ok(w.FoundHub(w.ctx, found("u", pushFeed2, 1)))
			ask := claim(me, 3)
			ask.Limit = 1
			got, err := w.ClaimPushes(w.ctx, ask)
			w.ok(err)
			w.is(len(got) == 1 && got[0].Token == "u", true, "the first is u")
		},
		"what became of a request is kept, and the lease given back": func(w *pushWorld) {
			p := w.pushed()
			w.claimed(0)
			w.ok(w.RecordPush(w.ctx, store.PushRequest{Token: "t", Holder: me, NextTry: at(30), Failures: 2, Problem: "503"}))
			p.Asked, p.NextTry, p.Failures, p.Problem = at(0), at(30), 2, "503"
			w.hasPush(p)
			w.is(w.claimed(29), []string(nil), "claimed before")
			w.is(w.claimed(30), []string{"t"}, "claimed then")
		},
		"who has no lease records nothing": func(w *pushWorld) {
			p := w.pushed()
			w.isError(w.RecordPush(w.ctx, store.PushRequest{Token: "t", Holder: me}), store.ErrLeaseLost)
			w.join("other")
			w.claimed(0)
			w.isError(w.RecordPush(w.ctx, store.PushRequest{Token: "t", Holder: "other", Forget: true}), store.ErrLeaseLost)
			p.Asked = at(0)
			w.hasPush(p)
		},
		"what the hub verified meanwhile stands": func(w *pushWorld) {
			p := w.pushed()
			w.claimed(0)
			w.ok(w.VerifyPush(w.ctx, confirmed(100)))
			w.ok(w.RecordPush(w.ctx, store.PushRequest{Token: "t", Holder: me, NextTry: at(30), Failures: 2, Problem: "timed out"}))
			p.State, p.LeaseEnd, p.NextTry = store.PushVerified, at(100), at(80)
			w.hasPush(p)
			w.is(w.claimed(80), []string{"t"}, "claimed for renewal")
		},
		"a push that is given up is forgotten": func(w *pushWorld) {
			w.pushed()
			w.claimed(0)
			w.ok(w.RecordPush(w.ctx, store.PushRequest{Token: "t", Holder: me, Forget: true}))
			w.forgotten("t")
		},
		"a push that ends while it is asked for is asked to end": func(w *pushWorld) {
			p := w.pushed()
			w.claimed(0)
			w.ok(w.EndPush(w.ctx, pushFeed, at(1)))
			w.ok(w.RecordPush(w.ctx, store.PushRequest{Token: "t", Holder: me, NextTry: at(60)}))
			p.State, p.NextTry = store.PushEnding, at(1)
			w.hasPush(p)
		},
		"a lease that ran out is free, and one that runs counts from its end": func(w *pushWorld) {
			w.pushed()
			w.claimed(0)
			next, err := w.NextPush(w.ctx)
			w.ok(err)
			w.is(next, at(10), "next push")
			w.is(w.claimed(10), []string{"t"}, "claimed again")
		},
		"leaving gives the leases back": func(w *pushWorld) {
			w.pushed()
			leave := w.join("other")
			_, err := w.ClaimPushes(w.ctx, claim("other", 0))
			w.ok(err)
			w.ok(leave())
			w.is(w.claimed(0), []string{"t"}, "claimed")
		},
		"who has not joined may not claim": func(w *pushWorld) {
			w.pushed()
			if _, err := w.ClaimPushes(w.ctx, claim("stranger", 0)); err == nil {
				w.t.Error("a stranger claims pushes")
			}
			if _, _, err := w.ClaimFeed(w.ctx, claim("stranger", 0), pushFeed); err == nil {
				w.t.Error("a stranger claims a feed")
			}
		},
		"claims at once get each push once": func(w *pushWorld) {
			const n = 40
			var feeds []string
			for i := range n {
				feeds = append(feeds, fmt.Sprintf("https://a.example/%d", i))
			}
			w.subscribe(feeds...)
			for i, f := range feeds {
				w.ok(w.FoundHub(w.ctx, found(fmt.Sprint(i), f, 0)))
			}
			once(w.t, contend(w.world, func(c store.Claim) (tokens []string, err error) {
				got, err := w.ClaimPushes(w.ctx, c)
				for _, p := range got {
					tokens = append(tokens, p.Token)
				}
				return tokens, err
			}), n)
		},
	}
}

func verifyPush() pushCases {
	refused := func(change func(v *store.PushVerification), prepare func(w *pushWorld)) func(w *pushWorld) {
		return func(w *pushWorld) {
			w.pushed()
			prepare(w)
			before, err := w.Push(w.ctx, "t")
			w.ok(err)
			v := confirmed(100)
			change(&v)
			w.isError(w.VerifyPush(w.ctx, v), store.ErrNotFound)
			w.hasPush(before)
		}
	}
	ask := func(w *pushWorld) { w.claimed(0) }
	same := func(*store.PushVerification) {}
	return pushCases{
		"what was not asked is not confirmed":        refused(same, func(w *pushWorld) {}),
		"another token is not confirmed":             refused(func(v *store.PushVerification) { v.Token = "u" }, ask),
		"another topic is not confirmed":             refused(func(v *store.PushVerification) { v.Topic += "/" }, ask),
		"an end that was not asked is not confirmed": refused(func(v *store.PushVerification) { v.Ending = true }, ask),
		"what was confirmed is not confirmed again": refused(func(v *store.PushVerification) { v.LeaseEnd = at(999) }, func(w *pushWorld) {
			ask(w)
			w.ok(w.VerifyPush(w.ctx, confirmed(100)))
		}),
		"a push that ends is not confirmed": refused(same, func(w *pushWorld) {
			ask(w)
			w.ok(w.EndPush(w.ctx, pushFeed, at(1)))
		}),
		"a renewal that is confirmed lasts longer": func(w *pushWorld) {
			p := w.verified()
			w.is(w.claimed(80), []string{"t"}, "claimed")
			w.ok(w.VerifyPush(w.ctx, confirmed(180)))
			p.LeaseEnd, p.NextTry = at(180), at(160)
			w.hasPush(p)
		},
		"an end that is confirmed is forgotten": func(w *pushWorld) {
			w.verified()
			w.ok(w.EndPush(w.ctx, pushFeed, at(1)))
			w.is(w.claimed(1), []string{"t"}, "claimed")
			v := confirmed(0)
			v.Ending = true
			w.ok(w.VerifyPush(w.ctx, v))
			w.forgotten("t")
			w.isError(w.RecordPush(w.ctx, store.PushRequest{Token: "t", Holder: me}), store.ErrLeaseLost)
		},
		"what was denied and asked again is confirmed": func(w *pushWorld) {
			p := w.pushed()
			w.claimed(0)
			w.ok(w.DenyPush(w.ctx, store.PushDenial{Token: "t", Topic: pushFeed, At: at(1), Next: at(20)}))
			w.ok(w.RecordPush(w.ctx, store.PushRequest{Token: "t", Holder: me}))
			w.is(w.claimed(20), []string{"t"}, "claimed")
			w.ok(w.VerifyPush(w.ctx, confirmed(100)))
			p.State, p.LeaseEnd, p.NextTry = store.PushVerified, at(100), at(80)
			w.hasPush(p)
		},
	}
}

func denyPush() pushCases {
	denial := store.PushDenial{Token: "t", Topic: pushFeed, Problem: "no", At: at(2), Next: at(200)}
	return pushCases{
		"a push that is denied waits, and its feed is due": func(w *pushWorld) {
			p := w.verified()
			w.claimFeeds(me, 0)
			w.ok(w.CommitPoll(w.ctx, poll(pushFeed, 300), nil))
			w.ok(w.PushDelivered(w.ctx, "t", at(1), true))
			w.ok(w.DenyPush(w.ctx, denial))
			p.State, p.LeaseEnd, p.NextTry, p.Failures, p.Problem, p.Delivered = store.PushDenied, time.Time{}, at(200), 1, "no", at(1)
			w.hasPush(p)
			w.is(w.feeds()[pushFeed].NextPoll, at(2), "the feed's next poll")
		},
		"a feed that is due earlier stays so": func(w *pushWorld) {
			w.verified()
			w.ok(w.DenyPush(w.ctx, denial))
			w.is(w.feeds()[pushFeed].NextPoll, at(0), "the feed's next poll")
		},
		"what was never asked, or of another topic, is not denied": func(w *pushWorld) {
			p := w.pushed()
			w.isError(w.DenyPush(w.ctx, denial), store.ErrNotFound)
			w.claimed(0)
			other := denial
			other.Topic += "?"
			w.isError(w.DenyPush(w.ctx, other), store.ErrNotFound)
			p.Asked = at(0)
			w.hasPush(p)
		},
		"a push that ends is forgotten": func(w *pushWorld) {
			w.verified()
			w.ok(w.EndPush(w.ctx, pushFeed, at(1)))
			w.ok(w.DenyPush(w.ctx, denial))
			w.forgotten("t")
		},
	}
}

func pushDeliveries() pushCases {
	return pushCases{
		"deliveries with news are counted until one is missed": func(w *pushWorld) {
			p := w.verified()
			w.ok(w.PushDelivered(w.ctx, "t", at(1), true))
			w.ok(w.PushDelivered(w.ctx, "t", at(2), false))
			w.ok(w.PushDelivered(w.ctx, "t", at(3), true))
			p.Delivered, p.Streak = at(3), 2
			w.hasPush(p)
			w.ok(w.PushMissed(w.ctx, pushFeed))
			p.Streak = 0
			w.hasPush(p)
		},
		"a renewal keeps the count": func(w *pushWorld) {
			p := w.verified()
			w.ok(w.PushDelivered(w.ctx, "t", at(1), true))
			w.claimed(80)
			w.ok(w.VerifyPush(w.ctx, confirmed(180)))
			p.Delivered, p.Streak, p.LeaseEnd, p.NextTry = at(1), 1, at(180), at(160)
			w.hasPush(p)
		},
		"of what is not there nothing is noted": func(w *pushWorld) {
			w.ok(w.PushDelivered(w.ctx, "t", at(1), true))
			w.ok(w.PushMissed(w.ctx, pushFeed))
		},
	}
}

func claimFeed() pushCases {
	return pushCases{
		"a feed is claimed, due or not, and nobody else claims it": func(w *pushWorld) {
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: pushFeed, FirstPoll: at(50)}}))
			f, ok, err := w.ClaimFeed(w.ctx, claim(me, 0), pushFeed)
			w.ok(err)
			w.is(ok, true, "claimed")
			w.is(f, store.Feed{URL: pushFeed, NextPoll: at(50), Lease: at(10)}, "feed")
			w.join("other")
			_, ok, err = w.ClaimFeed(w.ctx, claim("other", 1), pushFeed)
			w.ok(err)
			w.is(ok, false, "claimed by another")
			w.ok(w.CommitPoll(w.ctx, poll(pushFeed, 50, article(pushFeed, 1)), silent))
			_, ok, err = w.ClaimFeed(w.ctx, claim("other", 1), pushFeed)
			w.ok(err)
			w.is(ok, true, "claimed by another, later")
		},
		"a lease that ran out is free": func(w *pushWorld) {
			w.subscribed(pushFeed)
			_, ok, err := w.ClaimFeed(w.ctx, claim(me, 10), pushFeed)
			w.ok(err)
			w.is(ok, true, "claimed")
		},
		"a feed that is not subscribed is not claimed": func(w *pushWorld) {
			w.subscribe(pushFeed)
			w.subscribe()
			_, ok, err := w.ClaimFeed(w.ctx, claim(me, 0), pushFeed)
			w.ok(err)
			w.is(ok, false, "claimed")
		},
	}
}

func pollBy() pushCases {
	return pushCases{
		"a feed is due at that time at the latest": func(w *pushWorld) {
			w.ok(w.SyncFeeds(w.ctx, []store.Subscription{{URL: pushFeed, FirstPoll: at(50)}, {URL: pushFeed2, FirstPoll: at(50)}}))
			w.ok(w.PollBy(w.ctx, at(5), pushFeed))
			w.ok(w.PollBy(w.ctx, at(9), pushFeed))
			w.is(w.feeds()[pushFeed].NextPoll, at(5), "next poll")
			w.is(w.feeds()[pushFeed2].NextPoll, at(50), "next poll of another")
		},
		"a feed that nobody subscribes is passed over": func(w *pushWorld) {
			w.ok(w.PollBy(w.ctx, at(5), pushFeed))
		},
	}
}

func cancelPushes() pushCases {
	return pushCases{
		"nothing is done for a context that is over": func(w *pushWorld) {
			p := w.verified()
			over, cancel := context.WithCancel(context.Background())
			cancel()
			for name, call := range map[string]func() error{
				"FoundHub":      func() error { return w.FoundHub(over, found("u", pushFeed, 0)) },
				"EndPush":       func() error { return w.EndPush(over, pushFeed, at(0)) },
				"SyncPushes":    func() error { return w.SyncPushes(over, "x", at(0)) },
				"ClaimPushes":   func() error { _, err := w.ClaimPushes(over, claim(me, 90)); return err },
				"RecordPush":    func() error { return w.RecordPush(over, store.PushRequest{Token: "t", Holder: me}) },
				"NextPush":      func() error { _, err := w.NextPush(over); return err },
				"VerifyPush":    func() error { return w.VerifyPush(over, confirmed(300)) },
				"DenyPush":      func() error { return w.DenyPush(over, store.PushDenial{Token: "t", Topic: pushFeed}) },
				"PushDelivered": func() error { return w.PushDelivered(over, "t", at(9), true) },
				"PushMissed":    func() error { return w.PushMissed(over, pushFeed) },
				"Push":          func() error { _, err := w.Push(over, "t"); return err },
				"PushOf":        func() error { _, err := w.PushOf(over, pushFeed); return err },
				"ClaimFeed":     func() error { _, _, err := w.ClaimFeed(over, claim(me, 0), pushFeed); return err },
				"PollBy":        func() error { return w.PollBy(over, at(-9), pushFeed) },
			} {
				if err := call(); !errors.Is(err, context.Canceled) {
					w.t.Errorf("%s: %v", name, err)
				}
			}
			w.hasPush(p)
			w.is(w.feeds()[pushFeed].NextPoll, at(0), "next poll")
		},
	}
}
