package main

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"tocsin/watcher"
)

func newOnce(e *env) *cobra.Command {
	var o onceOptions
	cmd := &cobra.Command{
		Use:   "once",
		Short: "One round: poll what is due, judge, deliver, exit",
		Long: `Polls the feeds that are due, judges every new article, delivers the alerts, and
exits. Alerts go to Slack where there is a token, else to the terminal.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.once(ctx, o)
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "poll every feed, due or not")
	cmd.Flags().StringVar(&o.deliver, "deliver", "", "where alerts go: slack, terminal, or none to keep them for later")
	return cmd
}

type onceOptions struct {
	all     bool
	deliver string
}

func (e *env) once(ctx context.Context, o onceOptions) error {
	s, err := e.loadSettings(time.Now())
	if err != nil {
		return err
	}
	out := newConsole(e.stderr)
	log := newLogger(out.writer(e.stderr), quiet(s.config.Log), out.terminal)
	sink, err := e.newSink(o.deliver, s.config, log, out, nil)
	if err != nil {
		return err
	}
	var sum watcher.Summary
	err = s.watch(ctx, log, sink, listeners{polled: progress(out, len(s.config.Feeds))}, func(w *watcher.Watcher) (err error) {
		sum, err = w.Once(ctx, o.all)
		return err
	})
	out.progress("")
	if err != nil {
		return err
	}
	e.printf("%s", summary(sum))
	if sum.Dead > 0 {
		return codedError{exitNotSo, nil}
	}
	return nil
}

// progress returns what shows how far a round is.
func progress(out *console, feeds int) func(watcher.PollReport) {
	var polled, news, alerts atomic.Int64
	return func(r watcher.PollReport) {
		polled.Add(1)
		news.Add(int64(r.New))
		alerts.Add(int64(r.Alerts))
		out.progress("polled %d of %s, %s, %s",
			polled.Load(), count(feeds, "feed"), count(int(news.Load()), "new article"), count(int(alerts.Load()), "alert"))
	}
}
