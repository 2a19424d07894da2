package main

import (
	"context"
	"errors"
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
SIGTERM or Ctrl-C. Alerts go to Slack where there is a token, else to the terminal.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.run(ctx)
		},
	}
}

func (e *env) run(ctx context.Context) error {
	s, err := e.loadSettings(time.Now())
	if err != nil {
		return err
	}
	log := newLogger(e.stderr, s.config.Log, false)
	sink, err := e.newSink("", s.config, log, newConsole(e.stderr))
	if err != nil {
		return err
	}
	log.Info("tocsin begins", "version", version, "store", s.config.Store)
	err = s.watch(ctx, log, sink, nil, func(w *watcher.Watcher) error { return w.Run(ctx) })
	if interruptedBy(ctx) == syscall.SIGTERM && (err == nil || errors.Is(err, errInterrupted)) {
		log.Info("tocsin ends", "cause", context.Cause(ctx))
		return nil
	}
	if err == nil {
		err = errInterrupted
	}
	return err
}
