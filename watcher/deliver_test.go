package watcher

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/store"
	"tocsin/watcher/route"
	"tocsin/watcher/slack"
)

// errLost is an answer that got lost on the way back.
var errLost = &slack.Error{Doing: "posting", Class: slack.Ambiguous, Reason: "the answer broke off"}

func TestDeliveryKeepsItsPaceAndOrder(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		for i := range 6 {
			w.add(fmt.Sprintf("https://a.example/%d", i), "@daily", items(fmt.Sprintf("A bell of number %d rings", i)))
		}
		w.sink.post = func(n int) error {
			if n == 1 {
				return errBusy
			}
			return nil
		}
		w.run(time.Hour)
		alerts := w.alerts()
		if len(alerts) != 6 || len(w.sink.said) != 6 {
			t.Fatalf("%d alerts, said %q", len(alerts), w.sink.said)
		}
		if diff := cmp.Diff(said(t, alerts), w.sink.said); diff != "" {
			t.Errorf("the order of the alerts, and as they were said:\n%s", diff)
		}
		for i := range w.sink.times[1:] {
			if gap := w.sink.times[i+1].Sub(w.sink.times[i]); gap < time.Second {
				t.Errorf("%s between two messages on a channel", gap)
			}
		}
		for i, a := range w.alerts() {
			attempts := 1
			if i == 0 {
				attempts = 2
			}
			if a.State != store.AlertSent || a.Receipt != "receipt" || a.Attempts != attempts {
				t.Errorf("alert %d: %+v", i, a)
			}
		}
	})
}

// errBusy is Slack's wish to be left alone for a while.
var errBusy = &slack.Error{Doing: "posting", Class: slack.NotSent, Reason: "ratelimited", RetryAfter: 2 * time.Second}

// said is what a sink notes when alerts are said in their order.
func said(t *testing.T, alerts []store.Alert) []string {
	t.Helper()
	var lines []string
	for _, a := range alerts {
		var content slack.Alert
		if err := json.Unmarshal(a.Content, &content); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, a.Channel+" "+content.Title)
	}
	return lines
}

func TestALostAnswerIsLookedUpBeforeSayingAgain(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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

func TestAnOutcomeThatCannotBeRecordedIsRecordedLater(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://a.example/feed", "@daily", items("A bell rings in town"))
		restarting := w.watcher()
		restarting.store = &restartingStore{Store: w.store, fails: 3}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := restarting.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if a := w.alerts()[0]; a.State != store.AlertSent || a.Receipt == "found" || len(w.sink.said) != 1 {
			t.Errorf("said %q, alert: %+v", w.sink.said, a)
		}
	})
}

// restartingStore is a store that cannot note outcomes for a while.
type restartingStore struct {
	Store
	fails int
}

func (s *restartingStore) RecordDelivery(ctx context.Context, d store.Delivery) error {
	if s.fails--; s.fails >= 0 {
		return errors.New("connection refused")
	}
	return s.Store.RecordDelivery(ctx, d)
}

func TestUnknownTroubleEndsAfterSomeAttempts(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://a.example/feed", "@daily", items("A bell rings in town"))
		w.sink.post = func(int) error { return errors.New("never heard of it") }
		w.run(time.Hour)
		a := w.alerts()[0]
		if a.State != store.AlertFailed || a.Attempts != maxStrikes || a.Problem != "never heard of it" {
			t.Errorf("alert: %+v", a)
		}
		if c := w.counts(); c.Dead != 1 || c.Pending != 0 {
			t.Errorf("counts: %+v", c)
		}
	})
}

func TestABusyChannelDelaysNoOther(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.routes = []route.Route{{Channel: "#urgent", Tags: []string{"urgent"}}, {Channel: "#bulk"}}
		for i := range 100 {
			w.add(fmt.Sprintf("https://a.example/%d", i), "@daily", items(fmt.Sprintf("A bell of number %d rings", i)))
		}
		w.run(10 * time.Second) // as long as polls are spread, and a few messages
		w.add("https://b.example/feed", "@daily", items("A bell rings for everybody"), "urgent")
		start := time.Now()
		w.run(time.Hour)
		for i, line := range w.sink.said {
			if line == "#urgent A bell rings for everybody" {
				if wait := w.sink.times[i].Sub(start); wait > 5*time.Second {
					t.Errorf("the urgent alert waited for %s", wait)
				}
			}
		}
		if told, messages := w.sink.stories(), len(w.sink.said); told != 101 || messages > 80 {
			t.Errorf("%d stories were told in %d messages", told, messages)
		}
	})
}

func TestAChannelThatIsRefusedWaitsAloneAndLosesNothing(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.routes = []route.Route{{Channel: "#closed", Tags: []string{"closed"}}, {Channel: "#open"}}
		start := time.Now()
		w.sink.on = func(channel string) error {
			if channel == "#closed" && time.Since(start) < 2*time.Hour {
				return &slack.Error{Class: slack.Channel, Reason: "not_in_channel"}
			}
			return nil
		}
		for i := range 5 {
			w.add(fmt.Sprintf("https://a.example/%d", i), "@daily", items(fmt.Sprintf("A bell of number %d rings", i)), "closed")
			w.add(fmt.Sprintf("https://b.example/%d", i), "@daily", items(fmt.Sprintf("A whistle of number %d blows", i)))
		}
		w.run(time.Hour)
		if len(w.sink.said) != 5 {
			t.Errorf("in the first hour: %q", w.sink.said)
		}
		w.run(2 * time.Hour)
		if last := w.sink.said[len(w.sink.said)-1]; len(w.sink.said) != 6 || last != "#closed Catch-up" || w.sink.stories() != 10 {
			t.Errorf("after the channel was opened: %q", w.sink.said)
		}
	})
}

