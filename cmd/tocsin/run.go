package main

import (
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

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

Rules are reloaded when their files change, and on SIGHUP. If anything is wrong with
them, the log says what, and those before stay in use. The configuration, with the
list of its rules, and the feeds are read at the start only.

At web.listen it serves /livez, /readyz and /metrics. Under systemd it is a service of
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

// run is the daemon, which reloads its rules on every signal from requests.
func (e *env) run(ctx context.Context, requests <-chan os.Signal) error {
	s, err := e.loadSettings(time.Now())
	if err != nil {
		return err
	}
	log := newLogger(e.stderr, s.config.Log, false)
	sink, err := e.newSink("", s.config, log, newConsole(e.stderr))
	if err != nil {
		return err
	}
	s.pushed = s.config.Fetch.WebsubCallback != ""
	s.hears = true
	site, err := openSite(log, s.config.Web)
	if err != nil {
		return err
	}
	v := newVitals(log, s)
	site.serve(v)
	defer site.close()
	log.Info("tocsin begins", "version", version, "store", s.config.StoreName())
	idle, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { giveBack(idle) })
	beside.Go(func() { v.run(idle) })
	defer beside.Wait()
	defer stop()
	err = s.watch(ctx, log, sink, v.listeners(), func(w *watcher.Watcher) error {
		v.of(w)
		if s.pushed {
			site.takePushes(s.config.Fetch, w.Subscriber())
		}
		return runReloading(ctx, w, s.reloader(log, w, v, configNotice(log, e.configPath())), requests)
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
