package main

import (
	"bytes"
	"fmt"
	"strings"

	"tocsin/rules/yamlfile"
)

// listedFeed is an entry of a feed list that is written for people.
type listedFeed struct {
	note       string // for a comment above it, in one line; "" none
	url, title string
	tags       []string
}

// feedYAML is a feed list as feeds.yaml has it.
func feedYAML(list []listedFeed) []byte {
	var b bytes.Buffer
	for _, f := range list {
		if f.note != "" {
			fmt.Fprintf(&b, "# %s\n", oneLine(f.note))
		}
		fmt.Fprintf(&b, "- url: %s\n", yamlfile.Quote(f.url))
		if f.title != "" {
			fmt.Fprintf(&b, "  title: %s\n", yamlfile.Quote(oneLine(f.title)))
		}
		if len(f.tags) > 0 {
			fmt.Fprintf(&b, "  tags: [%s]\n", strings.Join(each(f.tags, func(t string) string { return yamlfile.Quote(oneLine(t)) }), ", "))
		}
	}
	return b.Bytes()
}
