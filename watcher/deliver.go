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

// Sink says alerts. What its errors mean is what slack.Classify says of them. A
// receipt is where something can be found; "" where a sink cannot say.
type Sink interface {
	// Post says a on a channel, in the thread of the message with the receipt thread
	// where that is not "", and returns its receipt.
	Post(ctx context.Context, channel, thread string, a slack.Alert) (receipt string, err error)
	// Find looks for the alert with the key, said since then, in the channel's
	// history or in the thread. A sink without a history finds nothing.
	Find(ctx context.Context, channel, thread, key string, since time.Time) (receipt string, found bool, err error)
	// Edit has a message say something else. It may be repeated.
	Edit(ctx context.Context, receipt string, a slack.Alert) error
	// Link returns the address of a message; "" where it has none.
	Link(ctx context.Context, receipt string) (string, error)
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
		w.rest(ctx, next, w.rang, func(_, alerts time.Time) time.Time { return alerts })
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
	until := w.now().Add(alertLease - insistMargin)
	t := attempt{
		Watcher: w, alert: a, log: w.log.With("alert", a.ID, "channel", a.Channel),
		d: store.Delivery{Alert: a.ID, Holder: w.opts.Holder, Lease: a.Lease, State: store.AlertPending, Unsettled: a.Unsettled, Problem: a.Problem},
	}
	if err := w.pacing.turn(ctx, w.now, a.Channel); err != nil {
		t.d.Untried, t.d.NextTry = true, a.NextTry
	} else {
		t.make(ctx)
	}
	d := t.d
	d.At = w.now()
	err := w.insist(ctx, until, func() error {
		return w.store.RecordDelivery(context.WithoutCancel(ctx), d)
	})
	switch {
	case errors.Is(err, store.ErrLeaseLost):
		w.log.Warn("alert was taken over by another daemon", "alert", d.Alert)
	case err != nil:
		// The alert stays leased and unsettled. When the lease has run out it is
		// looked up before anything is said again.
		w.log.Error("outcome of an alert cannot be recorded", "alert", d.Alert, "err", err)
		w.tally.storeFailed(err)
	default:
		w.tally.delivered(d)
		if w.opts.Attempted != nil && !d.Untried {
			w.opts.Attempted(AttemptReport{Route: a.Route, State: d.State, Published: t.content.Published, At: d.At})
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

// attempt is one attempt at saying an alert.
type attempt struct {
	*Watcher
	alert   store.Alert // what is said: that which was claimed, or what was made to say it
	content slack.Alert
	parent  store.Alert // of a reply: what says the message in whose thread it is to be; zero for none
	d       store.Delivery
	log     *slog.Logger
}

// make says the alert, or finds that it was said, and notes the outcome in d.
func (t *attempt) make(ctx context.Context) {
	if err := json.Unmarshal(t.alert.Content, &t.content); err != nil {
		t.d.State, t.d.Problem = store.AlertFailed, "reading the alert's content: "+err.Error()
		t.log.Error("alert cannot be said", "reason", t.d.Problem)
		return
	}
	if t.alert.Kind == store.AlertReply {
		if ready, err := t.findParent(ctx); err != nil || !ready {
			t.storeTrouble(ctx, err)
			return
		}
	}
	if t.alert.Unsettled {
		receipt, sure, err := t.lookUp(ctx)
		switch {
		case err != nil:
			// Whether it was said is as unknown as before.
			t.d.Problem, t.d.NextTry = err.Error(), t.now().Add(max(ambiguousRetry, backoff(t.alert.Attempts)))
		case sure:
			t.said(ctx, receipt)
		default:
			// It was not said, and is as if it had never been tried: somebody may have
			// muted it meanwhile.
			t.d.Untried, t.d.Unsettled, t.d.NextTry = true, false, t.now()
		}
		return
	}
	if now, err := t.plan(ctx); err != nil || !now {
		t.storeTrouble(ctx, err)
		return
	}
	if err := t.dress(ctx); err != nil {
		t.storeTrouble(ctx, err)
		return
	}
	receipt, err := t.sink.Post(context.WithoutCancel(ctx), t.alert.Channel, t.parent.Receipt, t.content)
	if err != nil {
		t.failed(t.log, t.alert, &t.d, err)
		return
	}
	t.said(ctx, receipt)
}

// storeTrouble notes that the store could not tell what is to be known before the
// alert is said; nil is no trouble.
func (t *attempt) storeTrouble(ctx context.Context, err error) {
	if err == nil {
		return
	}
	t.d.Untried, t.d.NextTry = true, t.now().Add(storeRest)
	if errors.Is(err, store.ErrLeaseLost) {
		return
	}
	if ctx.Err() == nil && t.tally.storeFailed(err) {
		t.log.Error("the store fails; the alert is said later", "err", err)
	}
}

// said notes that the alert was said, and what others are to show of it.
func (t *attempt) said(ctx context.Context, receipt string) {
	t.sent(t.log, t.alert, &t.d, receipt)
	if t.alert.Kind == store.AlertReply {
		t.showInParent(ctx)
	}
}

// lookUp searches the channel for an alert that an earlier attempt may have
// said; sure is whether it was found. The error is of a search that may go
// better later. Where the history cannot be read at all, the alert is to be
// said: twice is better than never.
func (t *attempt) lookUp(ctx context.Context) (receipt string, sure bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookUpLimit)
	defer cancel()
	receipt, found, err := t.sink.Find(ctx, t.alert.Channel, t.parent.Receipt, t.alert.ID, t.alert.Tried)
	if err == nil {
		return receipt, found, nil
	}
	switch class, _ := slack.Classify(err); {
	case ctx.Err() != nil, class == slack.NotSent, class == slack.Ambiguous, class == slack.Transient:
		t.log.Warn("alert cannot be looked up", "reason", err)
		return "", false, err
	}
	t.log.Warn("alert may be said twice, since the channel's history cannot be read", "reason", err)
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
