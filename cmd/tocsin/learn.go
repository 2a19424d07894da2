package main

import (
	"errors"
	"os/signal"
	"regexp"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"tocsin/rules/learn"
)

func newLearn(e *env) *cobra.Command {
	var o learnOptions
	cmd := &cobra.Command{
		Use:   "learn [--background FILE] [--theme NAME] DOC...",
		Short: "A draft theme from example texts, on standard output",
		Long: `Reads texts about what interests you, and writes a rule file to go on with: lists of the names
that recur and of the words and phrases that general news has less often, signals with points, a
threshold, and sentences of the texts as examples. Comments say how often each term occurs and
what score its points come from. The draft passes tocsin check and tocsin test.

  tocsin learn saved/*.html --background others.jsonl.gz > rules/mine.yaml

Each DOC is a text, a page of HTML, or articles as tocsin score reads them, a JSON object a line;
what it is, its first bytes say. It may be compressed with gzip, and - is standard input. A
handful of texts is enough, and all together may have 4 MiB.

--background names articles of general news, as tocsin score reads them. Terms are compared with
them, the threshold is set so that one in 300 of them rings at most, as far as the texts permit,
and those that come closest are examples of what must not match. Memory is bounded however many
there are. Without it, terms are compared with what is known of common English words; texts in
another language need a background in it.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("%s takes example texts, or - for standard input (see %s --help)", cmd.CommandPath(), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return e.untilInterrupted(func() error { return e.learn(args, o) })
		},
	}
	cmd.Flags().StringVar(&o.background, "background", "", "compare with the articles in `file`")
	cmd.Flags().StringVar(&o.theme, "theme", "draft", "the theme's `name`")
	return cmd
}

type learnOptions struct {
	background string // "" none
	theme      string
}

// themeForm is what the name of a theme may be.
var themeForm = regexp.MustCompile(`^[\pL\pN_-]+$`)

func (e *env) learn(files []string, o learnOptions) error {
	switch fromStdin := slices.Contains(files, "-"); {
	case fromStdin && o.background == "-":
		return usage("standard input cannot be both a text and the background")
	case !themeForm.MatchString(o.theme):
		return usage("--theme %q is no name (it may have letters, digits, _ and -)", o.theme)
	}
	var background *lineFile
	if o.background != "" {
		f, err := e.openLines(o.background)
		if err != nil {
			return err
		}
		defer f.Close()
		background = f
	}
	var docs []learn.Document
	for _, name := range files {
		read, err := e.readDocuments(name)
		if err != nil {
			return e.lineTrouble(err)
		}
		docs = append(docs, read...)
	}
	l, err := learn.New(docs)
	if err != nil {
		return usage("%w", err)
	}
	if background != nil {
		if err := addBackground(l, background); err != nil {
			return e.lineTrouble(err)
		}
	}
	return e.writeDraft(l, o.theme)
}

// addBackground has l count the articles of a file.
func addBackground(l *learn.Learner, f *lineFile) error {
	look := func(a *article) (learn.Background, error) {
		return learn.Background{Title: a.Title, Summary: a.Summary}, nil
	}
	return overArticles(f, look, func(list []learn.Background) error {
		for _, b := range list {
			l.Add(b)
		}
		return nil
	})
}

// writeDraft prints the draft, and for people what it is.
func (e *env) writeDraft(l *learn.Learner, theme string) error {
	d, err := l.Draft(theme)
	switch {
	case errors.Is(err, learn.ErrNothing):
		return codedError{exitNotSo, errors.New(err.Error() + " (give longer ones, or more about the same)")}
	case err != nil:
		return err
	}
	signal.Ignore(syscall.SIGPIPE) // so that the write fails, and not the program
	if _, err := e.stdout.Write(d.YAML); err != nil {
		return e.lineTrouble(err)
	}
	e.printf("learnt from %s of %s: %s, %s, %s", count(d.Documents, "document"), count(d.Words, "word"),
		count(d.Names, "name"), count(d.Terms, "term"), count(d.Match+d.NoMatch, "example"))
	if d.Sampled > 0 {
		e.printf("it matches %d of %s of background", d.FalseAlerts, count(d.Sampled, "article"))
	}
	e.printf("next: read the draft, mend it by hand, then tocsin check and tocsin test")
	return nil
}
