// Package reload keeps the rules of a running daemon as their files have them.
// It notices changes, waits until they are whole, and puts the new rules in use
// only if nothing is wrong with them; else it says what, and the ones before
// stay in use.
//
// It does not know which files there are or what a configuration is: whoever
// uses it reads and compiles, in the same way as when the daemon began.
package reload

import (
	"context"
	"log/slog"
	"os"
	"time"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
)

// Draft is rules as their files have them, before it is known whether they can
// be used.
type Draft struct {
	// Digest is the same for the same files with the same content, and for the
	// same trouble with reading them.
	Digest string
	// Compile makes the rules that count at now. The set is nil when there is an
	// error among the problems.
	Compile func(now time.Time) (*rules.Set, []yamlfile.Problem)
}

// InUse is rules that are in use.
type InUse struct {
	Draft
	Set *rules.Set
	At  time.Time // the time for which it was compiled
}

// Options is what a Reloader does its work with.
type Options struct {
	// Read reads the rules.
	Read func() Draft
	// Use puts rules in use.
	Use func(*rules.Set)
	// Watch begins to watch what Read reads, for changes from then on. One
	// signal may stand for many changes. It is called again after changes, when
	// the watch before was stopped, since there may be other things to watch.
	Watch func() (changed <-chan struct{}, stop func(), err error)
	// Asked is called before a reload that somebody asked for; nil calls nothing.
	Asked func()
	// Looked is called after every look at the rules, with whether somebody asked
	// for it, and whether the rules, as the files have them, are wrong; nil calls
	// nothing.
	Looked func(asked, refused bool)
}

// Reloader keeps rules up to date. Make it with New.
type Reloader struct {
	log  *slog.Logger
	now  func() time.Time
	opts Options

	inUse InUse
	tried string // the digest that was looked at last

	changed <-chan struct{}
	stop    func() // ends the watch; nil when there is none
	blind   bool   // the last watch could not be set up
}

// New returns a reloader for a daemon that begins with the rules in use. It
// starts nothing.
func New(log *slog.Logger, now func() time.Time, inUse InUse, o Options) *Reloader {
	return &Reloader{log: log, now: now, opts: o, inUse: inUse, tried: inUse.Digest}
}

// Why rules are looked at, as the log says it.
const (
	onChange  = "a change of the files"
	onRequest = "a request"
	onNewDay  = "a new day"
)

// often is how often the date is looked at, and files that were refused are read
// again: what made them unreadable may have passed without a change of them.
const often = time.Minute

// Run puts new rules in use until ctx ends: when files change, when a signal
// comes from asked, and when a day ends with which tunings expire.
func (r *Reloader) Run(ctx context.Context, asked <-chan os.Signal) {
	defer r.unwatch()
	r.reload(onChange) // files may have changed since they were read
	tick := time.NewTicker(often)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-asked:
			if r.opts.Asked != nil {
				r.opts.Asked()
			}
			r.reload(onRequest)
		case <-r.changed:
			if !settle(ctx, r.changed) {
				return
			}
			r.reload(onChange)
		case <-tick.C:
			r.newDay()
			if r.refused() {
				r.reload(onChange)
			}
		}
	}
}

const (
	// quiet is how long nothing must have changed for files to count as whole:
	// saving one is several changes.
	quiet = 200 * time.Millisecond
	// maxUnrest is how long a reload is put off at the most.
	maxUnrest = 5 * time.Second
)

// settle returns when what changes has come to rest. It reports false when ctx
// ended before that.
func settle(ctx context.Context, changed <-chan struct{}) bool {
	limit := time.After(maxUnrest)
	for {
		select {
		case <-ctx.Done():
			return false
		case <-limit:
			return true
		case <-time.After(quiet):
			return true
		case <-changed:
		}
	}
}

// reload reads the files and takes what they say if it is something new. Rules
// that were refused are told of again only to somebody who asks.
func (r *Reloader) reload(why string) {
	defer func() {
		if r.opts.Looked != nil {
			r.opts.Looked(why == onRequest, r.refused())
		}
	}()
	r.watch() // first, so that what changes after the reading is noticed
	d := r.opts.Read()
	if d.Digest == r.tried && !(why == onRequest && r.refused()) {
		r.log.Debug("rules are unchanged", "after", why)
		return
	}
	r.tried = d.Digest
	r.take(d, r.now(), why)
}

// refused reports whether the files, as they were read last, are not in use.
func (r *Reloader) refused() bool { return r.tried != r.inUse.Digest }

// newDay compiles the rules in use again when they were compiled on another day,
// UTC, since tunings count until the end of one. The files are left alone.
func (r *Reloader) newDay() {
	now := r.now()
	if now.UTC().Truncate(24 * time.Hour).Equal(r.inUse.At.UTC().Truncate(24 * time.Hour)) {
		return
	}
	r.inUse.At = now // also if they are refused: that is said once a day
	r.take(r.inUse.Draft, now, onNewDay)
}

// take puts a draft in use if it is whole and right.
func (r *Reloader) take(d Draft, now time.Time, why string) {
	set, problems := d.Compile(now)
	if set == nil {
		r.refuse(problems, why)
		return
	}
	diff := rules.Compare(r.inUse.Set, set)
	if why == onNewDay && diff.None() {
		return
	}
	r.opts.Use(set)
	r.inUse = InUse{d, set, now}
	r.log.Info("rules reloaded", "rules", len(set.Rules()), "changes", diff.String(), "after", why)
}
