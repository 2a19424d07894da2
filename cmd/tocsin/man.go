//go:build man

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// main writes the manual pages of all commands, and the completions of shells, into
// the folders man and completions of the folder that is its argument. It is a program
// of its own, so that what makes pages is no part of tocsin. The pages are as old as
// SOURCE_DATE_EPOCH says, in seconds since 1970.
func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run -tags man ./cmd/tocsin DIR")
		os.Exit(exitUsage)
	}
	if err := errors.Join(writeManual(filepath.Join(os.Args[1], "man")), writeCompletions(filepath.Join(os.Args[1], "completions"))); err != nil {
		fmt.Fprintln(os.Stderr, "writing the manual:", err)
		os.Exit(exitNotSo)
	}
}

// writeCompletions writes what tocsin completion prints into files named after the
// shells.
func writeCompletions(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, shell := range []string{"bash", "fish", "zsh"} {
		var script bytes.Buffer
		root := newRoot(&env{stdin: os.Stdin, stdout: &script, stderr: os.Stderr})
		root.SetArgs([]string{"completion", shell})
		if err := root.Execute(); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, shell), script.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
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
