package watcher

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"time"

	"tocsin/store"
	"tocsin/watcher/slack"
)

// parentRest is how long a reply waits for a message that is not said yet, and whose
// time is not known.
const parentRest = time.Minute

// spoken returns the alert that says the one with the ID: itself, or the one that it
// was gathered into. It is the zero Alert where the store has none.
func (w *Watcher) spoken(ctx context.Context, id string) (a store.Alert, err error) {
	for id != "" {
		a, err = w.store.Alert(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return store.Alert{}, nil
		}
		if err != nil {
			return store.Alert{}, err
		}
		id = a.SaidBy
	}
	return a, nil
}

// findParent finds the message in whose thread the reply is to be. A reply to what
// was never said, and never will be, is a message of its own. It is not ready as
// long as the message is not said, and waits.
func (t *attempt) findParent(ctx context.Context) (ready bool, err error) {
	if t.parent, err = t.spoken(ctx, t.alert.Follows); err != nil {
		return false, err
	}
	for t.parent.Kind == store.AlertReply {
		// It is in a thread itself, as what is over a budget is: threads have none.
		if t.parent, err = t.spoken(ctx, t.parent.Follows); err != nil {
			return false, err
		}
	}
	switch t.parent.State {
	case store.AlertPending, store.AlertWaiting:
		t.d.State, t.d.Untried = store.AlertWaiting, true
		t.d.NextTry = t.now().Add(parentRest)
		if t.parent.State == store.AlertWaiting && t.parent.Due.After(t.now()) {
			t.d.NextTry = t.parent.Due // behind it in the line
		}
		return false, nil
	}
	return true, nil
}

// dress adds to a message of its own what is known by now: who else reports it, and
// where the earlier message is.
func (t *attempt) dress(ctx context.Context) (err error) {
	if t.alert.Kind == store.AlertFirst {
		t.content, err = t.dressed(ctx, t.alert)
	}
	return err
}

// dressed is the content of an alert with who else reports it, and the address of
// the earlier message.
func (w *Watcher) dressed(ctx context.Context, a store.Alert) (slack.Alert, error) {
	var content slack.Alert
	if err := json.Unmarshal(a.Content, &content); err != nil {
		return content, err
	}
	replies, err := w.store.Replies(ctx, a.ID)
	if err != nil {
		return content, err
	}
	content.Also = reports(replies)
	if content.Earlier == nil {
		return content, nil
	}
	before, err := w.spoken(ctx, a.Follows)
	if err != nil {
		return content, err
	}
	if before.Receipt != "" {
		if content.Earlier.Link, err = w.sink.Link(ctx, before.Receipt); err != nil {
			w.log.Warn("the address of the earlier message is not known", "alert", a.ID, "reason", err)
		}
	}
	return content, nil
}

// reports are those that replies tell.
func reports(replies []store.Alert) []slack.Report {
	var list []slack.Report
	for _, r := range replies {
		var content slack.Alert
		if err := json.Unmarshal(r.Content, &content); err == nil && content.Report != nil {
			list = append(list, *content.Report)
		}
	}
	return list
}

// showInParent has the message whose thread the reply is in name it. That is done
// again until it is known to be done: the reply counts as said from then on.
func (t *attempt) showInParent(ctx context.Context) {
	if t.parent.Receipt == "" {
		return
	}
	err := t.redraw(context.WithoutCancel(ctx), t.parent, t.parent.Receipt)
	if err == nil {
		return
	}
	switch class, _ := slack.Classify(err); class {
	case slack.NotSent, slack.Ambiguous, slack.Credentials, slack.Transient:
		trouble := troubleOf(err, t.alert)
		t.d.State, t.d.Unsettled, t.d.NextTry, t.d.Problem = store.AlertPending, true, t.now().Add(trouble.wait), err.Error()
		if trouble.everywhere {
			t.pacing.rest(t.d.NextTry)
		}
	default:
		t.log.Warn("a message does not name its further reports", "message", t.parent.ID, "reason", err)
	}
}

// maxRedraws is how often a message is changed at the most for one cause.
const maxRedraws = 4

// Redraw has the message of an alert, whose receipt that is, say what is so by now.
// It may be repeated. It is store.ErrNotFound where the alert is kept no more; other
// errors are the store's, or what slack.Classify knows.
func (w *Watcher) Redraw(ctx context.Context, alert, receipt string) error {
	a, err := w.store.Alert(ctx, alert)
	if err != nil {
		return err
	}
	return w.redraw(ctx, a, receipt)
}

// redraw has a message say what is so by now. Somebody else may be changing it at
// the same time, and it is not known whose change gets there last. So everybody looks
// again after their own, and whoever was last has seen what the others had to say.
func (w *Watcher) redraw(ctx context.Context, a store.Alert, receipt string) error {
	var shown *slack.Alert
	for range maxRedraws {
		content, err := w.contentNow(ctx, a)
		if err != nil || content == nil || shown != nil && reflect.DeepEqual(content, shown) {
			return err
		}
		if err := w.sink.Edit(ctx, receipt, *content); err != nil {
			return err
		}
		shown = content
	}
	return nil
}

// contentNow is what the message of an alert is to say from now on; nil where it does
// not change.
func (w *Watcher) contentNow(ctx context.Context, a store.Alert) (*slack.Alert, error) {
	switch {
	case a.Kind == store.AlertFirst:
		content, err := w.dressed(ctx, a)
		return &content, err
	case a.Story == overBudget:
		return w.budgetContent(ctx, a)
	}
	return nil, nil
}

// budgetContent is that of the message about what is over the budget.
func (w *Watcher) budgetContent(ctx context.Context, a store.Alert) (*slack.Alert, error) {
	var content slack.Alert
	if err := json.Unmarshal(a.Content, &content); err != nil {
		return nil, err
	}
	line, err := w.budgetLine(ctx, a.Channel, a.Created)
	if err != nil {
		return nil, err
	}
	content.Digest.Line = line
	return &content, nil
}
