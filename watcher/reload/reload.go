// Package reload keeps what a running daemon goes by as its files have it: the
// configuration, the feeds and the rules. It notices changes, waits until they
// are whole, and puts them in use all together, only if nothing is wrong with
// any of them; else it says what, and what was before stays in use.
//
// It does not know which files there are: whoever uses it reads and compiles,
// in the same way as when the daemon began.
package reload

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"time"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/watcher/config"
)

// Setup is what a daemon goes by.
type Setup struct {
	Config *config.Config
	Rules  *rules.Set
}

// Draft is a setup as its files have it, before it is known whether it can be
// used.
type Draft struct {
	// Files are the files and folders that it was read from, or would have been.
	Files []string
	// Digest is the same for the same files with the same content, and for the
	// same trouble with reading them.
	Digest string
	// Secrets says of each file that holds a secret what its digest is.
	Secrets map[string]string
	// Config is nil when there is an error among the problems of Compile.
	Config *config.Config
	// Compile makes the rules that count at now. The set is nil when there is an
	// error among the problems, of whatever file.
	Compile func(now time.Time) (*rules.Set, []yamlfile.Problem)
}

// InUse is a draft that is in use.
type InUse struct {
	Draft
	Set *rules.Set
	At  time.Time // the time for which it was compiled
}

func (u *InUse) setup() Setup { return Setup{u.Config, u.Set} }

// Options is what a Reloader does its work with.
type Options struct {
	// Read reads the files.
	Read func() Draft
	// Use puts a setup in use, or, with an error, nothing of it.
	Use func(context.Context, Setup) error
	// Watch begins to watch files and folders, for changes from then on. One
	// signal may stand for many changes.
	Watch func(paths []string) (changed <-chan struct{}, stop func(), err error)
	// Asked is called before a reload that somebody asked for; nil calls nothing.
	Asked func()
	// Looked is called after every look at the files, with whether somebody asked
	// for it, and whether what they say is not in use; nil calls nothing.
	Looked func(asked, refused bool)
}

// Reloader keeps a setup up to date. Make it with New.
type Reloader struct {
	log  *slog.Logger
	now  func() time.Time
	opts Options

	begun Draft // what the daemon began with, for what only a restart changes
	inUse InUse
	tried string // the digest that was looked at last

	files   []string // that are watched
	changed <-chan struct{}
	stop    func() // ends the watch; nil when there is none
	blind   bool   // the last watch could not be set up
}

// New returns a reloader for a daemon that begins with what is in use. It starts
// nothing.
func New(log *slog.Logger, now func() time.Time, inUse InUse, o Options) *Reloader {
	return &Reloader{log: log, now: now, opts: o, begun: inUse.Draft, inUse: inUse, tried: inUse.Digest, files: inUse.Files}
}

// Why files are looked at, as the log says it.
const (
	onChange  = "a change of the files"
	onRequest = "a request"
	onNewDay  = "a new day"
)

// often is how often the date is looked at, and files that were refused are read
// again: what made them unreadable may have passed without a change of them.
const often = time.Minute

// Run puts what is new in use until ctx ends: when files change, when a signal
// comes from asked, and when a day ends with which tunings expire.
func (r *Reloader) Run(ctx context.Context, asked <-chan os.Signal) {
	defer r.unwatch()
	r.reload(ctx, onChange) // files may have changed since they were read
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
			r.reload(ctx, onRequest)
		case <-r.changed:
			if !settle(ctx, r.changed) {
				return
			}
			r.reload(ctx, onChange)
		case <-tick.C:
			r.newDay(ctx)
			if r.refused() {
				r.reload(ctx, onChange)
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

// reload reads the files and takes what they say if it is something new. What
// was refused is told of again only to somebody who asks.
func (r *Reloader) reload(ctx context.Context, why string) {
	defer func() {
		if r.opts.Looked != nil {
			r.opts.Looked(why == onRequest, r.refused())
		}
	}()
	d := r.read()
	if d.Digest == r.tried && !(why == onRequest && r.refused()) {
		r.log.Debug("the configuration is unchanged", "after", why)
		return
	}
	r.tried = d.Digest
	r.take(ctx, d, r.now(), why)
}

// maxReads is how often files are read until those that are watched are those
// that they name: a configuration names the lists of its feeds.
const maxReads = 3

// read reads the files while they are watched.
func (r *Reloader) read() (d Draft) {
	for range maxReads {
		r.watch() // first, so that what changes after the reading is noticed
		d = r.opts.Read()
		if slices.Equal(d.Files, r.files) {
			break
		}
		r.files = d.Files
	}
	return d
}

// refused reports whether the files, as they were read last, are not in use.
func (r *Reloader) refused() bool { return r.tried != r.inUse.Digest }

// newDay compiles the rules in use again when they were compiled on another day,
// UTC, since tunings count until the end of one. The files are left alone.
func (r *Reloader) newDay(ctx context.Context) {
	now := r.now()
	if now.UTC().Truncate(24 * time.Hour).Equal(r.inUse.At.UTC().Truncate(24 * time.Hour)) {
		return
	}
	r.inUse.At = now // also if they are refused: that is said once a day
	r.take(ctx, r.inUse.Draft, now, onNewDay)
}

// take puts a draft in use if it is whole and right.
func (r *Reloader) take(ctx context.Context, d Draft, now time.Time, why string) {
	set, problems := d.Compile(now)
	if set == nil {
		r.refuse(problems, why)
		return
	}
	next := InUse{d, set, now}
	changes := Compare(r.inUse.setup(), next.setup())
	if why == onNewDay && len(changes) == 0 {
		return
	}
	if err := r.opts.Use(ctx, next.setup()); err != nil {
		if ctx.Err() == nil {
			r.log.Error("not reloaded, what was before stays in use", "reason", err, "after", why)
		}
		r.tried = "" // what went wrong is not in the files: they are tried again
		return
	}
	r.inUse = next
	r.log.Info("reloaded", "feeds", len(d.Config.Feeds), "rules", len(set.Rules()), "changes", listed(changes), "after", why)
	if keys := restarts(r.begun, d); len(keys) > 0 {
		r.log.Warn("what else has changed counts from the next start on", "keys", listed(keys))
	}
}
