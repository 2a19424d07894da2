package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Whoever reads the first answers and goes, as head does, ends score quietly,
// however much there is to read.
func TestScoreEndsWhenNobodyReadsOn(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0], "score", "--rules", "builtin:", "-")
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), asTocsin+"=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	// Not cmd.StdoutPipe: Wait must not be what closes it.
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	written := make(chan error)
	go func() {
		lines := strings.Repeat("{\"id\":1}\n", 1000)
		for {
			if _, err := io.WriteString(in, lines); err != nil {
				written <- err
				return
			}
		}
	}()
	if l, err := bufio.NewReader(r).ReadString('\n'); err != nil || l != "{\"id\":1,\"matches\":[]}\n" {
		t.Errorf("got %q, %v", l, err)
	}
	r.Close()
	<-written // only the end of the program fails it
	if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
		t.Errorf("%v, and said %q", err, &stderr)
	}
}
