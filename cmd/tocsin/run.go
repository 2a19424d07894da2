package main

import (
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tocsin/store"
	"tocsin/watcher"
)

func newRun(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "The daemon",
		Long: `Polls every feed on its schedule, judges new articles, and delivers alerts, until
SIGTERM or Ctrl-C. Alerts go to Slack where there is a token, else to the terminal.
Feeds that name a hub are subscribed there, if the configuration has a callback for
it (fetch.websub_callback), and are polled less often while the hub does its work.

The configuration, the feeds and the rules are reloaded when their files change, and
on SIGHUP, all together. If anything is wrong with any of them, the log says what, and
what was before stays in use. What only a restart changes is said, too: the store, and
what stands under fetch but min_interval, under slack, retention, web and log.

At web.listen, 127.0.0.1:8420 by default, it serves the page, and /livez, /readyz and
/metrics; at web.pprof, if that is given, the profiles of Go. Under systemd it is a service of
Type=notify with a watchdog, and its log carries the journal's priorities.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			requests := hangups()
			ctx, stop := untilSignal()
			defer stop()
			return e.run(ctx, requests)
		},
	}
}

// run is the daemon, which reloads on every signal from requests.
func (e *env) run(ctx context.Context, requests <-chan os.Signal) error {
	s, err := e.loadSettings(time.Now())
	if err != nil {
		return err
	}
	log := newLogger(e.stderr, s.config.Log, false)
	v := newVitals(log, s)
	sink, err := e.newSink("", s.config, log, newConsole(e.stderr), v.answered)
	if err != nil {
		return err
	}
	s.pushed = s.config.Fetch.WebsubCallback != ""
	s.hears = true
	site, err := openSite(log, s.config.Web)
	if err != nil {
		return err
	}
	site.showVitals(v)
	site.serve()
	defer site.close()
	profiles, err := serveProfiles(log, s.config.Web.Profiles)
	if err != nil {
		return err
	}
	defer profiles()
	log.Info("tocsin begins", "version", version, "store", s.config.StoreName())
	idle, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { v.run(idle) })
	defer beside.Wait()
	defer stop()
	shown := &pageDaemon{ready: v.ready}
	shown.use(s.config, s.rules)
	told := v.listeners()
	told.opened = func(db store.Store) {
		shown.db = db
		beside.Go(func() { giveBack(idle, db) })
	}
	err = s.watch(ctx, log, sink, told, func(w *watcher.Watcher) error {
		v.of(w)
		shown.poll = w.PollNow
		site.showPage(shown)
		if s.pushed {
			site.takePushes(s.config.Fetch, w.Subscriber())
		}
		return runReloading(ctx, w, s.reloader(log, w, v, shown), v.first, requests)
	})
	if interruptedBy(ctx) == syscall.SIGTERM && (err == nil || errors.Is(err, errInterrupted)) {
		log.Info("tocsin ends", "cause", context.Cause(ctx))
		return nil
	}
	if err == nil {
		err = errInterrupted
	}
	return err
}
