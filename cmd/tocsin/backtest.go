package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tocsin/rules"
	"tocsin/watcher"
	"tocsin/watcher/config"
)

func newBacktest(e *env) *cobra.Command {
	var o backtestOptions
	cmd := &cobra.Command{
		Use:   "backtest --rules NEW [--against OLD]",
		Short: "What a rule set would have done over the archive, beside another",
		Long: `Judges the articles of the archive with two rule sets, as the daemon would have: with
stories, routes, and what does not ring. Shows how many alerts each raises a day, which
alerts come and go with NEW, and what in the rules did it. NEW and OLD are whole rule
sets; OLD is by default the rules that the configuration names.

A path is a file, a folder, builtin: or builtin:THEME; give the flags again for several.
Feeds count as they are configured and called now; articles of feeds that are not in the
configuration any more are left out. Works beside a running daemon, and changes nothing.

Alerts a day are those from --since on, over the days from the first article seen then
to the last; less than a day counts as one. The exit code is 1 where NEW raises more than
--max-per-day, and where there are no articles to judge.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.limited = cmd.Flags().Changed("max-per-day")
			ctx, stop := untilSignal()
			defer stop()
			return e.backtest(ctx, o)
		},
	}
	cmd.Flags().StringArrayVar(&o.rules, "rules", nil, "try the rules at `path`")
	cmd.Flags().StringArrayVar(&o.against, "against", nil, "compare with the rules at `path` (default the running ones)")
	cmd.Flags().StringVar(&o.since, "since", "30d", "how far back: a `time` span such as 12h, or a day such as 2026-03-01")
	cmd.Flags().Float64Var(&o.maxPerDay, "max-per-day", 0, "exit 1 if NEW raises more than `n` alerts a day")
	cmd.Flags().BoolVar(&o.all, "all", false, "list every change")
	cmd.Flags().BoolVar(&o.json, "json", false, "print a JSON object with every change")
	return cmd
}

type backtestOptions struct {
	rules, against []string
	since          string
	maxPerDay      float64
	limited        bool // by maxPerDay
	all, json      bool
}

func (e *env) backtest(ctx context.Context, o backtestOptions) error {
	b, err := e.runBacktest(ctx, o)
	if err != nil {
		return err
	}
	if b.LeftOut > 0 {
		e.printf("left out: %s of %s that the configuration does not name any more", count(b.LeftOut, "article"), count(b.LeftOutFeeds, "feed"))
	}
	if o.json {
		err = printJSON(e.stdout, backtestJSONOf(b))
	} else {
		_, err = io.WriteString(e.stdout, backtestText(b, o.all, time.Local))
	}
	if err == nil && o.limited && b.PerDay(b.Now) > o.maxPerDay {
		err = codedError{exitNotSo, fmt.Errorf("%s alerts a day are more than the %v of --max-per-day", perDay(b, b.Now), o.maxPerDay)}
	}
	return err
}

// runBacktest does what o asks for. A backtest of nothing is an error: it would
// speak well of any rules.
func (e *env) runBacktest(ctx context.Context, o backtestOptions) (*watcher.Backtest, error) {
	now := time.Now()
	opts, c, err := e.backtestSettings(o, now)
	if err != nil {
		return nil, err
	}
	db, err := openToRead(ctx, c)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	out := newConsole(e.stderr)
	opts.Progress = func(articles int) { out.progress("judged %s", count(articles, "article")) }
	b, err := watcher.RunBacktest(ctx, db, opts)
	out.progress("")
	if err != nil {
		return nil, storeTrouble(err)
	}
	if b.Articles == 0 {
		return nil, codedError{exitNotSo, nothingToJudge(b, opts.Since, c.StoreName())}
	}
	return b, nil
}

func nothingToJudge(b *watcher.Backtest, since time.Time, archive string) error {
	from := since.Format(time.DateOnly)
	if b.LeftOut > 0 {
		return fmt.Errorf("all %s since %s in %s are of feeds that the configuration does not name (--config names the one they were polled with)",
			count(b.LeftOut, "article"), from, archive)
	}
	return fmt.Errorf("there are no articles since %s in %s to judge (tocsin once fetches some)", from, archive)
}

// backtestSettings reads and checks everything but the store, which is that of
// the configuration that it returns.
func (e *env) backtestSettings(o backtestOptions, now time.Time) (opts watcher.BacktestOptions, c *config.Config, err error) {
	if len(o.rules) == 0 {
		return opts, nil, usage("tocsin backtest needs the rules to try: --rules PATH")
	}
	if !(o.maxPerDay >= 0) {
		return opts, nil, usage("--max-per-day must be 0 or more, not %v", o.maxPerDay)
	}
	if opts.Since, err = parseSince(o.since, now); err != nil {
		return opts, nil, err
	}
	c, problems, err := e.loadConfig()
	if err != nil {
		return opts, nil, err
	}
	if c == nil {
		return opts, nil, e.refuse(problems)
	}
	if opts.Now, err = e.rulesOrRefuse(loadRulePaths(o.rules, now)); err != nil {
		return opts, nil, err
	}
	if len(o.against) > 0 {
		opts.Before, err = e.rulesOrRefuse(loadRulePaths(o.against, now))
	} else {
		opts.Before, err = e.rulesOrRefuse(loadRules(c.Rules, now, c.UnreadableRules), nil)
	}
	opts.Feeds, opts.Routes, opts.StoryWindow = c.Feeds, c.Routes, c.StoryWindow
	return opts, c, err
}

// rulesOrRefuse returns the set of what was loaded, or says what is wrong with
// it.
func (e *env) rulesOrRefuse(l *loadedRules, err error) (*rules.Set, error) {
	if err != nil {
		return nil, err
	}
	if l.set == nil {
		return nil, e.refuse(l.problems)
	}
	return l.set, nil
}
