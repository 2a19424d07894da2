package health_test

import (
	"encoding/json"
	"math/rand/v2"
	"sort"
	"testing"
	"time"

	"tocsin/watcher/health"
)

// told is a change and when it was told.
type told struct {
	health.Change
	at time.Time
}

// watch polls a site that publishes at times from one moment to another, as the
// daemon does, and returns what it would tell. Its documents hold the last thirty
// articles, with dates if dated.
func watch(times []time.Time, from, to time.Time, every time.Duration, dated bool) (all []told, s health.State) {
	known, before := 0, time.Time{}
	for now := from; now.Before(to); now = now.Add(every) {
		there := sort.Search(len(times), func(i int) bool { return times[i].After(now) })
		p := health.Poll{At: now, Before: before, News: there - known, Document: there > known || before.IsZero(), Whole: true}
		if before.IsZero() && dated {
			p.Dates = times[max(0, there-30):there]
		}
		var changes []health.Change
		s, changes = roundTrip(s).After(p)
		for _, c := range changes {
			all = append(all, told{c, now})
		}
		known, before = there, now
	}
	return all, s
}

// roundTrip is the state as it comes back from a store; now and then is enough.
func roundTrip(s health.State) health.State {
	if s.Idle != 2 {
		return s
	}
	data, err := json.Marshal(s)
	if err != nil || len(data) > 1000 {
		panic(string(data))
	}
	var back health.State
	if err := json.Unmarshal(data, &back); err != nil {
		panic(err)
	}
	return back
}

// history is for how many days sites have published when they are first read; of each
// seed another season.
func history(seed uint64) int { return 200 + 91*int(seed) }

func TestSitesThatPublishAsEverAreNeverCalledSilent(t *testing.T) {
	t.Parallel()
	for i, p := range patterns {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(4) {
				from, to := history(seed), history(seed)+400
				times := p.times(rand.New(rand.NewPCG(uint64(i), seed)), to)
				for _, every := range []time.Duration{time.Hour, 23 * time.Hour} {
					for _, dated := range []bool{true, false} {
						all, s := watch(times, start.AddDate(0, 0, from), start.AddDate(0, 0, to), every, dated)
						for _, c := range all {
							t.Errorf("seed %d, polled every %s, dated %v: %s: %s", seed, every, dated, c.at, c.Text(c.at, ""))
						}
						if len(s.Peaks) == 0 {
							t.Errorf("nothing was learnt: %+v", s)
						}
					}
				}
			}
		})
	}
}

// TestEveryStopIsTold holds what silence promises: it is told when three times the
// longest gap of the time before have passed, or a day, or a young feed's holidays,
// and a few polls.
func TestEveryStopIsTold(t *testing.T) {
	t.Parallel()
	for i, p := range patterns {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(4) {
				r := rand.New(rand.NewPCG(uint64(i), 100+seed))
				from := start.AddDate(0, 0, history(seed))
				stop := from.AddDate(0, 0, 250+r.IntN(300))
				times := p.times(r, history(seed)+600)
				times = times[:sort.Search(len(times), func(i int) bool { return times[i].After(stop) })]
				last := times[len(times)-1]
				limit := max(day, 3*longest(times))
				if limit >= 4*day && last.Sub(from) < 365*day {
					limit = max(limit, 17*day)
				}
				for _, every := range []time.Duration{time.Hour, 23 * time.Hour} {
					all, _ := watch(times, from, last.Add(limit+30*day), every, true)
					if len(all) != 1 || all[0].Condition != health.Silent || all[0].Ended {
						t.Fatalf("seed %d: told %v", seed, all)
					}
					if late := all[0].at.Sub(last.Add(limit)); late > 4*every {
						t.Errorf("seed %d: the last news were of %s, told %s late at %s", seed, last, late, all[0].at)
					}
				}
			}
		})
	}
}

// longest is the longest gap between two times.
func longest(times []time.Time) (gap time.Duration) {
	for i := 1; i < len(times); i++ {
		gap = max(gap, times[i].Sub(times[i-1]))
	}
	return gap
}
