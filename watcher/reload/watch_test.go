package reload

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/watcher/config"
)

// patience is when a test that waits for something gives up.
const patience = 20 * time.Second

// site is a folder to change files in.
type site struct {
	t   *testing.T
	dir string
}

func newSite(t *testing.T) *site {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &site{t, dir}
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

func (s *site) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) write(name, text string) {
	s.t.Helper()
	s.check(os.WriteFile(s.path(name), []byte(text), 0o644))
}

func (s *site) mkdir(name string)        { s.t.Helper(); s.check(os.MkdirAll(s.path(name), 0o755)) }
func (s *site) rename(old, new string)   { s.t.Helper(); s.check(os.Rename(s.path(old), s.path(new))) }
func (s *site) remove(name string)       { s.t.Helper(); s.check(os.RemoveAll(s.path(name))) }
func (s *site) link(target, name string) { s.t.Helper(); s.check(os.Symlink(target, s.path(name))) }

// turn puts a link in the place of another at once.
func (s *site) turn(target, name string) {
	s.t.Helper()
	s.link(target, name+".tmp")
	s.rename(name+".tmp", name)
}

// Each step is a change that must be noticed by a watch that was begun before
// it, as Run begins one after every change.
func TestFilesNoticesWhatChangesRules(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		paths []string
		begin func(*site)
		steps []func(*site)
	}{
		{
			"a file that is written, replaced, removed and made again", []string{"a.rules"},
			func(s *site) { s.write("a.rules", "1") },
			[]func(*site){
				func(s *site) { s.write("a.rules", "2") },
				func(s *site) { s.write("a.rules~", "3"); s.rename("a.rules~", "a.rules") },
				func(s *site) { s.remove("a.rules") },
				func(s *site) { s.write("a.rules", "4") },
				func(s *site) { s.check(os.Chmod(s.path("a.rules"), 0o600)) },
			},
		}, {
			"files in a folder and in new folders below it", []string{"rules"},
			func(s *site) { s.mkdir("rules/old"); s.write("rules/old/a.yaml", "1") },
			[]func(*site){
				func(s *site) { s.write("rules/b.yaml", "1") },
				func(s *site) { s.write("rules/old/a.yaml", "2") },
				func(s *site) { s.mkdir("rules/new/deep") },
				func(s *site) { s.write("rules/new/deep/c.yaml", "1") },
				func(s *site) { s.rename("rules/new", "rules/newer") },
				func(s *site) { s.write("rules/newer/deep/c.yaml", "2") },
				func(s *site) { s.remove("rules/newer/deep/c.yaml") },
				func(s *site) { s.remove("rules/old") },
			},
		}, {
			"a folder that is removed and made again, and those above it", []string{"conf/tocsin/rules"},
			func(s *site) { s.mkdir("conf/tocsin/rules") },
			[]func(*site){
				func(s *site) { s.remove("conf/tocsin/rules") },
				func(s *site) { s.mkdir("conf/tocsin/rules") },
				func(s *site) { s.write("conf/tocsin/rules/a.yaml", "1") },
				func(s *site) { s.remove("conf") },
				func(s *site) { s.mkdir("conf") },
				func(s *site) { s.mkdir("conf/tocsin/rules") },
				func(s *site) { s.write("conf/tocsin/rules/a.yaml", "2") },
				func(s *site) { s.rename("conf/tocsin", "conf/away") },
				func(s *site) { s.rename("conf/away", "conf/tocsin") },
				func(s *site) { s.write("conf/tocsin/rules/a.yaml", "3") },
			},
		}, {
			"a volume of Kubernetes", []string{"conf/a.yaml", "conf/rules"},
			func(s *site) {
				s.mkdir("conf/..1/rules")
				s.mkdir("conf/..2/rules")
				s.link("..1", "conf/..data")
				s.link("..data/a.yaml", "conf/a.yaml")
				s.link("..data/rules", "conf/rules")
			},
			[]func(*site){
				func(s *site) { s.write("conf/..1/a.yaml", "1") },
				func(s *site) { s.turn("..2", "conf/..data") },
				func(s *site) { s.write("conf/..2/rules/b.yaml", "2") },
				func(s *site) { s.turn("..1", "conf/..data") },
			},
		}, {
			"a link above the folder, turned to another tree", []string{"current/rules"},
			func(s *site) {
				s.mkdir("tree1/rules")
				s.mkdir("tree2/rules")
				s.link(s.path("tree1"), "current")
			},
			[]func(*site){
				func(s *site) { s.turn(s.path("tree2"), "current") },
				func(s *site) { s.write("tree2/rules/a.yaml", "2") },
				func(s *site) { s.remove("current") },
				func(s *site) { s.link("tree1", "current") },
			},
		}, {
			"what a link in a folder leads to", []string{"rules"},
			func(s *site) {
				s.mkdir("rules")
				s.mkdir("shared")
				s.link("../shared/a.yaml", "rules/a.yaml")
			},
			[]func(*site){
				func(s *site) { s.write("shared/a.yaml", "1") },
				func(s *site) { s.write("shared/new", "2"); s.rename("shared/new", "shared/a.yaml") },
			},
		}, {
			"a file where a folder must be", []string{"conf/rules/more"},
			func(s *site) { s.write("conf", "no folder") },
			[]func(*site){
				func(s *site) { s.remove("conf") },
				func(s *site) { s.mkdir("conf/rules/more") },
				func(s *site) { s.write("conf/rules/more/a.yaml", "1") },
			},
		}, {
			"links that lead to each other", []string{"rules"},
			func(s *site) { s.link("other", "rules"); s.link("rules", "other") },
			[]func(*site){
				func(s *site) { s.remove("rules") },
				func(s *site) { s.mkdir("rules") },
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			tt.begin(s)
			var paths []string
			for _, p := range tt.paths {
				paths = append(paths, s.path(p))
			}
			for i, step := range tt.steps {
				changed, stop, err := Files(paths)
				if err != nil {
					t.Fatal(err)
				}
				step(s)
				select {
				case <-changed:
				case <-time.After(patience):
					t.Errorf("step %d was not noticed", i+1)
				}
				stop()
			}
		})
	}
}

