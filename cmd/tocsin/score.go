package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"tocsin/rules"
)

func newScore(e *env) *cobra.Command {
	var o scoreOptions
	cmd := &cobra.Command{
		Use:   "score [--rules PATH]... FILE|-",
		Short: "What the rules say of articles, as JSON lines in and out",
		Long: `Reads articles, a JSON object a line, and prints for each one line with the rules that
match it, in the same order:

  {"id":"a1","title":"…","summary":"…","body":"…","source":"…","url":"…","author":"…",
   "lang":"en","tags":["…"],"categories":["…"],"published":"…"}

  {"id":"a1","matches":[{"rule":"…","theme":"…","score":9,"threshold":5,"severity":"high",
   "status":"live"}]}

FILE may be compressed with gzip; - is standard input. The rules are those of each PATH
(a file, a folder, builtin: or builtin:THEME), without --rules those that the configuration
names. Rules that are in shadow are among the matches, with that status.

All keys may be missing or null; others are ignored, as published is. The id comes back as it
came, "" where there is none. Blank lines are passed over. A line that is no such object ends
the command with 1, when the answers to all lines before it are written. Answers come as lines
come, in constant memory; a line has 16 MiB at most.

--explain adds to each match the signals that held:

   "signals":[{"when":"…","points":5,"field":"title","spans":[[0,6],[13,25]]}]

spans are the words that earned the signal, as bytes of the field's UTF-8 text. A signal with
words in several fields has an entry for each; its points are in the first and 0 in the others,
so that all points and the rule's base add up to the score. One without words, such as tag:x or
NOT x, has the field "" and no spans.

What holds HTML in title, summary or body, tags or entities, is read as its text, as it is when
it comes from a feed; plain text is taken as it is. Spans are bytes of what was given in any
case, and may take in markup between words.`,
		Args: func(cmd *cobra.Command, args []string) error { return oneFile(cmd, args, "articles") },
		RunE: func(_ *cobra.Command, args []string) error {
			return e.untilInterrupted(func() error { return e.score(args[0], o) })
		},
	}
	addRulesFlag(cmd, &o.rules)
	cmd.Flags().BoolVar(&o.explain, "explain", false, "add the signals that held, and the words that earned them")
	return cmd
}

type scoreOptions struct {
	rules   []string // empty: those of the configuration
	explain bool
}

// oneFile refuses anything but one file.
func oneFile(cmd *cobra.Command, args []string, of string) error {
	if len(args) == 1 {
		return nil
	}
	return usage("%s takes one file of %s, or - for standard input, not %d (see %s --help)", cmd.CommandPath(), of, len(args), cmd.CommandPath())
}

// addRulesFlag adds --rules, for loadRuleSet.
func addRulesFlag(cmd *cobra.Command, paths *[]string) {
	cmd.Flags().StringArrayVar(paths, "rules", nil, "rules in `path`, a file, a folder, builtin: or builtin:THEME; may be repeated (default: those of the configuration)")
}

func (e *env) score(file string, o scoreOptions) error {
	set, err := e.loadRuleSet(o.rules)
	if err != nil {
		return err
	}
	in, err := e.openLines(file)
	if err != nil {
		return err
	}
	defer in.Close()
	signal.Ignore(syscall.SIGPIPE) // so that the write fails, and not the program
	var out bytes.Buffer
	err = overArticles(in,
		func(a *article) ([]byte, error) { return scoreLine(set, a, o.explain) },
		func(lines [][]byte) error {
			out.Reset()
			for _, l := range lines {
				out.Write(l)
			}
			_, err := e.stdout.Write(out.Bytes())
			return err
		})
	return e.lineTrouble(err)
}

// lineTrouble returns what went wrong with the lines of a file, or with answers
// to them, as the error for the exit code. That the reader of the answers went
// away is nothing wrong: it has what it wanted, as head has.
func (e *env) lineTrouble(err error) error {
	var wrong *lineError
	switch {
	case errors.Is(err, syscall.EPIPE):
		return nil
	case errors.As(err, &wrong):
		e.printf("%v", wrong)
		return codedError{exitNotSo, nil}
	}
	return err
}

// scoreJSON is what the rules say of an article.
type scoreJSON struct {
	ID      json.RawMessage `json:"id"`
	Matches []matchJSON     `json:"matches"`
}

// matchJSON is a rule that holds for an article.
type matchJSON struct {
	Rule      string         `json:"rule"`
	Theme     string         `json:"theme"`
	Score     int            `json:"score"`
	Threshold int            `json:"threshold"`
	Severity  rules.Severity `json:"severity"`
	Status    rules.Status   `json:"status"`
	Signals   []signalJSON   `json:"signals,omitzero"` // nil where nobody asked
}

// scoreLine returns what the rules say of an article, as a line.
func scoreLine(set *rules.Set, a *article, explain bool) ([]byte, error) {
	s := scoreJSON{ID: a.id, Matches: []matchJSON{}}
	for _, m := range set.Evaluate(&a.Article) {
		match := matchJSON{m.Rule.ID, m.Rule.Theme, m.Score, m.Rule.Threshold, m.Severity, m.Rule.Status, nil}
		if explain {
			match.Signals = signalsJSON(m.Signals, a.original)
		}
		s.Matches = append(s.Matches, match)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(s)
	return b.Bytes(), err
}
