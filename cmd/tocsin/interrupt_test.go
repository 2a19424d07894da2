package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Ctrl-C ends what only reads with 130, be it at work or waiting for input, and
// what was written until then is whole lines.
func TestCtrlCEndsWhatOnlyReads(t *testing.T) {
	t.Parallel()
	const lines = 5_000 // far more than a pipe holds
	labelled := strings.Repeat(`{"themes":[],"title":"x"}`+"\n", lines)
	for _, tt := range []struct {
		name string
		args []string
		in   string // when all of it is taken, the program is interrupted
		more bool   // it comes again and again
	}{
		{"score, at work", []string{"score", "--explain", "--rules", "builtin:", "PIPE"}, strings.Repeat(`{"id":"a","title":"OpenAI wins waiver to end Azure exclusivity"}`+"\n", lines), true},
		{"score, waiting", []string{"score", "--rules", "builtin:", "PIPE"}, strings.Repeat(`{"id":"a"}`+"\n", lines), false},
		{"eval, at work", []string{"eval", "--rules", "builtin:", "PIPE"}, labelled, true},
		{"eval, waiting", []string{"eval", "--rules", "builtin:", "PIPE"}, labelled, false},
		{"check, waiting", []string{"check", "PIPE"}, "version: 1\n", false},
		{"test, waiting", []string{"test", "PIPE"}, "version: 1\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			pipe := filepath.Join(dir, "pipe")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			args := strings.Split(strings.ReplaceAll(strings.Join(tt.args, " "), "PIPE", pipe), " ")
			cmd := exec.Command(os.Args[0], args...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), asTocsin+"=1")
			interrupt(t, cmd, pipe, tt.in, tt.more)
		})
	}
}

// interrupt runs a command that reads a pipe, interrupts it, and checks how it
// ends.
func interrupt(t *testing.T, cmd *exec.Cmd, pipe, in string, more bool) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	written := make(chan []byte)
	go func() {
		all, _ := io.ReadAll(bufio.NewReader(stdout))
		written <- all
	}()
	w, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits for the program
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := io.WriteString(w, in); err != nil {
		t.Fatal(err)
	}
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		for more {
			_, err := io.WriteString(w, in)
			more = err == nil
		}
	}()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	got := <-written
	cmd.Wait() // its error is the exit code
	<-fed      // only the end of the program ends it
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || stderr.String() != "tocsin: interrupted\n" {
		t.Errorf("exit code %d, and said %q", code, &stderr)
	}
	for l := range bytes.Lines(got) {
		if !json.Valid(l) || l[len(l)-1] != '\n' {
			t.Errorf("not a whole line: %.80q", l)
		}
	}
}
