package main

import (
	"context"
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
		RunE: func(cmd *cobra.Command, _ []string) error { return e.run(cmd.Context()) },
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
	log.Info("tocsin runs", "version", version, "feeds", len(s.config.Feeds), "rules", len(s.rules.Rules()), "store", s.config.Store)
	err = s.watch(ctx, log, sink, nil, func(w *watcher.Watcher) error { return w.Run(ctx) })
	if err != nil {
		return err
	}
	log.Info("tocsin ends", "cause", context.Cause(ctx))
	if interruptedBy(ctx) != syscall.SIGTERM {
		return errInterrupted
	}
	return nil
}
