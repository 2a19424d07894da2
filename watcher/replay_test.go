package watcher

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/feed"
	"tocsin/watcher/route"
)

// chatter answers with a feed that tells events again which others tell too,
// now and then late, without a date, or under the same address.
func chatter(seed uint64, start time.Time) answer {
	return func(_ context.Context, n int, _ time.Time) (*feed.Result, error) {
		d := &feed.Document{Title: fmt.Sprintf("Paper %d", seed)}
		switch {
		case seed == 0 && n == 1:
			return &feed.Result{Document: d}, nil // it begins with nothing
		case seed == 1 && n <= 2:
			return nil, &feed.Error{Problem: feed.Status, Reason: "503 Service Unavailable", Code: 503}
		}
		for k := n + 1; k <= n+6; k++ {
			r := rand.New(rand.NewPCG(seed, uint64(k)))
			if k%30 == 10 {
				// A column that comes again when its story is over.
				d.Items = append(d.Items, feed.Item{Key: fmt.Sprint("column ", k), Title: "A bell in the column of the week"})
			}
			for i := range r.IntN(4) {
				event := r.IntN(8) + k/6
				sounds := []string{"bell", "loud bell", "whistle", "drum", "loud bell with a whistle", "silence"}
				item := feed.Item{
					Key:       fmt.Sprint(k, i),
					Title:     fmt.Sprintf("A %s at event number %d", sounds[event%len(sounds)], event),
					Link:      fmt.Sprintf("https://paper%d.example/%d/%d", seed, k, i),
					Published: start.Add(time.Duration(k-6)*4*time.Hour - time.Duration(r.IntN(40))*time.Hour),
				}
				switch r.IntN(6) {
				case 0:
					item.Link = fmt.Sprintf("https://wire.example/%d?utm_source=%d", event, seed)
					item.Title = fmt.Sprintf("A %s, says paper %d", sounds[event%len(sounds)], seed)
				case 1:
					item.Published = time.Time{}
				case 2:
					item.Published, item.Updated = time.Time{}, item.Published
				}
				d.Items = append(d.Items, item)
			}
		}
		return &feed.Result{Document: d}, nil
	}
}

// chattering runs a daemon for days on feeds that chatter.
func chattering(w *world) {
	w.routes = []route.Route{
		{Channel: "#loud", MinSeverity: rules.High},
		{Channel: "#tagged", Tags: []string{"tagged"}, Continue: true},
		{Channel: "#noise", MinSeverity: rules.Medium},
	}
	w.sink.hasty = true
	start := time.Now()
	for seed := range uint64(6) {
		var tags []string
		if seed%3 == 0 {
			tags = []string{"tagged"}
		}
		w.add(fmt.Sprintf("https://paper%d.example/feed", seed), "0 */4 * * *", chatter(seed, start), tags...)
	}
	for range 6 * 6 {
		if _, err := w.watcher().Once(context.Background(), false); err != nil {
			w.t.Fatal(err)
		}
		time.Sleep(4 * time.Hour)
	}
}

// history is all of an article that must be there.
func (w *world) history(id string) store.History {
	w.t.Helper()
	h, err := w.store.History(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

// What a daemon raised and what a replay of its archive raises is the same: one
// evaluation, one judge.
func TestAReplayDecidesAsTheDaemonDid(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		chattering(w)
		set := ruleSet(t, testRules)
		c := newComparison(w.store, BacktestOptions{Before: set, Now: set, Feeds: w.feeds, Routes: w.routes, StoryWindow: 72 * time.Hour})
		if err := c.run(t.Context()); err != nil {
			t.Fatal(err)
		}

		type alert struct {
			ID, Story, Channel, Severity string
			At                           time.Time
		}
		var live, replayed []alert
		for _, a := range w.alerts() {
			if a.Kind != store.AlertFirst {
				continue // a further report, or what says several
			}
			live = append(live, alert{a.ID, a.Story, a.Channel, a.Severity, a.Created})
		}
		for _, g := range c.now.rings {
			replayed = append(replayed, alert{g.id, g.story, g.channel, g.severity.String(), g.at})
		}
		byID := func(x, y alert) int { return slices.Compare([]string{x.ID}, []string{y.ID}) }
		slices.SortFunc(live, byID)
		slices.SortFunc(replayed, byID)
		if diff := cmp.Diff(live, replayed); diff != "" {
			t.Errorf("alerts of the daemon and of the replay:\n%s", diff)
		}

		said, outcomes := make(map[place]string), make(map[store.Outcome]int)
		for a, err := range w.store.Articles(t.Context(), time.Time{}) {
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range w.history(a.ID).Verdicts {
				outcomes[v.Outcome]++
				if v.Alert != "" {
					said[place{v.Route, a.ID}] = v.Alert
				}
			}
		}
		replayedSaid := make(map[place]string)
		for at, i := range c.now.said {
			replayedSaid[at] = c.now.rings[i].id
		}
		if diff := cmp.Diff(said, replayedSaid); diff != "" {
			t.Errorf("what was said where, by the daemon and by the replay:\n%s", diff)
		}
		if r := c.result; r.Before != len(live) || r.Now != len(live) || r.Stay != len(live) || len(r.Changes) > 0 {
			t.Errorf("against itself: %d alerts, %d now, %d stay, changes %v", r.Before, r.Now, r.Stay, r.Changes)
		}
		for _, o := range []store.Outcome{store.Sent, store.Joined, store.Shadow, store.Baseline, store.TooOld, store.NoRoute} {
			if outcomes[o] < 5 {
				t.Errorf("only %d verdicts are %q: the test tries too little", outcomes[o], o)
			}
		}
	})
}
