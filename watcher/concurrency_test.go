package watcher

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tocsin/watcher/feed"
)

// limitedReader lets as many requests run at once as a feed.Reader would.
type limitedReader struct {
	Reader
	running chan struct{}
}

func (r limitedReader) Read(ctx context.Context, req feed.Request, now time.Time) (*feed.Result, error) {
	select {
	case r.running <- struct{}{}:
		defer func() { <-r.running }()
		return r.Reader.Read(ctx, req, time.Now())
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

const manyFeeds, manyRequests = 1000, 64

// manyHosts subscribes to a feed on each of many hosts, of which every hundredth
// takes a request and never answers. The others take latency.
func manyHosts(w *world, spec string, hang bool, latency func() time.Duration) {
	for i := range manyFeeds {
		took := latency()
		a := items("Nothing")
		w.add(fmt.Sprintf("https://host%d.example/feed", i), spec, func(ctx context.Context, n int, now time.Time) (*feed.Result, error) {
			if hang && i%100 == 0 {
				took = 30 * time.Second
			}
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(took):
			}
			if hang && i%100 == 0 {
				return nil, &feed.Error{Problem: feed.Timeout, Reason: "no answer within 30s"}
			}
			return a(ctx, n, now)
		})
	}
}

// lognormal are answer times with a median of 120 ms.
func lognormal() func() time.Duration {
	random := rand.New(rand.NewPCG(1, 2))
	return func() time.Duration {
		return time.Duration(120 * float64(time.Millisecond) * math.Exp(random.NormFloat64()*0.5))
	}
}

func (w *world) limited() *Watcher {
	watcher := w.watcher()
	watcher.store, watcher.sink = newMemStore(), nil
	watcher.opts.Requests, watcher.opts.Timeout = manyRequests, 30*time.Second
	watcher.slots = make(chan struct{}, 2*manyRequests)
	watcher.reader = limitedReader{w.reader, make(chan struct{}, manyRequests)}
	return watcher
}

func TestHostsThatHangMakeNobodyLate(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		manyHosts(w, "*/5 * * * *", true, lognormal())
		ctx, cancel := context.WithTimeout(context.Background(), 6*time.Minute)
		defer cancel()
		watcher := w.limited()
		var due []time.Time // of the second poll, by feed
		for _, s := range watcher.course.Load().subscriptions(time.Now(), 20*time.Second) {
			due = append(due, s.NextPoll)
		}
		if err := watcher.Run(ctx); err != nil {
			t.Fatal(err)
		}
		var worst time.Duration
		for i, f := range w.feeds {
			asked := w.reader.asked[f.URL]
			if i%100 == 0 {
				continue
			}
			if len(asked) < 2 {
				t.Fatalf("%s was asked at %v", f.URL, asked)
			}
			worst = max(worst, asked[1].Sub(due[i]))
		}
		t.Logf("at most %s late", worst)
		if worst > 500*time.Millisecond {
			t.Errorf("a feed was asked %s late", worst)
		}
	})
}

func TestARoundTakesLittleLongerThanItsRequests(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		var sum time.Duration
		random := lognormal()
		manyHosts(w, "@hourly", false, func() time.Duration {
			d := random()
			sum += d
			return d
		})
		begin := time.Now()
		got, err := w.limited().Once(context.Background(), false)
		if err != nil || got.Polled != manyFeeds || got.Failed > 0 {
			t.Fatalf("%+v, %v", got, err)
		}
		took, ideal := time.Since(begin), sum/manyRequests
		t.Logf("%.3f times as long", float64(took)/float64(ideal))
		if took > ideal*115/100 {
			t.Errorf("%d feeds took %s; with %d requests at once they can take %s", manyFeeds, took, manyRequests, ideal)
		}
	})
}

// Polls that wait behind redirects for a host that others keep busy leave their
// slots to other feeds.
func TestFeedsBehindABusyHostMakeNobodyLate(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		busy := make(chan struct{}, 1)
		for i := range 100 {
			w.add(fmt.Sprintf("https://moved%d.example/feed", i), "@hourly", nil)
			w.reader.answers[w.feeds[i].URL] = items("Nothing")
		}
		w.add("https://good.example/feed", "@every 1m", items("Nothing"))
		watcher := w.limited()
		watcher.slots = make(chan struct{}, 4)
		watcher.reader = busyReader{w.reader, busy}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
		defer cancel()
		if err := watcher.Run(ctx); err != nil {
			t.Fatal(err)
		}
		asked := w.reader.asked["https://good.example/feed"]
		var gaps []time.Duration
		for i := 1; i < len(asked); i++ {
			gaps = append(gaps, asked[i].Sub(asked[i-1]))
		}
		if len(gaps) < 7 || slices.Max(gaps) > 70*time.Second {
			t.Errorf("the good feed was asked after %v", gaps)
		}
	})
}

// busyReader has all feeds but one wait for one host, which takes ten seconds for
// each.
type busyReader struct {
	*scriptedReader
	busy chan struct{}
}

func (r busyReader) Read(ctx context.Context, req feed.Request, now time.Time) (*feed.Result, error) {
	if req.URL != "https://good.example/feed" {
		select {
		case r.busy <- struct{}{}:
		default:
			req.Waiting()
			select {
			case r.busy <- struct{}{}:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		defer func() { <-r.busy }()
		select {
		case <-time.After(10 * time.Second):
		case <-ctx.Done():
		}
	}
	return r.scriptedReader.Read(ctx, req, now)
}
