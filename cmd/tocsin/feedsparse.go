package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tocsin/watcher/feed"
)

func newFeedsParse(e *env) *cobra.Command {
	var o parseOptions
	cmd := &cobra.Command{
		Use:   "parse [--manifest FILE [--root DIR] | FILE...]",
		Short: "Read feed documents as the daemon does, as JSON lines",
		Long: `Reads each document as a poll would and prints one line for it, in order:

  {"path":"…","ok":true,"err":"","title":"…","items":[{"id":"…","link":"…","title":"…",
   "published":"2006-01-02T15:04:05Z","updated":"…","summary":"…","content":"…","author":"…"}]}

What cannot be read has "ok":false and says why in "err", in one line; of a damaged document
the items that are whole are there, and "err" says what is missing. Dates are in UTC, and
what a feed does not say is "". Titles, summaries and contents are as the feed has them,
mostly HTML, or with --text as rules read them. A FILE may be compressed with gzip; - is
standard input.

--manifest names documents as JSON lines, compressed with gzip or not; - is standard input:

  {"path":"…","base":"https://…","http_content_type":"text/xml; charset=…"}

path is that of the document, in the folder --root; base is the address it came from, against
which its links are resolved, and http_content_type is the type that the server gave. These
two may be missing, and further keys are ignored. Without a base links must be absolute.

A document that is not there has "ok":false as well, and the command ends with 1.`,
		Args: func(cmd *cobra.Command, args []string) error { return o.check(cmd, args) },
		RunE: func(_ *cobra.Command, args []string) error { return e.parseFeeds(args, o) },
	}
	cmd.Flags().StringVar(&o.manifest, "manifest", "", "read the documents that `file` names")
	cmd.Flags().BoolVar(&o.text, "text", false, "print texts without markup, as rules read them")
	cmd.Flags().StringVar(&o.root, "root", "", "the `folder` of the manifest's paths (default: that of the manifest)")
	return cmd
}

type parseOptions struct {
	manifest string // "": the arguments are the documents
	root     string // "": the manifest's folder
	text     bool   // texts without markup
}

// check refuses what does not say which documents to read.
func (o parseOptions) check(cmd *cobra.Command, args []string) error {
	switch {
	case o.manifest == "" && len(args) == 0:
		return usage("%s takes files, or --manifest with a list of them (see %s --help)", cmd.CommandPath(), cmd.CommandPath())
	case o.manifest != "" && len(args) > 0:
		return usage("%s takes files or --manifest, not both", cmd.CommandPath())
	case o.manifest == "" && o.root != "":
		return usage("--root is for the paths of a --manifest, and there is none")
	}
	return nil
}

// sample is a document to read.
type sample struct {
	Path        string `json:"path"`
	Base        string `json:"base"`
	ContentType string `json:"http_content_type"`

	file string    // to open; "" means that in is the document
	in   io.Reader // nil unless file is ""
}

// parseFeeds reads documents and prints what is in them. It works on several at
// once and in constant memory.
func (e *env) parseFeeds(files []string, o parseOptions) error {
	next := e.namedSamples(files)
	if o.manifest != "" {
		list, err := e.openLinesOf(o.manifest, "the manifest")
		if err != nil {
			return err
		}
		defer list.Close()
		root := cmp.Or(o.root, filepath.Dir(o.manifest))
		if info, err := os.Stat(root); err != nil || !info.IsDir() {
			return usage("%s is no folder (--root names the one that the manifest's paths are in)", root)
		}
		next = func() (sample, error) { return nextSample(list, root) }
	}
	signal.Ignore(syscall.SIGPIPE) // so that the write fails, and not the program
	missing, err := e.printParsed(next, o.text)
	switch {
	case err != nil:
		return e.lineTrouble(err)
	case missing > 0:
		e.printf("%s could not be opened", count(missing, "document"))
		return codedError{exitNotSo, nil}
	}
	return nil
}

// namedSamples returns the documents in files, one after the other, then io.EOF.
func (e *env) namedSamples(files []string) func() (sample, error) {
	return func() (sample, error) {
		if len(files) == 0 {
			return sample{}, io.EOF
		}
		s := sample{Path: files[0], file: files[0]}
		if s.Path == "-" {
			s.file, s.in = "", e.stdin
		}
		files = files[1:]
		return s, nil
	}
}

