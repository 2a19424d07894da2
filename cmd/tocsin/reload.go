package main

import (
	"context"
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

// readDraft reads the configuration at path, "" for the starter pack, and all that
// it names. The problems are the configuration's, and come from Compile, too; an
// error is that of reading the file itself.
func readDraft(path string, files *fileReader) (d reload.Draft, problems []yamlfile.Problem, err error) {
	files.begin()
	c, problems, err := loadConfig(path, files.read)
	if err != nil {
		return reload.Draft{}, nil, err
	}
	l := new(loadedRules)
	if c != nil {
		l.read(c.Rules, c.UnreadableRules)
		files.note(onDisk(c.Rules)...)
	}
	for _, f := range l.files {
		files.digest(f.name, f.data, nil)
	}
	for _, p := range l.problems {
		files.digest(p.File, nil, p)
	}
	return reload.Draft{
		Files: files.names, Digest: files.sum(), Secrets: files.sums, Config: c,
		Compile: func(now time.Time) (*rules.Set, []yamlfile.Problem) {
			if c == nil {
				return nil, problems
			}
			return l.setFor(c, now)
		},
	}, problems, nil
}

// rereadDraft is readDraft while the daemon runs, when a configuration that cannot
// be read is one that is wrong.
func rereadDraft(path string, files *fileReader) reload.Draft {
	d, _, err := readDraft(path, files)
	if err == nil {
		return d
	}
	return reload.Draft{
		Files: files.names, Digest: files.sum(),
		Compile: func(time.Time) (*rules.Set, []yamlfile.Problem) {
			return nil, []yamlfile.Problem{{File: path, Code: "unreadable", Msg: err.Error()}}
		},
	}
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

// reloader returns what keeps a watcher's plan as the files have it. What it does
// is told to v, and the page shows it.
func (s *settings) reloader(log *slog.Logger, w *watcher.Watcher, v *vitals, shown *pageDaemon) *reload.Reloader {
	return reload.New(log, time.Now, reload.InUse{Draft: s.draft, Set: s.rules, At: s.at}, reload.Options{
		Read: func() reload.Draft { return rereadDraft(s.path, s.files) },
		Use: func(ctx context.Context, next reload.Setup) error {
			if err := w.Change(ctx, planOf(next.Config, next.Rules)); err != nil {
				return err
			}
			v.expect(next.Config, next.Rules)
			shown.use(next.Config, next.Rules)
			return nil
		},
		Watch:  reload.Files,
		Asked:  v.reloading,
		Looked: v.looked,
	})
}

// planOf is what a watcher does by a configuration and its rules.
func planOf(c *config.Config, set *rules.Set) watcher.Plan {
	return watcher.Plan{
		Rules: set, Feeds: c.Feeds, Routes: c.Routes, Operators: c.Operators,
		MinInterval: c.Fetch.MinInterval, StoryWindow: c.StoryWindow,
	}
}

// runReloading runs a watcher while its plan is kept up to date from when it has
// begun on, and returns when both have ended.
func runReloading(ctx context.Context, w *watcher.Watcher, r *reload.Reloader, begun <-chan struct{}, requests <-chan os.Signal) error {
	reloads, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		select {
		case <-begun:
			r.Run(reloads, requests)
		case <-reloads.Done():
		}
	})
	defer running.Wait()
	defer stop()
	return w.Run(ctx)
}

// onDisk leaves out the rules that are in the program.
func onDisk(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return strings.HasPrefix(p, config.Builtin) })
}
