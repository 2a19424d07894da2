package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"tocsin/store"
)

// The exit codes, which programs rely on.
const (
	exitDone        = 0
	exitNotSo       = 1   // the thing asked about is not so
	exitUsage       = 2   // the command line or the configuration is wrong; nothing was touched
	exitStore       = 3   // the store cannot be used
	exitInterrupted = 130 // Ctrl-C or SIGTERM before the work was done
)

// exitCodes is the end of every command's help.
const exitCodes = `Exit codes: 0 done · 1 the thing asked about is not so · 2 the command line or the
configuration is wrong, nothing was touched · 3 the store cannot be used · 130 interrupted`

// codedError is an error with the exit code it stands for. A nil error inside
// means that everything has been said already.
type codedError struct {
	code int
	err  error
}

func (e codedError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e codedError) Unwrap() error { return e.err }

// usage returns an error about the command line or the configuration.
func usage(format string, args ...any) error {
	return codedError{exitUsage, fmt.Errorf(format, args...)}
}

// storeTrouble returns err as trouble with the store. A context that ended is
// none: there a signal has come.
func storeTrouble(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return errInterrupted
	}
	return codedError{exitStore, err}
}

// signalError is why a context ended on a signal.
type signalError struct{ os.Signal }

func (e signalError) Error() string { return e.Signal.String() }

// interruptedBy returns the signal that ended ctx; nil when none did.
func interruptedBy(ctx context.Context) os.Signal {
	var s signalError
	if errors.As(context.Cause(ctx), &s) {
		return s.Signal
	}
	return nil
}

// errInterrupted is what a command returns that a signal ended before it was
// done.
var errInterrupted = codedError{exitInterrupted, errors.New("interrupted")}

// exitCode says on stderr what went wrong, and returns the exit code for it. What
// nothing else is known of, such as output that cannot be written, is not done.
func exitCode(e *env, err error) int {
	if err == nil {
		return exitDone
	}
	code := exitNotSo
	var coded codedError
	if errors.As(err, &coded) {
		code = coded.code
	}
	if text := err.Error(); text != "" {
		fmt.Fprintln(e.stderr, "tocsin: "+text)
	}
	if errors.Is(err, store.ErrInUse) {
		fmt.Fprintln(e.stderr, "tocsin: end that one first, or name another store in the configuration")
	}
	return code
}
