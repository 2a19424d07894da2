package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
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
		fmt.Fprintf(&b, "- url: %s\n", yamlText(f.url))
		if f.title != "" {
			fmt.Fprintf(&b, "  title: %s\n", yamlText(oneLine(f.title)))
		}
		if len(f.tags) > 0 {
			fmt.Fprintf(&b, "  tags: [%s]\n", strings.Join(each(f.tags, func(t string) string { return yamlText(oneLine(t)) }), ", "))
		}
	}
	return b.Bytes()
}

// plainYAML are the texts that YAML takes for what they are without quotes, in
// flow and in block: words, and addresses.
var plainYAML = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*( [A-Za-z0-9_-]+)*$|^https?://[A-Za-z0-9._~/?=&%+@:-]*[A-Za-z0-9_~/=]$`)

// yamlText is a text as a scalar of YAML. A string of Go is one, and escapes what is
// not printable.
func yamlText(s string) string {
	words := []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
	if plainYAML.MatchString(s) && !slices.Contains(words, strings.ToLower(s)) {
		return s
	}
	return strconv.Quote(strings.ToValidUTF8(s, "\ufffd"))
}
