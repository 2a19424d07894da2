package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/watcher/config"
	"tocsin/watcher/opml"
)

func newFeedsImport(e *env) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "import OPML",
		Short: "Make a new feed list of an OPML file",
		Long: `Reads the feeds of an OPML file, as feed readers export it, and prints them as a list for
feeds.yaml, or writes them into a new file, which must not be there yet. Groups and categories
become tags. A feed that comes twice, be it with http and https, is one; feeds that the
configuration has already are left out. OPML may be - for standard input.

The configuration takes an OPML file also as it is: feeds: [subscriptions.opml]`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("%s takes one OPML file, or -", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return e.importFeeds(args[0], output) },
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write a new `file`, and nothing on standard output")
	return cmd
}

func (e *env) importFeeds(name, output string) error {
	listed, err := e.listedFeeds()
	if err != nil {
		return err
	}
	data, err := e.readWhole(name)
	if err != nil {
		return usage("reading %w", err)
	}
	feeds, err := opml.Parse(data)
	var fault *opml.Error
	if errors.As(err, &fault) {
		return usage("%s:%d:%d: no OPML that can be read: %s", name, fault.Line, fault.Col, oneLine(fault.Error()))
	}
	if len(feeds) == 0 {
		return usage("%s names no feed", name)
	}
	m := merge(feeds, listed)
	for _, w := range m.told {
		e.printf("%s:%s", name, w)
	}
	if len(m.feeds) == 0 {
		e.printf("nothing to import: %s", m.summary())
		return nil
	}
	text := feedYAML(each(m.feeds, func(f opml.Feed) listedFeed {
		return listedFeed{note: f.Page, url: f.URL, title: f.Title, tags: f.Tags}
	}))
	if err := e.writeList(output, text); err != nil {
		return err
	}
	e.printf("%s", m.summary())
	if output != "" {
		e.printf("next: name it in tocsin.yaml, as in feeds: [%s], then tocsin check and tocsin feeds check %s", output, output)
	}
	return nil
}

// readWhole reads a file, or stdin where its name is -.
func (e *env) readWhole(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(e.stdin, maxTextFile))
	}
	return readText(name)
}

// listedFeeds are the keys of the addresses that the configuration names, where
// there is one.
func (e *env) listedFeeds() (map[string]bool, error) {
	listed := make(map[string]bool)
	if e.configPath() == "" {
		return listed, nil
	}
	c, err := e.readableConfig()
	if err != nil {
		return nil, err
	}
	for _, address := range c.Listed {
		listed[addressKey(address)] = true
	}
	return listed, nil
}

// merged is what an import comes to.
type merged struct {
	feeds   []opml.Feed
	told    []string // what was left out and why, a line each, which begins with the line's number
	twice   int
	known   int
	useless int
}

// merge leaves out feeds that come twice, that are listed already, and what has no
// address of the web. What comes twice has the tags of both, and https where one of
// them has.
func merge(feeds []opml.Feed, listed map[string]bool) merged {
	var m merged
	at := make(map[string]int)
	tell := func(f opml.Feed, format string, args ...any) {
		m.told = append(m.told, fmt.Sprintf("%d: %s", f.Line, oneLine(fmt.Sprintf(format, args...))))
	}
	for _, f := range feeds {
		f.URL = withoutFeedScheme(f.URL)
		key := addressKey(f.URL)
		i, twice := at[key]
		switch {
		case config.CheckURL(f.URL) != nil:
			m.useless++
			tell(f, "%q is left out: its address is none of the web", f.Title)
		case listed[key]:
			m.known++
			tell(f, "%s is in the configuration already", config.Loggable(f.URL))
		case twice:
			m.twice++
			tell(f, "%s comes twice", config.Loggable(f.URL))
			m.feeds[i] = both(m.feeds[i], f)
		default:
			at[key] = len(m.feeds)
			m.feeds = append(m.feeds, f)
		}
	}
	return m
}

// both is one feed of two entries for it.
func both(a, b opml.Feed) opml.Feed {
	if strings.HasPrefix(a.URL, "http://") && strings.HasPrefix(b.URL, "https://") {
		a.URL = b.URL
	}
	if a.Title == "" {
		a.Title = b.Title
	}
	if a.Page == "" {
		a.Page = b.Page
	}
	for _, t := range b.Tags {
		if !slices.Contains(a.Tags, t) {
			a.Tags = append(slices.Clip(a.Tags), t)
		}
	}
	return a
}

// summary says what an import came to.
func (m merged) summary() string {
	parts := []string{count(len(m.feeds), "feed")}
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	add(m.twice, "more than once")
	add(m.known, "in the configuration already")
	add(m.useless, "without an address of the web")
	return strings.Join(parts, ", ")
}
