package watcher

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"tocsin/store"
	"tocsin/watcher/slack"
)

const (
	// alertLease covers a batch on one channel: each message may take a second
	// of the channel's and a request at its time limit.
	alertLease = 10 * time.Minute
	alertBatch = 16
	// drainFor is how long Once waits for what a channel put off.
	drainFor = time.Minute
)

// Sink says alerts. What its errors mean is what slack.Classify says of them.
type Sink interface {
	// Post says a on a channel and returns where it can be found.
	Post(ctx context.Context, channel string, a slack.Alert) (receipt string, err error)
	// Find looks for the alert with the key, said since then, in the channel's
	// history. A sink without a history finds nothing.
	Find(ctx context.Context, channel, key string, since time.Time) (receipt string, found bool, err error)
	// Pace is the shortest time between two messages on one channel.
	Pace() time.Duration
}

// deliverLoop delivers alerts as they come and fall due, until ctx ends.
func (w *Watcher) deliverLoop(ctx context.Context) {
	for ctx.Err() == nil {
		err := w.deliverDue(ctx)
		var next time.Time
		if err == nil {
			_, next, err = w.store.NextDue(ctx)
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			w.log.Error("alerts cannot be claimed", "err", err)
			next = w.now().Add(storeRest)
		}
		w.sleep(ctx, next, w.rang)
	}
}

// drain delivers what waits, and what is due within drainFor.
func (w *Watcher) drain(ctx context.Context) error {
	until := w.now().Add(drainFor)
	for {
		if err := w.deliverDue(ctx); err != nil {
			return err
		}
		_, next, err := w.store.NextDue(ctx)
		if err != nil || ctx.Err() != nil || next.IsZero() || next.After(until) {
			return err
		}
		w.sleep(ctx, next, nil)
	}
}

// deliverDue delivers the alerts that are due now.
func (w *Watcher) deliverDue(ctx context.Context) error {
	for ctx.Err() == nil {
		alerts, err := w.store.ClaimAlerts(ctx, store.Claim{
			Holder: w.opts.Holder, Now: w.now(), Lease: alertLease, Limit: alertBatch,
		})
		if err != nil {
			return err
		}
		if len(alerts) == 0 {
			return nil
		}
		if err := w.deliverBatch(ctx, alerts); err != nil {
			return err
		}
	}
	return nil
}

// deliverBatch delivers claimed alerts, the channels side by side, each in
// order, and records every outcome.
func (w *Watcher) deliverBatch(ctx context.Context, alerts []store.Alert) error {
	byChannel := make(map[string][]store.Alert)
	for _, a := range alerts {
		byChannel[a.Channel] = append(byChannel[a.Channel], a)
	}
	var group sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	for _, queue := range byChannel {
		group.Go(func() {
			for _, a := range queue {
				if err := w.deliver(ctx, a); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// deliver makes one attempt at one alert and records what became of it. An
// attempt that has begun is ended and recorded even if ctx ends, since what is
// said cannot be unsaid.
func (w *Watcher) deliver(ctx context.Context, a store.Alert) error {
	d := store.Delivery{Alert: a.ID, Holder: w.opts.Holder, State: store.AlertPending, Unsettled: a.Unsettled, Problem: a.Problem}
	if free, ok := w.lines.wait(ctx, w.now, a.Channel); ok {
		w.attempt(context.WithoutCancel(ctx), a, &d)
	} else {
		d.NextTry = free
	}
	d.At = w.now()
	err := w.store.RecordDelivery(context.WithoutCancel(ctx), d)
	if errors.Is(err, store.ErrLeaseLost) {
		w.log.Warn("alert was taken over by another daemon", "alert", a.ID)
		return nil
	}
	if err == nil {
		w.tally.count(func(s *Summary) { countDelivery(s, d) })
	}
	return err
}

// attempt says an alert, or finds that it was said, and notes the outcome in d.
func (w *Watcher) attempt(ctx context.Context, a store.Alert, d *store.Delivery) {
	log := w.log.With("alert", a.ID, "channel", a.Channel)
	var content slack.Alert
	if err := json.Unmarshal(a.Content, &content); err != nil {
		d.State, d.Problem = store.AlertFailed, "reading the alert's content: "+err.Error()
		log.Error("alert cannot be said", "reason", d.Problem)
		return
	}
	receipt, maybe, err := w.say(ctx, a, content)
	if err == nil {
		d.State, d.Receipt, d.Problem = store.AlertSent, receipt, ""
		w.lines.rest(a.Channel, w.now().Add(w.sink.Pace()))
		log.Info("alert said", "severity", a.Severity, "receipt", receipt)
		return
	}
	w.failed(log, a, d, err, maybe)
}

// failed notes an attempt that did not succeed. maybe says that an earlier
// attempt may have, which this one did not find out.
func (w *Watcher) failed(log *slog.Logger, a store.Alert, d *store.Delivery, err error, maybe bool) {
	t := troubleOf(err, a.Attempts)
	d.Problem, d.NextTry = err.Error(), w.now().Add(t.wait)
	d.Unsettled = t.maybe || maybe
	switch t.scope {
	case thisChannel:
		w.lines.rest(a.Channel, d.NextTry)
	case allChannels:
		w.lines.restAll(d.NextTry)
	}
	if t.final && !d.Unsettled {
		d.State = store.AlertFailed
		log.Error("alert cannot be said", "reason", d.Problem)
		return
	}
	log.Warn("alert is tried again", "reason", d.Problem, "attempts", a.Attempts, "next", d.NextTry)
}

// say posts an alert unless an earlier attempt turns out to have posted it.
// maybe says that this could not be found out.
func (w *Watcher) say(ctx context.Context, a store.Alert, content slack.Alert) (receipt string, maybe bool, err error) {
	if a.Unsettled {
		receipt, found, err := w.sink.Find(ctx, a.Channel, a.ID, a.Tried)
		if err != nil {
			return "", true, err
		}
		if found {
			w.log.Info("alert was said by an earlier attempt", "alert", a.ID)
			return receipt, false, nil
		}
	}
	receipt, err = w.sink.Post(ctx, a.Channel, content)
	return receipt, false, err
}

func countDelivery(s *Summary, d store.Delivery) {
	switch d.State {
	case store.AlertSent:
		s.Said++
	case store.AlertFailed:
		s.Dead++
	}
}
