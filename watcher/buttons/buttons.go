// Package buttons does what people ask for at messages and with /tocsin: it keeps
// their votes, mutes, and answers questions about an article or the daemon.
//
// It hears nobody itself; package slack does. It trusts whoever can see a message, but
// for people of other workspaces, whose votes and mutes are not taken.
package buttons

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/slack"
)

// Store is what is asked of a store.
type Store interface {
	watcher.Finder
	store.Searcher
	store.Feedback
	Feed(ctx context.Context, url string) (store.Feed, error)
	Counts(ctx context.Context) (store.Counts, error)
}

// Muter is a store that can silence something. A mute replaces that of the same
// target; one whose time has passed ends it.
type Muter interface {
	Mute(ctx context.Context, m store.Mute) error
	Mutes(ctx context.Context, at time.Time) ([]store.Mute, error)
}

// Slack is where people are answered.
type Slack interface {
	// Redraw has the message of an alert, at a place, say what is so by now; see
	// watcher.Watcher. What people did at it is part of that.
	Redraw(ctx context.Context, alert, receipt string) error
	Reply(ctx context.Context, to slack.Origin, r slack.Reply) error
}

// Desk does what people ask for. Its methods may be called from any goroutine.
type Desk struct {
	log   *slog.Logger
	store Store
	muter Muter // nil: nothing can be muted
	slack Slack
	now   func() time.Time
	plan  func() watcher.Plan
}

// New returns a desk. What can be muted is up to the store: where it is no Muter,
// people are told so. plan returns the feeds and the rules that are in use.
func New(log *slog.Logger, st Store, sl Slack, now func() time.Time, plan func() watcher.Plan) *Desk {
	d := &Desk{log: log, store: st, slack: sl, now: now, plan: plan}
	d.muter, _ = st.(Muter)
	return d
}

const (
	// muteRuleFor is how long a rule is muted from a message.
	muteRuleFor = 8 * time.Hour
	// muteStoryFor is how long a story is muted from a message: longer than stories
	// go on.
	muteStoryFor = 30 * 24 * time.Hour
	// tries is how often something is tried that fails for now.
	tries = 4
)

// Act does what an event asks for, unless it was done before by any daemon that shares
// the store.
func (d *Desk) Act(ctx context.Context, e slack.Event) {
	log := d.log.With("envelope", e.ID, "person", e.By.ID)
	var first bool
	err := d.insist(ctx, func() (err error) {
		first, err = d.store.HandleOnce(ctx, "slack envelope "+e.ID, d.now())
		return err
	})
	var reply *slack.Reply
	switch {
	case err != nil:
	case !first:
		log.Debug("Slack brought again what was done")
		return
	case e.Click != nil:
		reply, err = d.click(ctx, log, e.By, *e.Click)
	case e.Command != nil:
		reply, err = d.command(ctx, log, e.By, e.Command.Text)
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		reply = say("Tocsin does not keep this alert any more.")
	case err != nil:
		log.Error("what somebody asked for in Slack cannot be done", "reason", err)
		reply = say("Tocsin cannot do this now, since it is in trouble with its store. Try again later.")
	}
	if reply == nil {
		return
	}
	if err := d.slack.Reply(ctx, e.Origin, *reply); err != nil {
		log.Warn("somebody cannot be answered in Slack", "reason", err)
	}
}

// say is a reply of one line.
func say(format string, args ...any) *slack.Reply {
	return &slack.Reply{Title: fmt.Sprintf(format, args...)}
}

// insist tries again what the store fails to do, for a few seconds.
func (d *Desk) insist(ctx context.Context, try func() error) error {
	for n := 1; ; n++ {
		err := try()
		if err == nil || n == tries || errors.Is(err, store.ErrNotFound) {
			return err
		}
		if !rest(ctx, time.Second<<(n-1)) {
			return err
		}
	}
}

