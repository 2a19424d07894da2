//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tocsin/watcher/config"
)

func TestJournalLinesCarryTheirPriority(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	log := newLogger(&b, config.Log{Level: "debug", Format: "journal"}, false)
	log.Debug("looks")
	log.With("feed", "https://a.example").Info("polls", "title", "two\n<0>lines")
	log.WithGroup("g").Warn("waits", "level", 3)
	log.Error("fails", "err", errors.New("no disk"))
	const want = `<7>msg=looks
<6>msg=polls feed=https://a.example title="two\n<0>lines"
<4>msg=waits g.level=3
<3>msg=fails err="no disk"
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", &b, want)
	}
}

func TestLevelAndFormatAreThoseOfTheConfiguration(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		log     config.Log
		watched bool
		want    string // the first line holds it
		never   string
	}{
		{"JSON has the time and the level", config.Log{Level: "info", Format: "json"}, false, `"level":"WARN","msg":"waits"}`, "hides"},
		{"text has the time", config.Log{Level: "info", Format: "text"}, false, "time=", "hides"},
		{"text has no time for who watches", config.Log{Level: "info", Format: "text"}, true, "level=WARN msg=waits", "time="},
		{"auto is text where there is no journal", config.Log{Level: "info", Format: "auto"}, false, "level=WARN msg=waits", "<4>"},
		{"a level leaves out what is below it", config.Log{Level: "error", Format: "journal"}, false, "", "waits"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			log := newLogger(&b, tt.log, tt.watched)
			log.Debug("hides")
			log.Warn("waits")
			if !strings.Contains(b.String(), tt.want) || strings.Contains(b.String(), tt.never) {
				t.Errorf("got %q, want %q and never %q", &b, tt.want, tt.never)
			}
		})
	}
}

func TestPrioritiesAreForEveryLevel(t *testing.T) {
	t.Parallel()
	for level, want := range map[slog.Level]string{-8: "<7>", -4: "<7>", 0: "<6>", 2: "<6>", 4: "<4>", 8: "<3>", 12: "<3>"} {
		if got := priority(level); got != want {
			t.Errorf("level %d has priority %s, want %s", level, got, want)
		}
	}
}

// The journal names the stream that it reads; whoever inherits only the name
// writes somewhere else.
func TestUnderSystemdTheLogIsTheJournals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		shift uint64 // of the inode that is named
		want  string
	}{
		{"stderr is the stream", 0, "<6>msg=watching"},
		{"stderr is another one", 1, "level=INFO msg=watching"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDaemon(t)
			d.write("tocsin.yaml", "rules: ['builtin:']\nfetch: {allow_private: true}\nlog: {level: debug}\nfeeds: [{url: "+d.url+"}]\n")
			f, err := os.Create(filepath.Join(t.TempDir(), "stream"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil {
				t.Fatal(err)
			}
			s := info.Sys().(*syscall.Stat_t)
			cmd := exec.Command(os.Args[0], "once", "--deliver=none")
			cmd.Dir = d.dir
			cmd.Env = append(os.Environ(), asTocsin+"=1", "TOCSIN_SLACK_TOKEN=",
				fmt.Sprintf("JOURNAL_STREAM=%d:%d", s.Dev, s.Ino+tt.shift))
			cmd.Stderr = f
			if err := cmd.Run(); err != nil {
				t.Fatal(err)
			}
			printed, err := os.ReadFile(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(printed), tt.want) {
				t.Errorf("stderr holds no %q:\n%s", tt.want, printed)
			}
		})
	}
}
