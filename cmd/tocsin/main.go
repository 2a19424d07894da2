// Tocsin watches news feeds and rings in Slack when something that matters
// happens.
//
// This package only wires: a file a subcommand, each of which reads its flags,
// puts the pieces together, and lets them work. It is also the only one that
// reads the clock, the environment and the signals of the process.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// run is main with everything that it takes from the process as arguments. It
// returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	env := &env{stdin: stdin, stdout: stdout, stderr: stderr}
	root := newRoot(env)
	root.SetArgs(args)
	return exitCode(env, root.Execute())
}

// untilSignal returns a context that ends with the first SIGTERM or Ctrl-C; the
// second one ends the process at once.
func untilSignal() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(signalError{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}
