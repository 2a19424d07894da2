package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/rules/yamlfile"
	"tocsin/store"
	"tocsin/watcher/config"
)

func newDoctor(e *env) *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Is everything as it must be",
		Long: `Looks at the configuration, the rules, the store and the daemons that work on it, at the
feeds, at Slack – the token, its scopes, whether the app is in the channels – at the clock
and at the address of web.listen, beside the daemon or without one. It prints a line for
each: ok, note for what is to be known, or wrong, with what to do. It changes nothing, polls
each feed once, and says nothing in Slack. Exits with 1 where something is wrong.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.doctor(ctx, o)
		},
	}
	cmd.Flags().BoolVar(&o.offline, "offline", false, "ask nobody: leave out feeds, Slack and its clock")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print a JSON array")
	return cmd
}

type doctorOptions struct{ offline, asJSON bool }

// verdict is what is thought of something.
type verdict string

const (
	fine  verdict = "ok"
	note  verdict = "note"  // it may be meant so
	wrong verdict = "wrong" // something does not work
)

// finding is one thing that was looked at.
type finding struct {
	Verdict verdict `json:"verdict"`
	About   string  `json:"about"`
	Text    string  `json:"text"`
	Do      string  `json:"do,omitempty"` // what to do about it
}

// checkup looks at one thing, or at several of a kind.
type checkup struct {
	about  string
	online bool // others are asked
	look   func(ctx context.Context, d *doctor) []finding
}

// checkups are all that is looked at, in order: later ones use what earlier ones
// found. What else is to be looked at is another entry.
var checkups = []checkup{
	{"configuration", false, lookAtConfig},
	{"rules", false, lookAtRules},
	{"store", false, lookAtStore},
	{"disk", false, lookAtDisk},
	{"daemons", false, lookAtDaemons},
	{"feeds", true, lookAtFeeds},
	{"slack", true, lookAtSlack},
	{"channels", true, lookAtChannels},
	{"clock", false, lookAtClock},
	{"web", false, lookAtWeb},
}

// doctor is what is known so far.
type doctor struct {
	env      *env
	config   *config.Config
	problems []yamlfile.Problem // of the configuration: odd, not wrong
	progress func(format string, args ...any)

	examined *store.Examination // nil where there is no store that can be read
	slack    slackClient        // nil where there is none that takes the token
	clocks   []clock
}

// clock is another machine's.
type clock struct {
	of    string
	ahead time.Duration // of ours
}

func (e *env) doctor(ctx context.Context, o doctorOptions) error {
	c, problems, err := e.loadConfig()
	if err != nil {
		return err
	}
	if c == nil {
		return e.refuse(problems)
	}
	out := newConsole(e.stderr)
	d := &doctor{env: e, config: c, problems: problems, progress: out.progress}
	all := []finding{}
	for _, look := range checkups {
		if look.online && o.offline {
			continue
		}
		out.progress("looking at the %s", look.about)
		for _, f := range look.look(ctx, d) {
			f.About = look.about
			all = append(all, f)
			if o.asJSON {
				continue
			}
			if err := f.print(out.writer(e.stdout)); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			out.progress("")
			return errInterrupted
		}
	}
	out.progress("")
	if o.asJSON {
		if err := printJSON(e.stdout, all); err != nil {
			return err
		}
	}
	return e.diagnosis(all)
}

// diagnosis says how much is wrong, and returns the error for the exit code.
func (e *env) diagnosis(all []finding) error {
	n := 0
	for _, f := range all {
		if f.Verdict == wrong {
			n++
		}
	}
	if n == 0 {
		e.printf("nothing is wrong")
		return nil
	}
	e.printf("%s wrong", count(n, "thing"))
	return codedError{exitNotSo, nil}
}

// print writes a finding for people.
func (f finding) print(w io.Writer) error {
	text := fmt.Sprintf("%-5s  %-13s  %s\n", f.Verdict, f.About, f.Text)
	if f.Do != "" {
		text += strings.Repeat(" ", 22) + "→ " + f.Do + "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

func ok(format string, args ...any) finding {
	return finding{Verdict: fine, Text: fmt.Sprintf(format, args...)}
}

func odd(do, format string, args ...any) finding {
	return finding{Verdict: note, Text: fmt.Sprintf(format, args...), Do: do}
}

func bad(do, format string, args ...any) finding {
	return finding{Verdict: wrong, Text: fmt.Sprintf(format, args...), Do: do}
}