// nextSample returns the next document of a manifest. The error is io.EOF behind
// the last one, and otherwise a *lineError.
func nextSample(list *lineFile, root string) (sample, error) {
	for {
		l, err := list.next()
		if err != nil {
			return sample{}, err
		}
		if l.blank() {
			continue
		}
		var s sample
		if err := json.Unmarshal(l.text, &s); err != nil {
			return s, &lineError{list.name, l.number, fmt.Errorf("this names no document: %w", err)}
		}
		if s.Path == "" {
			return s, &lineError{list.name, l.number, errors.New("this names no document: there is no path")}
		}
		s.file = filepath.Join(root, filepath.FromSlash(s.Path))
		return s, nil
	}
}

// parseJob is a document on its way, and what ends the documents before it.
type parseJob struct {
	sample  sample
	line    []byte
	missing bool
	err     error
}

// printParsed reads the documents that next names, and returns how many of them
// were not there. text is for texts without markup.
func (e *env) printParsed(next func() (sample, error), text bool) (missing int, err error) {
	cores := runtime.GOMAXPROCS(0)
	err = inOrder[parseJob]{
		workers: cores,
		batches: batchesPerCore * cores,
		read: func(j *parseJob) bool {
			*j = parseJob{}
			j.sample, j.err = next()
			return j.err == nil
		},
		work: func(j *parseJob) {
			if j.err == nil {
				j.line, j.missing, j.err = parseLine(j.sample, text)
			}
		},
		write: func(j *parseJob) error {
			if j.err == io.EOF {
				return nil
			}
			if j.missing {
				missing++
			}
			if j.err != nil {
				return j.err
			}
			_, err := e.stdout.Write(j.line)
			return err
		},
	}.run()
	return missing, err
}

// parsedJSON is a document as it was read.
type parsedJSON struct {
	Path  string           `json:"path"`
	OK    bool             `json:"ok"`
	Err   string           `json:"err"`
	Title string           `json:"title"`
	Items []parsedItemJSON `json:"items"`
}

type parsedItemJSON struct {
	ID        string `json:"id"`
	Link      string `json:"link"`
	Title     string `json:"title"`
	Published string `json:"published"`
	Updated   string `json:"updated"`
	Summary   string `json:"summary"`
	Content   string `json:"content"`
	Author    string `json:"author"`
}

// parseLine reads a document and returns what is in it, as a line.
func parseLine(s sample, text bool) (line []byte, missing bool, err error) {
	p := parsedJSON{Path: s.Path, Items: []parsedItemJSON{}}
	body, err := s.read()
	if err != nil {
		missing, p.Err = true, oneLine(err.Error())
	} else if doc, err := s.parse(body, text); err != nil {
		p.Err = oneLine(err.Error())
	} else {
		p.OK, p.Err, p.Title = true, doc.Degraded, doc.Title
		p.Items = each(doc.Items, itemJSON)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err = enc.Encode(p)
	return b.Bytes(), missing, err
}

// read returns the document's bytes. Of one that is too large there are only as
// many as show that.
func (s sample) read() ([]byte, error) {
	in := s.in
	if in == nil {
		f, err := os.Open(s.file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, feed.DefaultMaxBody+1))
}

// parse reads the document.
func (s sample) parse(body []byte, text bool) (*feed.Document, error) {
	raw := feed.Raw{Body: body, ContentType: s.ContentType, Markup: !text}
	if s.Base != "" {
		base, err := url.Parse(s.Base)
		if err != nil {
			return nil, fmt.Errorf("its base is no address: %w", err)
		}
		raw.Base = base
	}
	return feed.Parse(raw)
}

// itemJSON is an item for programs. A title that was taken from the text is none.
func itemJSON(it feed.Item) parsedItemJSON {
	p := parsedItemJSON{
		ID: it.ID, Link: it.Link, Title: it.Title, Summary: it.Summary, Content: it.Content, Author: it.Author,
		Published: dateJSON(it.Published), Updated: dateJSON(it.Updated),
	}
	if it.Untitled {
		p.Title = ""
	}
	return p
}

// dateJSON is a time in UTC as RFC 3339 has it, to the second; "" for none.
func dateJSON(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
