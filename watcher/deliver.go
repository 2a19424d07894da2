package watcher

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"tocsin/store"
	"tocsin/watcher/slack"
)

const (
	// alertLease covers a look at a long history and the message after it.
	alertLease = 10 * time.Minute
	// maxChannels is to how many channels alerts are said at once.
	maxChannels = 32
	// lookUpLimit is for one search of a channel's history.
	lookUpLimit = 5 * time.Minute
	// drainFor is how long Once waits for alerts that were put off.
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

// deliverLoop delivers alerts as they come and fall due, until ctx ends, and
// then waits for the attempts that run.
func (w *Watcher) deliverLoop(ctx context.Context) {
	defer w.delivering.Wait()
	for ctx.Err() == nil {
		_, next, err := w.deliverDue(ctx)
		w.deliveries.beat()
		if ctx.Err() != nil {
			return
		}
		if w.claims("alerts", err); err != nil {
			next = w.now().Add(storeRest)
		}
		w.sleep(ctx, next, w.rang)
	}
}

// drain delivers what waits, and what is due within drainFor.
func (w *Watcher) drain(ctx context.Context) error {
	defer w.delivering.Wait()
	until := w.now().Add(drainFor)
	for {
		// Asked before the claim: an attempt that ends after it makes way for
		// the next alert of its channel, which that claim did not see.
		running := len(w.channels)
		started, next, err := w.deliverDue(ctx)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if running+started == 0 && (next.IsZero() || next.After(until)) {
			return w.tally.storeErr()
		}
		w.sleep(ctx, next, w.rang)
	}
}

// deliverDue starts an attempt at every alert that is due: of each channel at
// most one, so each keeps its order. It returns how many it started and when to
// look again; the zero time means: when an alert was committed or an attempt has
// ended.
func (w *Watcher) deliverDue(ctx context.Context) (started int, next time.Time, err error) {
	if rest := w.pacing.restsUntil(); rest.After(w.now()) {
		return 0, rest, nil
	}
	room := cap(w.channels) - len(w.channels)
	if room == 0 {
		return 0, time.Time{}, nil
	}
	alerts, err := w.store.ClaimAlerts(ctx, store.Claim{Holder: w.opts.Holder, Now: w.now(), Lease: alertLease, Limit: room})
	if err != nil {
		return 0, time.Time{}, err
	}
	for _, a := range alerts {
		w.channels <- struct{}{}
		w.delivering.Go(func() {
			w.deliver(ctx, a)
			<-w.channels
			signal(w.rang)
		})
	}
	_, next, err = w.store.NextDue(ctx)
	return len(alerts), next, err
}

// deliver makes one attempt at one alert and records what became of it. What
// was said is recorded even if ctx ends, since it cannot be unsaid.
func (w *Watcher) deliver(ctx context.Context, a store.Alert) {
	var published time.Time
	d := store.Delivery{Alert: a.ID, Holder: w.opts.Holder, State: store.AlertPending, Unsettled: a.Unsettled, Problem: a.Problem}
	if err := w.pacing.turn(ctx, w.now, a.Channel); err != nil {
		d.Untried, d.NextTry = true, a.NextTry
	} else {
		published = w.attempt(ctx, a, &d)
	}
	d.At = w.now()
	err := w.insist(ctx, recordFor, func() error {
		return w.store.RecordDelivery(context.WithoutCancel(ctx), d)
	})
	switch {
	case errors.Is(err, store.ErrLeaseLost):
		w.log.Warn("alert was taken over by another daemon", "alert", a.ID)
	case err != nil:
		// The alert stays leased and unsettled. When the lease has run out it is
		// looked up before anything is said again.
		w.log.Error("outcome of an alert cannot be recorded", "alert", a.ID, "err", err)
		w.tally.storeFailed(err)
	default:
		w.tally.delivered(d)
		if w.opts.Attempted != nil && !d.Untried {
			w.opts.Attempted(AttemptReport{Route: a.Route, State: d.State, Published: published, At: d.At})
		}
	}
}

// AttemptReport is how one attempt at saying an alert ended.
type AttemptReport struct {
	Route     string
	State     store.AlertState // pending: it is tried again
	Published time.Time        // when the article was that it is about; zero: not known
	At        time.Time
}

// attempt says an alert, or finds that it was said, and notes the outcome in d.
// It returns when the alert's article was published.
func (w *Watcher) attempt(ctx context.Context, a store.Alert, d *store.Delivery) (published time.Time) {
	log := w.log.With("alert", a.ID, "channel", a.Channel)
	var content slack.Alert
	if err := json.Unmarshal(a.Content, &content); err != nil {
		d.State, d.Problem = store.AlertFailed, "reading the alert's content: "+err.Error()
		log.Error("alert cannot be said", "reason", d.Problem)
		return time.Time{}
	}
	if a.Unsettled {
		receipt, sure, err := w.lookUp(ctx, log, a)
		switch {
		case err != nil:
			// Whether it was said is as unknown as before.
			d.Problem, d.NextTry = err.Error(), w.now().Add(max(ambiguousRetry, backoff(a.Attempts)))
			return content.Published
		case sure:
			w.sent(log, a, d, receipt)
			return content.Published
		}
	}
	receipt, err := w.sink.Post(context.WithoutCancel(ctx), a.Channel, content)
	if err != nil {
		w.failed(log, a, d, err)
	} else {
		w.sent(log, a, d, receipt)
	}
	return content.Published
}

// lookUp searches the channel for an alert that an earlier attempt may have
// said; sure is whether it was found. The error is of a search that may go
// better later. Where the history cannot be read at all, the alert is to be
// said: twice is better than never.
func (w *Watcher) lookUp(ctx context.Context, log *slog.Logger, a store.Alert) (receipt string, sure bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookUpLimit)
	defer cancel()
	receipt, found, err := w.sink.Find(ctx, a.Channel, a.ID, a.Tried)
	if err == nil {
		return receipt, found, nil
	}
	switch class, _ := slack.Classify(err); {
	case ctx.Err() != nil, class == slack.NotSent, class == slack.Ambiguous, class == slack.Transient:
		log.Warn("alert cannot be looked up", "reason", err)
		return "", false, err
	}
	log.Warn("alert may be said twice, since the channel's history cannot be read", "reason", err)
	return "", false, nil
}

// sent notes that an alert was said.
func (w *Watcher) sent(log *slog.Logger, a store.Alert, d *store.Delivery, receipt string) {
	d.State, d.Receipt, d.Problem = store.AlertSent, receipt, ""
	w.pacing.said(a.Channel, w.now().Add(w.sink.Pace()))
	log.Info("alert said", "severity", a.Severity, "receipt", receipt, "attempts", a.Attempts)
}

// failed notes an attempt that did not succeed.
func (w *Watcher) failed(log *slog.Logger, a store.Alert, d *store.Delivery, err error) {
	t := troubleOf(err, a)
	now := w.now()
	d.Problem, d.NextTry = err.Error(), now.Add(t.wait)
	d.Unsettled, d.Strike = t.maybe, t.strike
	w.pacing.said(a.Channel, now.Add(w.sink.Pace()))
	if t.everywhere {
		w.pacing.rest(d.NextTry)
	}
	if t.final {
		d.State = store.AlertFailed
		log.Error("alert cannot be said", "reason", d.Problem)
		return
	}
	log.Warn("alert is tried again", "reason", d.Problem, "attempts", a.Attempts, "next", d.NextTry)
}
