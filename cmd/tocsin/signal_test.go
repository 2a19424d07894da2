package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// What runs until it is told to end does so cleanly: the daemon with 0 on
// SIGTERM, as systemd wants it, and with 130 on Ctrl-C; the demo with 0, since
// Ctrl-C is its end.
func TestSignalsEndWhatRuns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		command string
		signal  syscall.Signal
		code    int
	}{
		{"SIGTERM ends the daemon well", "run", syscall.SIGTERM, 0},
		{"Ctrl-C interrupts the daemon", "run", syscall.SIGINT, 130},
		{"Ctrl-C ends the demo", "demo", syscall.SIGINT, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := newKillWorld(t)
			temp := t.TempDir()
			cmd := exec.Command(os.Args[0], tt.command)
			cmd.Dir = k.dir
			cmd.Env = append(os.Environ(), asTocsin+"=1", "TOCSIN_SLACK_TOKEN=", "TMPDIR="+temp)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// It is in the middle of its work when the first alert rings.
			if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
				t.Fatalf("no alert: %v\n%s", err, &stderr)
			}
			go io.Copy(io.Discard, out)
			if err := cmd.Process.Signal(tt.signal); err != nil {
				t.Fatal(err)
			}
			cmd.Wait() // its error is the exit code
			if code := cmd.ProcessState.ExitCode(); code != tt.code {
				t.Errorf("exit code %d, want %d\n%s", code, tt.code, &stderr)
			}
			if tt.command == "demo" {
				checkEmpty(t, temp)
				return
			}
			counts, _ := k.state()
			if counts.Articles%killArticles != 0 || counts.SentAlerts == 0 || counts.SentAlerts+counts.Pending != counts.Stories {
				t.Errorf("the store holds %+v", counts)
			}
			if !k.once("none") {
				t.Error("the next round did not end")
			}
		})
	}
}

// checkEmpty checks that nothing was left in a folder.
func checkEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "tocsin-") {
			t.Errorf("%s was left behind", e.Name())
		}
	}
}
