//go:build man

package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// main writes the manual pages of all commands into the folder that is its
// argument. It is a program of its own, so that what makes pages is no part of
// tocsin. The pages are as old as SOURCE_DATE_EPOCH says, in seconds since 1970.
func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run -tags man ./cmd/tocsin DIR")
		os.Exit(exitUsage)
	}
	if err := writeManual(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "writing the manual:", err)
		os.Exit(exitNotSo)
	}
}

func writeManual(dir string) error {
	date := time.Now()
	if epoch, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		date = time.Unix(epoch, 0).UTC()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root := newRoot(&env{stdin: os.Stdin, stdout: io.Discard, stderr: os.Stderr})
	untagged(root)
	return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "tocsin " + version, Manual: "tocsin", Date: &date}, dir)
}

// untagged leaves out who made the pages.
func untagged(c *cobra.Command) {
	c.DisableAutoGenTag = true
	for _, sub := range c.Commands() {
		untagged(sub)
	}
}
