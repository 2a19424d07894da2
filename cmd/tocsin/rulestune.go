package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/feedback"
)

func newRulesTune(e *env) *cobra.Command {
	var o tuneOptions
	cmd := &cobra.Command{
		Use:   "tune RULE",
		Short: "A tuning file proposed from the votes, proven on the archive",
		Long: `Looks for what tells the articles apart that people voted useful and not relevant at a rule's
alerts: words that take points away, or a higher threshold. What it proposes is a tuning file
on standard output, with the articles as examples in a comment, and only such that no article
voted useful is lost or rings with another severity. What it would have changed in the archive
since --since is shown on standard error. Nothing is written anywhere.

  tocsin rules tune exclusivity.terms > rules/tuned-exclusivity.yaml

The exit code is 1 where no such change exists. Works beside a running daemon.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("%s takes one rule, by its id", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.rulesTune(ctx, args[0], o)
		},
	}
	cmd.Flags().StringVar(&o.since, "since", "90d", "how far back in the archive: a `time` span such as 30d, or a day such as 2026-03-01")
	cmd.Flags().BoolVar(&o.all, "all", false, "list every change")
	return cmd
}

type tuneOptions struct {
	since string
	all   bool
}

func (e *env) rulesTune(ctx context.Context, rule string, o tuneOptions) error {
	now := time.Now()
	since, err := parseSince(o.since, now)
	if err != nil {
		return err
	}
	s, err := e.loadSettings(now)
	if err != nil {
		return err
	}
	if err := knownRule(s.rules, rule); err != nil {
		return err
	}
	db, err := openToRead(ctx, s.config)
	if err != nil {
		return err
	}
	defer db.Close()
	in, err := s.tuneInput(ctx, db, rule, now)
	if err != nil {
		return storeTrouble(err)
	}
	switch {
	case len(in.Useful)+len(in.NotRelevant) == 0:
		return codedError{exitNotSo, fmt.Errorf("nobody has voted at an alert of %s yet", rule)}
	case len(in.NotRelevant) == 0:
		return codedError{exitNotSo, fmt.Errorf("nothing is to be narrowed: people voted %s of %s useful and none not relevant", count(len(in.Useful), "article"), rule)}
	}
	p, err := feedback.Tune(in)
	if errors.Is(err, feedback.ErrQuiet) || errors.Is(err, feedback.ErrNothing) {
		return codedError{exitNotSo, fmt.Errorf("no tuning of %s is proposed: %w (%s useful, %s not relevant)",
			rule, err, count(len(in.Useful), "article"), count(len(in.NotRelevant), "article"))}
	}
	if err != nil {
		return err
	}
	if _, err := e.stdout.Write(p.YAML); err != nil {
		return err
	}
	e.printf("%d of %s voted not relevant would be silent, and all %d voted useful that ring go on", len(p.Silenced), count(len(in.NotRelevant), "article"), p.Kept)
	if p.Missed > 0 {
		e.printf("%s voted useful rings no more as the rules are now, whatever the tuning", count(p.Missed, "article"))
	}
	return e.proveTuning(ctx, s, db, p, since, o)
}

// knownRule refuses the id of a rule that there is not.
func knownRule(set *rules.Set, rule string) error {
	var ids []string
	for _, r := range set.Rules() {
		if r.ID == rule {
			return nil
		}
		ids = append(ids, r.ID)
	}
	if hint := yamlfile.DidYouMean(rule, ids); hint != "" {
		return usage("there is no rule %q (%s)", rule, hint)
	}
	return usage("there is no rule %q (tocsin rules report lists them)", rule)
}

// tuneInput is the articles that people voted on, as rules read them now.
func (s *settings) tuneInput(ctx context.Context, db store.Store, rule string, now time.Time) (in feedback.Input, err error) {
	in = feedback.Input{Rule: rule, Compile: s.compileWith(now)}
	votes, err := db.Votes(ctx, rule)
	if err != nil {
		return in, err
	}
	// One article may have raised alerts on several channels.
	said := make(map[string]feedback.Opinion)
	var order []string
	for _, o := range feedback.Opinions(votes) {
		sum, known := said[o.Article]
		if !known {
			order = append(order, o.Article)
		}
		sum.UsefulVotes += o.UsefulVotes
		sum.OtherVotes += o.OtherVotes
		said[o.Article] = sum
	}
	for _, id := range order {
		a, err := s.asRead(ctx, db, id)
		if err != nil {
			return in, err
		}
		// What people do not agree on must not be lost.
		switch useful, decided := said[id].Useful(); {
		case useful || !decided:
			in.Useful = append(in.Useful, a)
		default:
			in.NotRelevant = append(in.NotRelevant, a)
		}
	}
	return in, nil
}

// asRead is an article as rules read it now.
func (s *settings) asRead(ctx context.Context, db store.Store, id string) (*rules.Article, error) {
	h, err := db.History(ctx, id)
	if err != nil {
		return nil, err
	}
	f, err := db.Feed(ctx, h.Article.Feed)
	if err != nil {
		return nil, err
	}
	a, err := watcher.AccountOf(h, f, s.config.Feeds, s.rules)
	return &a.AsRead, err
}

// compileWith returns what compiles the rules of the configuration with one file more.
func (s *settings) compileWith(now time.Time) func(name string, data []byte) (*rules.Set, []yamlfile.Problem) {
	read := new(loadedRules)
	read.read(s.config.Rules, s.config.UnreadableRules)
	return func(name string, data []byte) (*rules.Set, []yamlfile.Problem) {
		l := &loadedRules{files: read.files[:len(read.files):len(read.files)]}
		if data != nil {
			l.add(textFile{name, data})
		}
		l.compile(now)
		return l.set, l.problems
	}
}

// proveTuning shows what a tuning would have changed in the archive.
func (e *env) proveTuning(ctx context.Context, s *settings, db store.Store, p *feedback.Proposal, since time.Time, o tuneOptions) error {
	out := newConsole(e.stderr)
	b, err := watcher.RunBacktest(ctx, db, watcher.BacktestOptions{
		Before: s.rules, Now: p.Set, Feeds: s.config.Feeds, Routes: s.config.Routes, StoryWindow: s.config.StoryWindow, Since: since,
		Progress: func(articles int) { out.progress("judged %s", count(articles, "article")) },
	})
	out.progress("")
	if err != nil {
		return storeTrouble(err)
	}
	if b.Articles == 0 {
		e.printf("%v", nothingToJudge(b, since, s.config.StoreName()))
		return nil
	}
	e.printf("\nwith it the archive would have been:\n%s", strings.TrimSuffix(backtestText(b, o.all, time.Local), "\n"))
	return nil
}
