package main

import (
	"fmt"
	"io"

	"tocsin/seeds/newsroom"
)

// writeFeedList prints the feeds as a YAML list of entries.
func writeFeedList(w io.Writer, base string, feeds []newsroom.Feed) error {
	for _, f := range feeds {
		// The names and titles are newsroom's own and need no other quoting.
		if _, err := fmt.Fprintf(w, "- {url: %q, title: %q}\n", base+"/"+f.Name, f.Title); err != nil {
			return err
		}
	}
	return nil
}
