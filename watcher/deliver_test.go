package watcher

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"tocsin/store"
	"tocsin/watcher/slack"
)

// errLost is an answer that got lost on the way back.
var errLost = &slack.Error{Doing: "posting", Class: slack.Ambiguous, Reason: "the answer broke off"}

func TestDeliveryKeepsItsPaceAndOrder(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		for i := range 6 {
			w.add(fmt.Sprintf("https://a.example/%d", i), "@daily", items(fmt.Sprintf("A bell of number %d rings", i)))
		}
		w.run(time.Hour)
		if len(w.sink.said) != 6 {
			t.Fatalf("said %q", w.sink.said)
		}
		for i := range w.sink.times[1:] {
			if gap := w.sink.times[i+1].Sub(w.sink.times[i]); gap < time.Second {
				t.Errorf("%s between two messages on a channel", gap)
			}
		}
		for i, a := range w.alerts() {
			if a.State != store.AlertSent || a.Receipt != "receipt" || a.Attempts != 1 {
				t.Errorf("alert %d: %+v", i, a)
			}
		}
	})
}

func TestALostAnswerIsLookedUpBeforeSayingAgain(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://a.example/feed", "@daily", items("A bell rings in town"))
		w.sink.lost = true
		w.sink.post = func(n int) error {
			if n == 1 {
				return errLost
			}
			return nil
		}
		finds := 0
		w.sink.find = func() error {
			if finds++; finds < 3 {
				return errLost
			}
			return nil
		}
		w.run(time.Hour)
		if len(w.sink.said) != 1 {
			t.Errorf("said %q", w.sink.said)
		}
		if a := w.alerts()[0]; a.State != store.AlertSent || a.Receipt != "found" || finds != 3 {
			t.Errorf("after %d look-ups: %+v", finds, a)
		}
	})
}

func TestAWatcherThatDiesWhileSayingDoesNotSayTwice(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://a.example/feed", "@daily", items("A bell rings in town"))
		dying := w.watcher()
		dying.store = failingRecords{w.store}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := dying.Run(ctx); err != nil {
			t.Fatal(err)
		}
		w.run(time.Hour)
		if len(w.sink.said) != 1 {
			t.Errorf("said %q", w.sink.said)
		}
		if a := w.alerts()[0]; a.State != store.AlertSent || a.Receipt != "found" {
			t.Errorf("alert: %+v", a)
		}
	})
}

// failingRecords is a store that cannot note outcomes.
type failingRecords struct{ Store }

func (failingRecords) RecordDelivery(context.Context, store.Delivery) error {
	return errors.New("no space left on device")
}

func TestUnknownTroubleEndsAfterSomeAttempts(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://a.example/feed", "@daily", items("A bell rings in town"))
		w.sink.post = func(int) error { return errors.New("never heard of it") }
		w.run(24 * time.Hour)
		a := w.alerts()[0]
		if a.State != store.AlertFailed || a.Attempts != unknownTries || a.Problem != "never heard of it" {
			t.Errorf("alert: %+v", a)
		}
		if c := w.counts(); c.Dead != 1 || c.Pending != 0 {
			t.Errorf("counts: %+v", c)
		}
	})
}
