package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/config"
)

func newFeedsList(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "The health of every feed, worst first",
		Long: `Prints how each feed is by what the store knows: when it last answered, when it is polled
next, how many of its articles are kept, and what is wrong with it: that it cannot be read, or
that it has been quiet for longer than its own past explains. Asks no server, and works beside
a running daemon.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.listFeeds(ctx, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return cmd
}

func (e *env) listFeeds(ctx context.Context, asJSON bool) error {
	c, err := e.readableConfig()
	if err != nil {
		return err
	}
	db, err := openToRead(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	counts, err := db.ArticleCounts(ctx)
	if err != nil {
		return storeTrouble(err)
	}
	list, err := feedHealth(ctx, db, c.Feeds, counts)
	if err != nil {
		return storeTrouble(err)
	}
	if asJSON {
		return printJSON(e.stdout, each(list, health.forPrograms))
	}
	_, err = fmt.Fprint(e.stdout, healthText(list, time.Local, time.Now()))
	return err
}

// health is how a feed is.
type health struct {
	store.Feed
	title    string
	articles int
	watched  bool // it is in the configuration
}

// feedHealth is how the feeds of the configuration are, and those that the store
// still has as subscribed; the worst first. counts are how many articles are kept of
// each.
func feedHealth(ctx context.Context, db store.Store, feeds []config.Feed, counts map[string]int) ([]health, error) {
	subscribed, err := db.Feeds(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[string]store.Feed, len(subscribed))
	for _, f := range subscribed {
		known[f.URL] = f
	}
	var list []health
	for _, sub := range feeds {
		f, ok := known[sub.URL]
		if !ok {
			f, err = db.Feed(ctx, sub.URL)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return nil, err
			}
			f.URL = sub.URL
		}
		delete(known, sub.URL)
		list = append(list, health{Feed: f, title: cmp.Or(sub.Title, f.Title), articles: counts[sub.URL], watched: true})
	}
	for _, f := range known {
		list = append(list, health{Feed: f, title: f.Title, articles: counts[f.URL]})
	}
	slices.SortFunc(list, worstFirst)
	return list, nil
}

// The states of a feed, the worst first.
const (
	feedGone = iota
	feedFailing
	feedQuiet // it answers, and has brought nothing for longer than it used to
	feedInPart
	feedNeverPolled
	feedOK
)

func (h health) state() int {
	switch {
	case h.Gone:
		return feedGone
	case h.Failures > 0:
		return feedFailing
	case h.Polled.IsZero():
		return feedNeverPolled
	case watcher.HealthOf(h.Feed).Condition() != "":
		return feedQuiet
	case h.Problem != "":
		return feedInPart
	}
	return feedOK
}

func (h health) stateName() string {
	return [...]string{"gone", "failing", "quiet", "in part", "never polled", "ok"}[h.state()]
}

// worstFirst orders feeds by state; then by failures, by how long ago they last
// answered, and by address.
func worstFirst(a, b health) int {
	return cmp.Or(cmp.Compare(a.state(), b.state()), cmp.Compare(b.Failures, a.Failures), a.Succeeded.Compare(b.Succeeded), cmp.Compare(a.URL, b.URL))
}

// healthText is a table for people. Nothing that feeds or servers say in it can
// steer a terminal.
func healthText(list []health, zone *time.Location, now time.Time) string {
	var b strings.Builder
	line := func(state, last, next, articles, feed string) {
		fmt.Fprintf(&b, "%-12s  %-16s  %-16s  %8s  %s\n", state, last, next, articles, feed)
	}
	line("STATE", "LAST SUCCESS", "NEXT POLL", "ARTICLES", "FEED")
	for _, h := range list {
		state := h.stateName()
		if h.state() == feedFailing {
			state = fmt.Sprintf("failing %d", h.Failures)
		}
		line(state, minuteText(h.Succeeded, zone), h.next(zone), fmt.Sprint(h.articles), h.name())
		switch {
		case h.Problem != "":
			fmt.Fprintf(&b, "%-12s  %s\n", "", oneLine(h.Problem))
		case h.state() == feedQuiet:
			fmt.Fprintf(&b, "%-12s  %s\n", "", watcher.HealthOf(h.Feed).Words(now))
		}
	}
	return b.String()
}

// next is when the feed is polled next, for people.
func (h health) next(zone *time.Location) string {
	switch {
	case h.Gone:
		return "never"
	case h.Polled.IsZero() && h.NextPoll.IsZero():
		return "at the next start"
	}
	return minuteText(h.NextPoll, zone)
}

// name is the feed's title and address.
func (h health) name() string {
	name := config.Loggable(h.URL)
	if h.title != "" {
		name = h.title + " · " + name
	}
	if h.Location != "" {
		name += " → " + config.Loggable(h.Location)
	}
	if !h.watched {
		name += " (not in the configuration)"
	}
	return oneLine(name)
}

// minuteText is a time to the minute; "never" for the zero time.
func minuteText(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "never"
	}
	return t.In(zone).Format("2006-01-02 15:04")
}

// healthJSON is how a feed is, for programs. Addresses are without what may be
// secret in them; times are left out for never.
type healthJSON struct {
	URL         string    `json:"url"`
	Title       string    `json:"title"`
	State       string    `json:"state"`
	Failures    int       `json:"failures"`
	LastPoll    time.Time `json:"last_poll,omitzero"`
	LastSuccess time.Time `json:"last_success,omitzero"`
	NextPoll    time.Time `json:"next_poll,omitzero"`
	Articles    int       `json:"articles"`
	Problem     string    `json:"problem"`
	MovedTo     string    `json:"moved_to,omitempty"`
	Configured  bool      `json:"configured"`
}

func (h health) forPrograms() healthJSON {
	out := healthJSON{
		URL: config.Loggable(h.URL), Title: h.title, State: h.stateName(), Failures: h.Failures,
		LastPoll: h.Polled, LastSuccess: h.Succeeded, NextPoll: h.NextPoll,
		Articles: h.articles, Problem: h.Problem, Configured: h.watched,
	}
	if h.Gone {
		out.NextPoll = time.Time{}
	}
	if h.Location != "" {
		out.MovedTo = config.Loggable(h.Location)
	}
	return out
}
