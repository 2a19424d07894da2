package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/rules/yamlfile"
	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/config"
)

func newMute(e *env) *cobra.Command {
	var span string
	cmd := &cobra.Command{
		Use:   "mute [STORY|rule:ID|feed:URL]",
		Short: "Silences a story, a rule or a feed for a while",
		Long: `Has nothing be said of a story, of what a rule matches, or of what a feed brings, from now
on and for as long as --for says; what waits to be said of it is not said any more, and
not later either. Articles are judged and kept all the same, and tocsin why
tells that they were muted. STORY is the ID of a story, of one of its articles or alerts.

Without a target it lists what is muted. Works beside a running daemon.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("%s takes one target", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			ctx, stop := untilSignal()
			defer stop()
			d, err := config.ParseDuration(span)
			if err != nil || d <= 0 {
				return usage("--for must be a time span such as 8h or 2d, not %q", span)
			}
			if len(args) == 0 {
				return e.listMutes(ctx)
			}
			return e.mute(ctx, args[0], d)
		},
	}
	cmd.Flags().StringVar(&span, "for", "8h", "how `long`")
	return cmd
}

func newUnmute(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "unmute STORY|rule:ID|feed:URL",
		Short: "Ends a silence",
		Long:  "Ends a silence that tocsin mute began. What was muted meanwhile is not said later.",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("%s takes one target", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.unmute(ctx, args[0])
		},
	}
}

func (e *env) mute(ctx context.Context, what string, d time.Duration) error {
	s, db, err := e.openMutes(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	target, err := s.muteTarget(ctx, db, what)
	if err != nil {
		return err
	}
	now := time.Now()
	until := now.Add(d)
	if err := db.Mute(ctx, store.Mute{Target: target, Until: until, At: now}); err != nil {
		return storeTrouble(err)
	}
	e.printf("%s is muted until %s", oneLine(target), localTime(until))
	return nil
}

func (e *env) unmute(ctx context.Context, what string) error {
	s, db, err := e.openMutes(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	now := time.Now()
	mutes, err := db.Mutes(ctx, now)
	if err != nil {
		return storeTrouble(err)
	}
	muted := func(target string) bool {
		return slices.ContainsFunc(mutes, func(m store.Mute) bool { return m.Target == target })
	}
	// A rule or feed that is there no more may be muted still.
	target := what
	if !muted(target) {
		if target, err = s.muteTarget(ctx, db, what); err != nil {
			return err
		}
	}
	if !muted(target) {
		return codedError{exitNotSo, fmt.Errorf("%s is not muted", oneLine(target))}
	}
	if err := db.Mute(ctx, store.Mute{Target: target, Until: now}); err != nil {
		return storeTrouble(err)
	}
	e.printf("%s is muted no more", oneLine(target))
	return nil
}

func (e *env) listMutes(ctx context.Context) error {
	_, db, err := e.openMutes(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	mutes, err := db.Mutes(ctx, time.Now())
	if err != nil {
		return storeTrouble(err)
	}
	for _, m := range mutes {
		fmt.Fprintf(e.stdout, "%s  until %s\n", oneLine(m.Target), localTime(m.Until))
	}
	if len(mutes) == 0 {
		e.printf("nothing is muted")
	}
	return nil
}

func (e *env) openMutes(ctx context.Context) (*settings, store.Store, error) {
	s, err := e.loadSettings(time.Now())
	if err != nil {
		return nil, nil, err
	}
	db, err := openToRead(ctx, s.config)
	return s, db, err
}

// muteTarget is what somebody means by a target, who is told where there is no such
// thing.
func (s *settings) muteTarget(ctx context.Context, db store.Store, what string) (string, error) {
	if id, isRule := strings.CutPrefix(what, "rule:"); isRule {
		var ids []string
		for _, r := range s.rules.Rules() {
			ids = append(ids, r.ID)
		}
		return watcher.MuteRule(id), known("rule", id, ids)
	}
	if url, isFeed := strings.CutPrefix(what, "feed:"); isFeed {
		var urls []string
		for _, f := range s.config.Feeds {
			urls = append(urls, f.URL)
		}
		return watcher.MuteFeed(url), known("feed", url, urls)
	}
	found, err := watcher.Find(ctx, db, strings.TrimPrefix(what, "story:"))
	if errors.Is(err, store.ErrNotFound) || err == nil && found[0].Story == "" {
		return "", codedError{exitNotSo, fmt.Errorf("there is no story %q in %s (rule:ID and feed:URL mute rules and feeds)", what, s.config.StoreName())}
	}
	if err != nil {
		return "", storeTrouble(err)
	}
	return watcher.MuteStory(found[0].Story), nil
}

// known returns an error for what is none of those that there are.
func known(kind, name string, all []string) error {
	if slices.Contains(all, name) {
		return nil
	}
	hint := yamlfile.DidYouMean(name, all)
	if hint != "" {
		hint = " (" + hint + ")"
	}
	return codedError{exitNotSo, fmt.Errorf("there is no %s %q%s", kind, name, hint)}
}
