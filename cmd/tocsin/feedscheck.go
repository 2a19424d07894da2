package main

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"tocsin/rules/yamlfile"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
	"tocsin/watcher/schedule"
)

func newFeedsCheck(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check [URL|FILE...]",
		Short: "Poll feeds once and say how they are",
		Long: `Polls every feed of the configuration once, or the feeds with these addresses and those in
these lists, and prints a line for each: what is wrong with it, or its format, its items, the
newest of them, the validators that make later polls cheap, and where it has moved. Nothing
is kept, and the store is not touched. Exits with 1 when a feed cannot be read.`,
		RunE: func(_ *cobra.Command, args []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.checkFeeds(ctx, args, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return cmd
}

func (e *env) checkFeeds(ctx context.Context, args []string, asJSON bool) error {
	c, err := e.readableConfig()
	if err != nil {
		return err
	}
	feeds := c.Feeds
	if len(args) > 0 {
		if feeds, err = e.feedsNamed(args, c); err != nil {
			return err
		}
	}
	reader := newReader(c.Fetch)
	defer reader.Close()
	out := newConsole(e.stderr)
	var all []feedCheck
	failed := 0
	for r := range checks(ctx, reader, feeds, c.Fetch.Concurrency) {
		all = append(all, r)
		if r.err != nil {
			failed++
		}
		if !asJSON {
			if _, err := fmt.Fprintln(out.writer(e.stdout), r); err != nil {
				return err
			}
		}
		out.progress("checked %d of %s", len(all), count(len(feeds), "feed"))
	}
	out.progress("")
	if asJSON {
		if err := printJSON(e.stdout, each(all, feedCheck.forPrograms)); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return errInterrupted
	}
	e.printf("%s checked, %d failed", count(len(all), "feed"), failed)
	if failed > 0 {
		return codedError{exitNotSo, nil}
	}
	return nil
}

// readableConfig reads the configuration, without the rules. What is wrong with it
// is said on stderr.
func (e *env) readableConfig() (*config.Config, error) {
	c, problems, err := e.loadConfig()
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, e.refuse(problems)
	}
	return c, nil
}

// feedsNamed are the feeds with the addresses, and in the lists, that args name. Of
// one that c knows, its headers are known too.
func (e *env) feedsNamed(args []string, c *config.Config) ([]config.Feed, error) {
	var feeds []config.Feed
	for _, arg := range args {
		if !isAddress(arg) {
			list, err := e.feedsIn(arg)
			if err != nil {
				return nil, err
			}
			feeds = append(feeds, list...)
			continue
		}
		f := config.Feed{URL: withScheme(arg)}
		for _, known := range c.Feeds {
			if known.URL == f.URL {
				f = known
			}
		}
		feeds = append(feeds, f)
	}
	return feeds, nil
}

func isAddress(arg string) bool {
	return strings.Contains(arg, "://") || strings.HasPrefix(strings.ToLower(arg), "feed:")
}

// feedsIn reads the feeds of a list or of a configuration.
func (e *env) feedsIn(path string) ([]config.Feed, error) {
	kind, data, err := kindOf(path)
	switch {
	case err != nil:
		return nil, usage("reading %s: %w (an address begins with https://)", path, err)
	case kind == configFile:
		c, problems := config.Parse(path, data, readText)
		if c == nil {
			return nil, e.refuse(problems)
		}
		return c.Feeds, nil
	case kind == feedList:
		every, err := schedule.Parse(config.DefaultSchedule)
		if err != nil {
			return nil, err
		}
		feeds, problems := config.ParseFeeds(path, data, every, readText)
		if yamlfile.AnyError(problems) {
			return nil, e.refuse(problems)
		}
		return feeds, nil
	}
	return nil, usage("%s is no list of feeds (tocsin check is for rules)", path)
}

// checks polls feeds, some at once, and yields what becomes of each, in order.
// When ctx ends it yields no more.
func checks(ctx context.Context, reader *feed.Reader, feeds []config.Feed, atOnce int) iter.Seq[feedCheck] {
	return func(yield func(feedCheck) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		done := make([]chan feedCheck, len(feeds))
		for i := range done {
			done[i] = make(chan feedCheck, 1)
		}
		next := make(chan int)
		running.Go(func() {
			defer close(next)
			for i := range feeds {
				select {
				case next <- i:
				case <-ctx.Done():
					return
				}
			}
		})
		for range min(atOnce, len(feeds)) {
			running.Go(func() {
				for i := range next {
					done[i] <- checkFeed(ctx, reader, feeds[i])
				}
			})
		}
		for i := range feeds {
			select {
			case r := <-done[i]:
				if ctx.Err() != nil || !yield(r) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

func checkFeed(ctx context.Context, reader *feed.Reader, f config.Feed) feedCheck {
	began := time.Now()
	res, err := reader.Read(ctx, feed.Request{URL: f.URL, Header: f.Header}, began)
	return feedCheck{feed: f, res: res, err: err, took: time.Since(began)}
}
