package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"tocsin/watcher/config"
	"tocsin/watcher/opml"
)

func newFeedsExport(e *env) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "The feeds as OPML, for feed readers",
		Long: `Prints the feeds of the configuration as OPML 2.0, or writes them into a new file, which must
not be there yet. A feed's first tag is its group, and the others are its categories. Titles
are those of the configuration, else those that the store knows. Users and passwords in
addresses, and headers, are left out.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.exportFeeds(ctx, output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write a new `file`, and nothing on standard output")
	return cmd
}

func (e *env) exportFeeds(ctx context.Context, output string) error {
	c, err := e.readableConfig()
	if err != nil {
		return err
	}
	titles, err := storedTitles(ctx, c.Store)
	if err != nil {
		return err
	}
	list := make([]opml.Feed, 0, len(c.Feeds))
	for _, f := range c.Feeds {
		bare, had := withoutPassword(f.URL)
		if had {
			e.printf("%s: its user and password are left out", config.Loggable(f.URL))
		}
		list = append(list, opml.Feed{URL: bare, Title: oneLine(cmp.Or(f.Title, titles[f.URL])), Tags: f.Tags, Page: f.Page})
	}
	text, err := opml.Encode("Feeds of tocsin", list)
	if err != nil {
		return err
	}
	return e.writeList(output, text)
}

// writeList writes a list of feeds: into a new file, or, where output is "", on
// standard output.
func (e *env) writeList(output string, text []byte) error {
	if output == "" {
		_, err := e.stdout.Write(text)
		return err
	}
	switch err := writeNew(textFile{output, text}); {
	case errors.Is(err, fs.ErrExist):
		return usage("%s is there already, and is not overwritten: name a new file", output)
	case err != nil:
		return usage("writing %w", err)
	}
	e.printf("%s is written", output)
	return nil
}

// storedTitles are the titles that feeds give themselves, by address, as far as
// there is a store.
func storedTitles(ctx context.Context, name string) (map[string]string, error) {
	titles := make(map[string]string)
	db, err := openExisting(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return titles, nil
	}
	if err != nil {
		return nil, storeTrouble(err)
	}
	defer db.Close()
	feeds, err := db.Feeds(ctx)
	for _, f := range feeds {
		titles[f.URL] = f.Title
	}
	return titles, storeTrouble(err)
}