// rest waits; false says that ctx ended meanwhile.
func rest(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// deedKinds are what buttons do, as the store has it.
var deedKinds = map[slack.Button]store.DeedKind{
	slack.ButtonUseful:      store.Useful,
	slack.ButtonNotRelevant: store.NotRelevant,
	slack.ButtonMuteStory:   store.MutedStory,
	slack.ButtonMuteRule:    store.MutedRule,
}

// click does what a button says. A nil reply is for what the message shows.
func (d *Desk) click(ctx context.Context, log *slog.Logger, by slack.Person, c slack.Click) (reply *slack.Reply, err error) {
	if c.Button == slack.ButtonWhy {
		return d.whyAlert(ctx, c.Key)
	}
	kind, known := deedKinds[c.Button]
	if !known {
		return nil, nil // of another tocsin
	}
	if by.Guest {
		return say("Only members of the workspace that tocsin is installed in can vote and mute."), nil
	}
	deed := store.Deed{Alert: c.Key, Person: by.ID, Name: by.Name, Kind: kind, At: c.At}
	if deed.At.IsZero() {
		deed.At = d.now()
	}
	if !kind.IsVote() {
		if reply, err = d.muteAt(ctx, &deed); err != nil || deed.Until.IsZero() {
			return reply, err
		}
	}
	if err := d.insist(ctx, func() error { return d.store.RecordFeedback(ctx, deed) }); err != nil {
		return nil, err
	}
	log.Info("somebody acted at an alert", "alert", c.Key, "deed", kind)
	d.show(ctx, log, c)
	return reply, nil
}

// muteAt mutes what the deed says, and notes in it until when. Until stays zero where
// nothing can be muted.
func (d *Desk) muteAt(ctx context.Context, deed *store.Deed) (*slack.Reply, error) {
	var cause store.Cause
	err := d.insist(ctx, func() (err error) {
		cause, err = d.store.Cause(ctx, deed.Alert)
		return err
	})
	if err != nil {
		return nil, err
	}
	target, until := "story:"+cause.Alert.Story, d.now().Add(muteStoryFor)
	if deed.Kind == store.MutedRule {
		deed.Object = strongest(cause)
		target, until = "rule:"+deed.Object, d.now().Add(muteRuleFor)
	}
	reply, err := d.mute(ctx, target, until)
	if err == nil && d.muter != nil {
		deed.Until = until
	}
	return reply, err
}

// mute mutes a target, and says so.
func (d *Desk) mute(ctx context.Context, target string, until time.Time) (*slack.Reply, error) {
	if d.muter == nil {
		return say("This tocsin cannot mute anything."), nil
	}
	if err := d.insist(ctx, func() error { return d.muter.Mute(ctx, store.Mute{Target: target, Until: until, At: d.now()}) }); err != nil {
		return nil, err
	}
	return &slack.Reply{
		Title: fmt.Sprintf("Muted until %s: %s", moment(until), shown(target)),
		Lines: []slack.ReplyLine{{Text: "/tocsin unmute " + shown(target) + " ends that"}},
	}, nil
}

func moment(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04 UTC") }

// show has the message show what people did at it.
func (d *Desk) show(ctx context.Context, log *slog.Logger, c slack.Click) {
	for n := range tries {
		err := d.slack.Redraw(ctx, c.Key, c.Message.String())
		if err == nil {
			return
		}
		class, after := slack.Classify(err)
		if class != slack.NotSent && class != slack.Ambiguous && class != slack.Transient || !rest(ctx, max(after, time.Second<<n)) {
			log.Warn("a message does not show what was done at it", "alert", c.Key, "reason", err)
			return
		}
	}
}

// Deeds returns what people did at the message of an alert, oldest first.
func (d *Desk) Deeds(ctx context.Context, alert string) ([]slack.Deed, error) {
	kept, err := d.store.FeedbackOn(ctx, alert)
	if err != nil {
		return nil, err
	}
	var deeds []slack.Deed
	for _, k := range kept {
		for button, kind := range deedKinds {
			if kind == k.Kind {
				deeds = append(deeds, slack.Deed{Button: button, Name: k.Name, Object: k.Object, Until: k.Until})
			}
		}
	}
	return deeds, nil
}
