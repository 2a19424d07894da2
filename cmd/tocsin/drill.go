package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/rules/yamlfile"
	"tocsin/store"
	"tocsin/watcher/route"
	"tocsin/watcher/slack"
)

func newDrill(e *env) *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "drill --route NAME",
		Short: "A marked test alert to the real channel, read back",
		Long: `Says an alert that is marked as a drill on the channel of a route, with whom the route
mentions, and looks it up in the channel's history: so the token, the channel, its membership
and the scopes are as alerts need them. A route is named by its channel. Nothing is kept;
works beside a running daemon.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.drill(ctx, name)
		},
	}
	cmd.Flags().StringVar(&name, "route", "", "the channel of the route, `name` or ID")
	return cmd
}

func (e *env) drill(ctx context.Context, name string) error {
	s, err := e.loadSettings(time.Now())
	if err != nil {
		return err
	}
	r, err := routeOf(s.config.Routes, name)
	if err != nil {
		return err
	}
	out := newConsole(e.stderr)
	log := newLogger(out.writer(e.stderr), quiet(s.config.Log), out.terminal)
	sink, err := e.newSink("", s.config, log, out, nil)
	if err != nil {
		return err
	}
	begun := time.Now()
	key := store.AlertID("drill", r.Channel, rand.Text())
	receipt, err := sink.Post(ctx, r.Channel, "", slack.Alert{
		Key: key, Severity: "info", Title: "Tocsin can be heard here", Source: "tocsin drill", Published: begun, Mention: r.Mention, Drill: true,
	})
	if err != nil {
		return codedError{exitNotSo, fmt.Errorf("the drill could not be said: %w", err)}
	}
	if receipt == "" {
		e.printf("said in this terminal; with a Slack token it goes to %s", oneLine(r.Channel))
		return nil
	}
	e.printf("said on %s as %s", oneLine(r.Channel), receipt)
	found, ok, err := sink.Find(ctx, r.Channel, "", key, begun)
	switch {
	case err != nil:
		return codedError{exitNotSo, fmt.Errorf("it could not be read back, so an alert whose answer gets lost may come twice: %w", err)}
	case !ok || found != receipt:
		return codedError{exitNotSo, fmt.Errorf("it is not in the channel's history")}
	}
	e.printf("read back after %s", time.Since(begun).Round(time.Millisecond))
	return nil
}

// routeOf finds a route by its channel.
func routeOf(routes []route.Route, name string) (*route.Route, error) {
	var channels []string
	for i := range routes {
		if c := routes[i].Channel; c == name || strings.TrimPrefix(c, "#") == name {
			return &routes[i], nil
		} else if !slices.Contains(channels, c) {
			channels = append(channels, c)
		}
	}
	if name == "" {
		return nil, usage("tocsin drill needs --route, one of %s", yamlfile.OneOf(channels, "or"))
	}
	return nil, usage("there is no route %q: their channels are %s", name, yamlfile.OneOf(channels, "and"))
}
