package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"tocsin/rules"
	"tocsin/watcher/config"
)

// manuals are what people read, by the path from the project's folder.
func manuals(t *testing.T) map[string]string {
	t.Helper()
	texts := make(map[string]string)
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			texts[name] = string(data)
		}
	}
	return texts
}

var block = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

// The rules that manuals show are right, and their examples pass; feeds and
// configurations that they show are read without a problem.
func TestYAMLInTheManualsIsRight(t *testing.T) {
	t.Parallel()
	for name, text := range manuals(t) {
		for _, b := range block.FindAllStringSubmatch(text, -1) {
			if b[1] != "yaml" {
				continue
			}
			t.Run(name+" "+strings.TrimSpace(strings.SplitN(b[2], "\n", 3)[1%max(1, strings.Count(b[2], "\n"))]), func(t *testing.T) {
				t.Parallel()
				switch {
				case strings.HasPrefix(b[2], "version: 1"):
					checkRules(t, b[2])
				case strings.HasPrefix(b[2], "- "):
					checkConfig(t, "feeds:\n"+b[2])
				default:
					checkConfig(t, b[2])
				}
			})
		}
	}
}

func checkRules(t *testing.T, text string) {
	file, problems := rules.Parse("manual.yaml", []byte(text))
	set, more := rules.Compile(time.Now(), file)
	for _, p := range append(problems, more...) {
		t.Error(p) // warnings, too: it is there to be copied
	}
	if set == nil {
		t.Fatal("it is no rule file")
	}
	path := filepath.Join(t.TempDir(), "manual.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := run([]string{"test", path}, strings.NewReader(""), &out, &out); code != exitDone {
		t.Errorf("its examples fail:\n%s", &out)
	}
}

func checkConfig(t *testing.T, text string) {
	_, problems := config.Parse("tocsin.yaml", []byte(text), func(string) ([]byte, error) { return []byte("a-token"), nil })
	for _, p := range problems {
		t.Error(p)
	}
}

// commandLine is a command of tocsin in a manual: in a block after $, or in quotes.
var commandLine = regexp.MustCompile("(?m)(?:^\\$ (?:.*\\| )?|sudo (?:-u tocsin )?|`)(?:\\./)?(?:tocsin|go run \\./cmd/tocsin) ([a-z-][^`|\n]*)")

// Every command that manuals name is one of tocsin's, with its flags.
func TestCommandsInTheManualsExist(t *testing.T) {
	t.Parallel()
	for name, text := range manuals(t) {
		if name == "CHANGELOG.md" {
			continue
		}
		for _, m := range commandLine.FindAllStringSubmatch(text, -1) {
			line, _, _ := strings.Cut(m[1], "  #")
			line, _, _ = strings.Cut(line, " > ")
			line, _, _ = strings.Cut(line, " >> ")
			args := strings.Fields(strings.NewReplacer("'", "", " &", "").Replace(line))
			if err := knownCommand(args); err != nil {
				t.Errorf("%s: tocsin %s: %v", name, line, err)
			}
		}
	}
}

// knownCommand returns what is wrong with a command and its flags.
func knownCommand(args []string) error {
	e := &env{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
	top := newRoot(e)
	var wrong error
	everyCommand(top, func(c *cobra.Command) {
		c.PersistentPreRunE, c.Args = nil, cobra.ArbitraryArgs
		c.Run, c.RunE = nil, func(c *cobra.Command, args []string) error {
			if c == top && len(args) > 0 {
				wrong = unknownCommand(top, args)
			}
			return nil
		}
	})
	top.SetArgs(args)
	if err := top.Execute(); err != nil {
		return err
	}
	return wrong
}

func everyCommand(c *cobra.Command, f func(*cobra.Command)) {
	f(c)
	for _, sub := range c.Commands() {
		everyCommand(sub, f)
	}
}

// Files that manuals name in quotes, or link, are there.
func TestFilesInTheManualsExist(t *testing.T) {
	t.Parallel()
	file := regexp.MustCompile("`((?:deploy|docs|seeds|store|watcher|cmd|rules/testdata|\\.ci)/[\\w./-]*)`|\\]\\(([^)#:]+)\\)")
	for name, text := range manuals(t) {
		for _, m := range file.FindAllStringSubmatch(text, -1) {
			path := m[1]
			if path == "" {
				path = filepath.Join(filepath.Dir(name), m[2])
			}
			if _, err := os.Stat(filepath.Join(root, path)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// The table of metrics has every metric that is served, and no other.
func TestTheManualListsTheMetrics(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(root, "watcher/web/testdata/all.prom"))
	if err != nil {
		t.Fatal(err)
	}
	var served []string
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\w+)`).FindAllStringSubmatch(string(data), -1) {
		served = append(served, m[1])
	}
	slices.Sort(served)
	_, table, _ := strings.Cut(manuals(t)["docs/operations.md"], "\n## Metrics\n")
	table, _, _ = strings.Cut(table, "\n## ")
	listed := regexp.MustCompile(`tocsin_\w+`).FindAllString(table, -1)
	slices.Sort(listed)
	if !slices.Equal(slices.Compact(listed), served) {
		t.Errorf("listed %q\nserved %q", listed, served)
	}
}
