// Pollbench measures what the daemon costs: CPU time and memory a thousand
// feeds, and how soon things happen. It makes feeds up, serves them on loopback
// with a Slack beside them, and runs a built tocsin over them as a process of its
// own, whose CPU time is counted apart from pollbench's:
//
//	go run ./watcher/internal/pollbench
//
// Each feed is a host of its own, for a host is asked little at a time; that
// takes the whole of 127.0.0.0/8, and so Linux. Beside it runs the least that any
// poller does (see floors), for what a machine gives differs. Figures are the least of several
// rounds, since what else the machine does only ever adds to them. It is a tool
// for working on tocsin, not a part of it, and no test of what tocsin does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == bareFlag {
		if err := barePoll(os.Args[2], strings.Join(os.Args[3:], "")); err != nil {
			fmt.Fprintln(os.Stderr, "pollbench:", err)
			os.Exit(2)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) { // which has been answered
			fmt.Fprintln(os.Stderr, "pollbench:", err)
		}
		os.Exit(2)
	}
}

// options is what the command line asks for.
type options struct {
	tocsin string // the program to measure; "" builds the one of this module
	feeds  int
	rounds int    // of which the least counts
	dir    string // where stores lie; what a commit costs is that of its disk
	only   []string
	keep   bool // the folders, with the daemon's logs
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	fs := flag.NewFlagSet("pollbench", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&o.tocsin, "tocsin", "", "measure this `program` (default: build it)")
	fs.IntVar(&o.feeds, "feeds", 1000, "poll `n` feeds")
	fs.IntVar(&o.rounds, "rounds", 3, "take the least of `n` rounds")
	fs.StringVar(&o.dir, "dir", os.TempDir(), "keep stores in a `folder` in there")
	fs.BoolVar(&o.keep, "keep", false, "leave the folders with stores and logs")
	only := fs.String("only", "", "measure these `scenarios` alone: "+strings.Join(scenarioNames(), ","))
	if err := fs.Parse(args); err != nil {
		return o, flag.ErrHelp
	}
	if fs.NArg() > 0 || o.feeds < 100 || o.rounds < 1 {
		return o, errors.New("want no arguments, 100 feeds or more, and a round at least")
	}
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	return o, nil
}

// run measures and prints a line a figure.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	chosen, err := choose(o.only)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp(o.dir, "pollbench-")
	if err != nil {
		return err
	}
	if o.keep {
		fmt.Fprintln(stderr, "folders are in", work)
	} else {
		defer os.RemoveAll(work)
	}
	if o.tocsin == "" {
		o.tocsin = filepath.Join(work, "tocsin")
		if err := build(ctx, o.tocsin, stderr); err != nil {
			return err
		}
	}
	out := &report{out: stdout}
	for _, s := range chosen {
		b := bench{options: o, dir: filepath.Join(work, s.name), out: out}
		if err := os.Mkdir(b.dir, 0o700); err != nil {
			return err
		}
		if err := s.measure(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// build compiles the daemon as it is shipped.
func build(ctx context.Context, to string, stderr io.Writer) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", to, "tocsin/cmd/tocsin")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("building tocsin: %w", err)
	}
	return nil
}
