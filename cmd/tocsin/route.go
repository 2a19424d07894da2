package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/rules"
	"tocsin/watcher"
	"tocsin/watcher/route"
)

func newRoute(e *env) *cobra.Command {
	var o routeOptions
	cmd := &cobra.Command{
		Use:   "route ID|URL",
		Short: "Which route an article takes, and when it would be said",
		Long: `Judges an article of the archive by the rules as they are now, and shows which routes take
what rings and when they would say it, if it came now, or at the time that --at names:
2026-11-25T22:00:00Z, or "2026-11-25 22:00" or 22:00 in the local time zone.

ID and URL are as for tocsin why. Nothing is said, and nothing is kept.`,
		Args: oneArticle,
		RunE: func(_ *cobra.Command, args []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.route(ctx, args[0], o)
		},
	}
	cmd.Flags().StringVar(&o.at, "at", "", "the `time` at which it comes")
	cmd.Flags().BoolVar(&o.json, "json", false, "print a JSON array, an element a matching rule")
	return cmd
}

type routeOptions struct {
	at   string // "" is now
	json bool
}

func (e *env) route(ctx context.Context, what string, o routeOptions) error {
	at, err := parseAt(o.at, time.Now())
	if err != nil {
		return err
	}
	s, err := e.loadSettings(time.Now())
	if err != nil {
		return err
	}
	accounts, err := s.accountsKept(ctx, what)
	if err != nil {
		return err
	}
	if o.json {
		list := []wayJSON{}
		for i := range accounts {
			list = append(list, waysJSON(&accounts[i], watcher.WaysOf(&accounts[i], s.config.Routes, at))...)
		}
		return printJSON(e.stdout, list)
	}
	var b strings.Builder
	for i := range accounts {
		if i > 0 {
			b.WriteString("\n")
		}
		writeWays(&b, &accounts[i], watcher.WaysOf(&accounts[i], s.config.Routes, at), at)
	}
	_, err = io.WriteString(e.stdout, b.String())
	return err
}

// parseAt reads a moment; "" is now.
func parseAt(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	if at, err := time.ParseInLocation("2006-01-02 15:04", text, time.Local); err == nil {
		return at, nil
	}
	if at, err := time.ParseInLocation("2006-01-02 15:04", now.Local().Format(time.DateOnly)+" "+text, time.Local); err == nil {
		return at, nil
	}
	return time.Time{}, usage(`--at must be a time such as 2026-11-25T22:00:00Z, "2026-11-25 22:00" or 22:00, not %q`, text)
}

// localTime is a moment for people.
func localTime(t time.Time) string { return t.In(time.Local).Format("Mon 2006-01-02 15:04 MST") }

// writeWays writes where the matches of an article go.
func writeWays(b *strings.Builder, a *watcher.Account, ways []watcher.Way, at time.Time) {
	fmt.Fprintf(b, "%s\n  %s, %s, if it comes %s\n", oneLine(a.Article.Title), a.Article.ID, oneLine(a.Source), localTime(at))
	if len(ways) == 0 {
		b.WriteString("  no rule matches, so nothing is said\n")
	}
	for i := range ways {
		w := &ways[i]
		fmt.Fprintf(b, "  %s  %s\n", oneLine(w.Rule.ID), w.Severity)
		switch {
		case w.Rule.Status == rules.Shadow:
			b.WriteString("    is on trial (shadow), so never said\n")
		case len(w.To) == 0:
			b.WriteString("    no route takes it\n")
		}
		for _, d := range w.To {
			takes, does := d.Route.Text()
			fmt.Fprintf(b, "    route %d, %s\n      %s\n      %s\n", d.Place, oneLine(takes), oneLine(does), whenSaid(d.Due, at))
		}
	}
}

// whenSaid says when something would be said, and what it waits for.
func whenSaid(d route.Due, at time.Time) string {
	if !d.At.After(at) {
		return "said at once"
	}
	var waits []string
	if d.Digest {
		waits = append(waits, "with the digest")
	}
	if d.Quiet != "" {
		waits = append(waits, "when "+oneLine(d.Quiet)+" ends")
	}
	if len(waits) == 0 {
		waits = append(waits, "when its hold is over")
	}
	return "said " + localTime(d.At) + ", " + strings.Join(waits, " and ")
}

// wayJSON is where a match goes, for programs. Times are UTC.
type wayJSON struct {
	Article  string            `json:"article"`
	Rule     string            `json:"rule"`
	Theme    string            `json:"theme"`
	Severity string            `json:"severity"`
	Status   string            `json:"status"`
	Routes   []destinationJSON `json:"routes"`
}

type destinationJSON struct {
	Place   int       `json:"place"` // in the order in which routes are tried, from 1
	Channel string    `json:"channel"`
	At      time.Time `json:"at"`
	Digest  bool      `json:"digest"`
	Quiet   string    `json:"quiet"` // the interval whose end it waits for; "" for none
	Mention string    `json:"mention"`
}

func waysJSON(a *watcher.Account, ways []watcher.Way) []wayJSON {
	var list []wayJSON
	for _, w := range ways {
		j := wayJSON{Article: a.Article.ID, Rule: w.Rule.ID, Theme: w.Rule.Theme, Severity: w.Severity.String(),
			Status: w.Rule.Status.String(), Routes: []destinationJSON{}}
		for _, d := range w.To {
			j.Routes = append(j.Routes, destinationJSON{d.Place, d.Route.Channel, d.Due.At.UTC(), d.Due.Digest, d.Due.Quiet, d.Route.Mention})
		}
		list = append(list, j)
	}
	return list
}
