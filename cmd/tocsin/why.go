package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tocsin/store"
	"tocsin/watcher"
)

func newWhy(e *env) *cobra.Command {
	var o whyOptions
	cmd := &cobra.Command{
		Use:   "why ID|URL",
		Short: "The whole way of one article: why it rang, or why it did not",
		Long: `Shows what became of an article: its feed and poll, its story, what was decided about it
when it was seen, the alerts of its story, and what the rules say of it as they are now,
with the words that earned each point. The rules that match come first, then those that
came nearest; the others are counted.

ID is the article's ID, or that of an alert, as the log has it. URL is its address, with or without scheme,
www and tracking parameters; where several feeds carry it, all of them are shown. Works
beside a running daemon.`,
		Args: oneArticle,
		RunE: func(_ *cobra.Command, args []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.why(ctx, args[0], o)
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "show the rules that have nothing to do with it, and all other articles of its story, too")
	cmd.Flags().BoolVar(&o.json, "json", false, "print a JSON array of all that is known")
	return cmd
}

type whyOptions struct {
	all, json bool
}

func (e *env) why(ctx context.Context, what string, o whyOptions) error {
	s, err := e.loadSettings(time.Now())
	if err != nil {
		return err
	}
	accounts, err := s.accountsKept(ctx, what)
	if err != nil {
		return err
	}
	if o.json {
		return printJSON(e.stdout, accountsJSON(accounts))
	}
	for i := range accounts {
		if i > 0 {
			fmt.Fprintln(e.stdout)
		}
		if _, err := io.WriteString(e.stdout, accountText(&accounts[i], o.all, time.Local)); err != nil {
			return err
		}
	}
	return nil
}

// accountsKept tells of the articles that what means in the store of the
// configuration, beside a daemon that works on it. That there is none is an error.
func (s *settings) accountsKept(ctx context.Context, what string) ([]watcher.Account, error) {
	db, err := openToRead(ctx, s.config)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	accounts, err := s.accounts(ctx, db, what)
	if errors.Is(err, store.ErrNotFound) {
		return nil, codedError{exitNotSo, fmt.Errorf("there is no article %q in %s", what, s.config.StoreName())}
	}
	return accounts, storeTrouble(err)
}

// accounts tells of the articles that what means.
func (s *settings) accounts(ctx context.Context, db store.Store, what string) ([]watcher.Account, error) {
	found, err := watcher.Find(ctx, db, what)
	if err != nil {
		return nil, err
	}
	var accounts []watcher.Account
	for _, h := range found {
		f, err := db.Feed(ctx, h.Article.Feed)
		if err != nil {
			return nil, err
		}
		a, err := watcher.AccountOf(h, f, s.config.Feeds, s.rules)
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, a)
	}
	return accounts, nil
}

// oneArticle wants the argument of a command that tells of an article.
func oneArticle(cmd *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return usage("%s takes one article, by its ID or its address", cmd.CommandPath())
	}
	return nil
}