// The store, which changes all the time, may lie beside a rule file, and the
// folder of the rules.
func TestFilesLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mkdir("rules/below")
	s.write("a.yaml", "1")
	w := watchOf(t, s.path("a.yaml"), s.path("rules"))
	for name, want := range map[string]bool{
		"a.yaml": true, "rules": true, "rules/b.yaml": true, "rules/..data": true, "rules/below/b.yaml": true, ".": true,
		"tocsin.db": false, "tocsin.db-wal": false, "b.yaml": false, "elsewhere/a.yaml": false,
	} {
		if got := w.counts(s.path(name)); got != want {
			t.Errorf("a change of %s counts: %v", name, got)
		}
	}
}

// watchOf is the watch of some paths, which is closed at once.
func watchOf(t *testing.T, paths ...string) *fileWatch {
	t.Helper()
	w, err := newFileWatch(paths)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.events.Close(); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWhatCannotBeWatchedIsNamed(t *testing.T) {
	t.Parallel()
	folder := newSite(t).path(strings.Repeat("x", 300))
	_, _, err := Files([]string{filepath.Join(folder, "rules")})
	if want := "watching " + folder + ": file name too long"; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
	for limit, want := range map[error]string{
		syscall.ENOSPC: "watching /r: no space left on device (raise fs.inotify.max_user_watches)",
		syscall.EMFILE: "watching /r: too many open files (raise fs.inotify.max_user_instances, or the limit of open files)",
	} {
		if got := limitHint(fmt.Errorf("watching /r: %w", limit)).Error(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// A reloader with a real watch follows a folder through its being replaced.
func TestRunWithFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mkdir("rules")
	s.write("rules/a.yaml", bell)
	read := func() Draft {
		text, err := os.ReadFile(s.path("rules/a.yaml"))
		return Draft{Files: []string{s.path("rules")}, Digest: string(text), Config: new(config.Config), Compile: func(now time.Time) (*rules.Set, []yamlfile.Problem) {
			if err != nil {
				return nil, []yamlfile.Problem{{Msg: err.Error()}}
			}
			file, problems := rules.Parse("a.yaml", text)
			set, more := rules.Compile(now, file)
			return set, append(problems, more...)
		}}
	}
	d := read()
	set, _ := d.Compile(time.Now())
	used := make(chan *rules.Set)
	reloader := New(slog.New(slog.DiscardHandler), time.Now, InUse{d, set, time.Now()}, Options{
		Read: read, Use: func(_ context.Context, s Setup) error { used <- s.Rules; return nil }, Watch: Files,
	})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { reloader.Run(ctx, nil) })
	defer running.Wait()
	defer cancel()
	wants := func(n int) {
		t.Helper()
		select {
		case set := <-used:
			if got := len(set.Rules()); got != n {
				t.Errorf("%d rules, want %d", got, n)
			}
		case <-time.After(patience):
			t.Fatalf("%d rules were never taken", n)
		}
	}
	s.write("rules/a.yaml", gong)
	wants(2)
	s.remove("rules")
	s.mkdir("rules")
	s.write("rules/a.yaml", bell)
	wants(1)
	s.write("rules/new", strings.Replace(gong, "gong", "drum", 2))
	s.rename("rules/new", "rules/a.yaml")
	wants(2)
}
