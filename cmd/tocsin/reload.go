package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/watcher"
	"tocsin/watcher/config"
	"tocsin/watcher/reload"
)

// hangups returns where SIGHUP comes from now on. It does not end the process
// any more, until that ends by itself.
func hangups() <-chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c
}

// readDraft reads the rules of a configuration.
func readDraft(c *config.Config) reload.Draft {
	l := new(loadedRules)
	l.read(c.Rules, c.UnreadableRules)
	return reload.Draft{
		Digest:  l.digest(),
		Compile: func(now time.Time) (*rules.Set, []yamlfile.Problem) { return l.setFor(c, now) },
	}
}

// digest is the same for the same files and the same trouble with reading them.
func (l *loadedRules) digest() string {
	h := sha256.New()
	for _, f := range l.files {
		fmt.Fprintf(h, "%q %d\n", f.name, len(f.data))
		h.Write(f.data)
	}
	for _, p := range l.problems {
		fmt.Fprintln(h, p)
	}
	return string(h.Sum(nil))
}

// setFor compiles rules that were read and not compiled for a configuration,
// whose routes may ask for themes that no rule has. The set is nil when there is
// an error among the problems.
func (l *loadedRules) setFor(c *config.Config, now time.Time) (*rules.Set, []yamlfile.Problem) {
	compiled := loadedRules{problems: slices.Clone(l.problems), files: l.files}
	compiled.compile(now)
	if compiled.set == nil {
		return nil, compiled.problems
	}
	problems := append(compiled.problems, c.UnknownThemes(themesOf(compiled.set))...)
	if yamlfile.AnyError(problems) {
		return nil, problems
	}
	return compiled.set, problems
}

// reloader returns what keeps a watcher's rules as their files have them. What it
// does is told to v, and the page shows it; changed is called on every request for a reload.
func (s *settings) reloader(log *slog.Logger, w *watcher.Watcher, v *vitals, shown *pageDaemon, changed func()) *reload.Reloader {
	return reload.New(log, time.Now, reload.InUse{Draft: s.draft, Set: s.rules, At: s.at}, reload.Options{
		Read: func() reload.Draft { return readDraft(s.config) },
		Use: func(set *rules.Set) {
			w.SetRules(set)
			v.expect(set)
			shown.use(s.config, set)
		},
		Watch: reload.Files(onDisk(s.config.Rules)),
		Asked: func() {
			v.reloading()
			changed()
		},
		Looked: v.looked,
	})
}

// runReloading runs a watcher while its rules are kept up to date, and returns
// when both have ended.
func runReloading(ctx context.Context, w *watcher.Watcher, r *reload.Reloader, requests <-chan os.Signal) error {
	reloads, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { r.Run(reloads, requests) })
	defer running.Wait()
	defer stop()
	return w.Run(ctx)
}

// onDisk leaves out the rules that are in the program.
func onDisk(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return strings.HasPrefix(p, config.Builtin) })
}

// configNotice returns what says that the configuration has changed since now,
// if it has. Whoever asks for a reload may expect more than new rules.
func configNotice(log *slog.Logger, path string) func() {
	before, err := readText(path)
	if err != nil {
		return func() {} // there is none
	}
	return func() {
		if after, err := readText(path); err == nil && !bytes.Equal(before, after) {
			log.Warn("the configuration has changed, which counts from the next start on; only rules are reloaded", "file", path)
		}
	}
}