func TestWrongCredentialsRestAllChannels(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.routes = []route.Route{{Channel: "#one", Tags: []string{"one"}}, {Channel: "#two"}}
		w.sink.post = func(int) error { return &slack.Error{Class: slack.Credentials, Reason: "invalid_auth"} }
		w.add("https://a.example/feed", "@daily", items("A bell rings in town"), "one")
		w.add("https://b.example/feed", "@daily", items("A whistle blows in town"))
		w.run(time.Hour)
		// Two attempts at the most before the first answer is known.
		if w.sink.tries < 12 || w.sink.tries > 26 {
			t.Errorf("%d attempts in an hour", w.sink.tries)
		}
		w.sink.post = nil
		w.run(time.Hour)
		if len(w.sink.said) != 2 {
			t.Errorf("said %q", w.sink.said)
		}
	})
}

func TestAHistoryThatCannotBeReadStopsNothing(t *testing.T) {
	t.Parallel()
	for _, class := range []slack.Class{slack.Credentials, slack.Channel, slack.Payload, slack.Unknown} {
		t.Run(class.String(), func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world) {
				w.sink.find = func() error { return &slack.Error{Class: class, Reason: "missing_scope"} }
				w.sink.post = func(n int) error {
					if n == 1 {
						return errLost
					}
					return nil
				}
				w.add("https://a.example/feed", "@daily", items("A bell rings in town"))
				w.run(time.Hour)
				if len(w.sink.said) != 1 || w.sink.finds != 1 {
					t.Errorf("said %q after %d look-ups", w.sink.said, w.sink.finds)
				}
			})
		})
	}
}

func TestAMessageOnItsWayIsRecordedThoughTheDaemonEnds(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://a.example/feed", "@daily", items("A bell rings in town"))
		ctx, cancel := context.WithCancel(context.Background())
		w.sink.post = func(int) error { cancel(); return nil }
		if err := w.watcher().Run(ctx); err != nil {
			t.Fatal(err)
		}
		if a := w.alerts()[0]; a.State != store.AlertSent {
			t.Errorf("alert: %+v", a)
		}
	})
}

func TestAnAlertThatWaitsForItsTurnIsGivenBackUntried(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://a.example/feed", "@daily", items("A bell rings in town"))
		w.add("https://b.example/feed", "@daily", items("A whistle blows in town"))
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		w.sink.post = func(int) error {
			time.AfterFunc(500*time.Millisecond, cancel) // within the pace
			return nil
		}
		if err := w.watcher().Run(ctx); err != nil {
			t.Fatal(err)
		}
		for _, a := range w.alerts() {
			if a.State == store.AlertPending && (a.Attempts != 0 || a.Unsettled || !a.Tried.IsZero()) {
				t.Errorf("alert: %+v", a)
			}
		}
		if c := w.counts(); c.SentAlerts != 1 || c.Pending != 1 {
			t.Errorf("counts: %+v", c)
		}
	})
}

func TestTroubleOf(t *testing.T) {
	t.Parallel()
	of := func(c slack.Class, after time.Duration) error {
		return fmt.Errorf("posting: %w", &slack.Error{Class: c, RetryAfter: after})
	}
	for _, tt := range []struct {
		name string
		err  error
		a    store.Alert
		want trouble
	}{
		{"not sent waits a little", of(slack.NotSent, 0), store.Alert{Attempts: 1}, trouble{wait: time.Second}},
		{"and longer each time", of(slack.NotSent, 0), store.Alert{Attempts: 5}, trouble{wait: 16 * time.Second}},
		{"up to a limit", of(slack.NotSent, 0), store.Alert{Attempts: 500}, trouble{wait: 5 * time.Minute}},
		{"or as Slack wishes", of(slack.NotSent, time.Hour), store.Alert{Attempts: 1}, trouble{wait: time.Hour}},
		{"a lost answer waits until nothing can be on its way", of(slack.Ambiguous, 0), store.Alert{Attempts: 1}, trouble{wait: 20 * time.Second, maybe: true}},
		{"credentials concern everybody", of(slack.Credentials, 0), store.Alert{Attempts: 9}, trouble{wait: 5 * time.Minute, everywhere: true}},
		{"a channel concerns itself", of(slack.Channel, 0), store.Alert{Attempts: 9, Strikes: 9}, trouble{wait: 5 * time.Minute}},
		{"what passes in hours", of(slack.Transient, 0), store.Alert{Attempts: 1}, trouble{wait: 15 * time.Minute}},
		{"what Slack never takes", of(slack.Payload, 0), store.Alert{Attempts: 1}, trouble{final: true}},
		{"what nobody knows", errors.New("eh"), store.Alert{Attempts: 3, Strikes: 1}, trouble{wait: 4 * time.Second, strike: true}},
		{"too often", errors.New("eh"), store.Alert{Attempts: 1, Strikes: 5}, trouble{wait: time.Second, strike: true, final: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := troubleOf(tt.err, tt.a); got != tt.want {
				t.Errorf("troubleOf = %+v, want %+v", got, tt.want)
			}
		})
	}
}
