package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tocsin/watcher/config"
	"tocsin/watcher/feed"
	"tocsin/watcher/feed/discover"
)

// discoverLimit is how many times the time limit of one request a search may take.
const discoverLimit = 4

func newFeedsDiscover(e *env) *cobra.Command {
	var o discoverOptions
	cmd := &cobra.Command{
		Use:   "discover URL",
		Short: "Find the feeds of a site",
		Long: `Looks for feeds at the address of a page: what the page declares, what it links to that
looks like a feed, and the sitemaps of news that robots.txt names; where these are none, the
places where feeds usually are. Each is read as the daemon reads feeds, one after another,
and those that are feeds are printed as entries for feeds.yaml, the best first. A URL that
is a feed itself is the one.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return usage("%s takes one address", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.discover(ctx, withScheme(args[0]), o)
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "look in the usual places also where the site names feeds")
	cmd.Flags().BoolVar(&o.json, "json", false, "print a JSON array")
	return cmd
}

type discoverOptions struct {
	all, json bool
}

func (e *env) discover(ctx context.Context, address string, o discoverOptions) error {
	c, err := e.readableConfig()
	if err != nil {
		return err
	}
	reader := newReader(c.Fetch)
	defer reader.Close()
	out := newConsole(e.stderr)
	limited, cancel := context.WithTimeout(ctx, discoverLimit*c.Fetch.Timeout)
	defer cancel()
	r, err := discover.Find(limited, &showing{reader, out}, feed.Request{URL: address}, o.all, time.Now())
	out.progress("")
	if ctx.Err() != nil {
		return errInterrupted
	}
	var fe *feed.Error
	switch {
	case errors.As(err, &fe):
		return codedError{exitNotSo, fmt.Errorf("%s: %s", config.Loggable(address), fe.Reason)}
	case err != nil:
		return codedError{exitNotSo, fmt.Errorf("%s: no answer within %s", config.Loggable(address), discoverLimit*c.Fetch.Timeout)}
	}
	if r.Problem != "" {
		e.printf("the page cannot be read: %s", r.Problem)
	}
	if r.Stopped != "" {
		e.printf("not everything was looked at: %s", r.Stopped)
	}
	if o.json {
		err = printJSON(e.stdout, each(r.Feeds, foundFeedJSON))
	} else {
		_, err = e.stdout.Write(feedYAML(each(r.Feeds, foundEntry)))
	}
	if err != nil {
		return err
	}
	if len(r.Feeds) == 0 {
		return codedError{exitNotSo, fmt.Errorf("no feed found at %s (asked for %s)", config.Loggable(address), count(r.Asked, "document"))}
	}
	e.printf("%s found, %s asked for", count(len(r.Feeds), "feed"), count(r.Asked, "document"))
	return nil
}

// showing shows what is asked for.
type showing struct {
	discover.Getter
	out *console
}

// Get implements discover.Getter.
func (s *showing) Get(ctx context.Context, req feed.Request, now time.Time) (*feed.Answer, error) {
	s.out.progress("asking for %s", oneLine(config.Loggable(req.URL)))
	return s.Getter.Get(ctx, req, now)
}

// foundEntry is a feed that was found, as an entry of feeds.yaml.
func foundEntry(f discover.Found) listedFeed {
	note := fmt.Sprintf("%s, %s, %s", f.Document.Format, itemsText(len(f.Document.Items), f.Newest), f.Source)
	if f.Comments {
		note += ", of comments"
	}
	if f.Document.Degraded != "" {
		note += ", read in part: " + f.Document.Degraded
	}
	return listedFeed{note: note, url: f.URL, title: foundTitle(f)}
}

// foundTitle is the feed's own title, else what the page calls it.
func foundTitle(f discover.Found) string {
	if f.Document.Title != "" {
		return f.Document.Title
	}
	return f.Title
}

// itemsText says how many items a feed has, and from when the newest is.
func itemsText(items int, newest time.Time) string {
	text := count(items, "item")
	if !newest.IsZero() {
		text += ", newest " + newest.UTC().Format("2006-01-02 15:04 MST")
	}
	return text
}

// foundJSON is a feed that was found, for programs. newest is left out where no
// item has a date.
type foundJSON struct {
	URL      string    `json:"url"`
	Title    string    `json:"title"`
	Kind     string    `json:"kind"`
	Items    int       `json:"items"`
	Newest   time.Time `json:"newest,omitzero"`
	Source   string    `json:"source"`
	Comments bool      `json:"comments"`
	Problem  string    `json:"problem,omitempty"`
}

func foundFeedJSON(f discover.Found) foundJSON {
	return foundJSON{
		URL: f.URL, Title: foundTitle(f), Kind: f.Document.Format, Items: len(f.Document.Items), Newest: f.Newest,
		Source: f.Source.String(), Comments: f.Comments, Problem: f.Document.Degraded,
	}
}
