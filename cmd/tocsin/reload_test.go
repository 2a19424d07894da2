//go:build unix

package main

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tocsin/seeds/newsroom"
	"tocsin/watcher/slack/slacktest"
)

// daemon is a process of the program in a folder of its own, with one feed that
// has a new article about gongs at every request.
type daemon struct {
	t       *testing.T
	dir     string
	url     string       // of the feed
	env     []string     // more of the environment
	asked   atomic.Int64 // how often the feed was asked for
	cmd     *exec.Cmd
	lines   chan string // what it prints, on both outputs in order
	printed []string
}

func newDaemon(t *testing.T) *daemon {
	t.Helper()
	d := &daemon{t: t, dir: t.TempDir()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := d.asked.Add(1)
		newsroom.Handler([]newsroom.Feed{{Name: "feed", Title: "The Gong", Articles: []newsroom.Article{
			{ID: fmt.Sprint(n), Title: fmt.Sprintf("A gong sounds for the %dth time in town", n)},
		}}}, time.Now(), time.Now).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	d.url = server.URL + "/feed"
	return d
}

func (d *daemon) path(name string) string { return filepath.Join(d.dir, name) }

func (d *daemon) write(name, text string) {
	d.t.Helper()
	if err := os.WriteFile(d.path(name), []byte(text), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

// writeRule writes rules/noise.yaml with one rule.
func (d *daemon) writeRule(require string) {
	d.t.Helper()
	d.write("rules/noise.yaml", "version: 1\ntheme: noise\nrules:\n  - {id: noise.rings, require: "+require+"}\n")
}

// start starts a command, which is killed at the end of the test.
func (d *daemon) start(command, token string) {
	d.t.Helper()
	d.cmd = exec.Command(os.Args[0], command)
	d.cmd.Dir = d.dir
	d.cmd.Env = append(os.Environ(), asTocsin+"=1", "TOCSIN_SLACK_TOKEN="+token)
	d.cmd.Env = append(d.cmd.Env, d.env...)
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	d.cmd.Stderr = d.cmd.Stdout
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.lines = make(chan string)
	d.t.Cleanup(func() {
		d.cmd.Process.Kill() // no harm when it has ended
		d.wait()
	})
	go func() {
		defer close(d.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			d.lines <- s.Text()
		}
	}()
}

// waitFor returns the next line with all the texts in it.
func (d *daemon) waitFor(texts ...string) string {
	d.t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case line, ok := <-d.lines:
			if !ok {
				d.t.Fatalf("it ended without printing %q:\n%s", texts, strings.Join(d.printed, "\n"))
			}
			d.printed = append(d.printed, line)
			if containsAll(line, texts) {
				return line
			}
		case <-deadline:
			d.t.Fatalf("it did not print %q:\n%s", texts, strings.Join(d.printed, "\n"))
		}
	}
}

func containsAll(line string, texts []string) bool {
	for _, t := range texts {
		if !strings.Contains(line, t) {
			return false
		}
	}
	return true
}

// waitForNews waits for an alert about an article that is not there yet.
func (d *daemon) waitForNews() {
	d.t.Helper()
	for seen := d.asked.Load(); ; {
		_, after, _ := strings.Cut(d.waitFor("A gong sounds for the"), "for the ")
		var n int64
		if _, err := fmt.Sscanf(after, "%dth", &n); err != nil {
			d.t.Fatal(err)
		}
		if n > seen {
			return
		}
	}
}

func (d *daemon) signal(s os.Signal) {
	d.t.Helper()
	if err := d.cmd.Process.Signal(s); err != nil {
		d.t.Fatal(err)
	}
}

// wait waits for the end of the process.
func (d *daemon) wait() *os.ProcessState {
	for line := range d.lines {
		d.printed = append(d.printed, line)
	}
	d.cmd.Wait() // its error is in the state
	return d.cmd.ProcessState
}

// end ends the daemon and checks that it ends well.
func (d *daemon) end() {
	d.t.Helper()
	d.signal(syscall.SIGTERM)
	if s := d.wait(); s.ExitCode() != 0 {
		d.t.Errorf("%s:\n%s", s, strings.Join(d.printed, "\n"))
	}
}

// The daemon takes rules as their files change, and keeps those that it has when
// the new ones are wrong.
func TestRunReloadsRules(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	configuration := fmt.Sprintf(`
rules: [rules/]
feeds: [{url: %s}]
schedule: "@every 1s"
fetch: {allow_private: true, min_interval: 1s}
routes: {themes: [noise]}
`, d.url)
	d.write("tocsin.yaml", configuration)
	if err := os.Mkdir(d.path("rules"), 0o755); err != nil {
		t.Fatal(err)
	}
	d.writeRule("whistle")
	d.start("run", "")
	d.waitFor("watching", "rules=1")

	d.writeRule("gong")
	d.waitFor("INFO", "reloaded", "rules=1", `changes="rule noise.rings changed"`)
	d.waitForNews()

	d.writeRule("gong AND")
	d.waitFor("ERROR", "rules/noise.yaml:4:40: rule \\\"noise.rings\\\": the query ends where a term should follow")
	d.waitFor("WARN", "not reloaded, what was before stays in use")
	d.waitForNews()

	// Somebody asks, and asks again when it is right.
	d.signal(syscall.SIGHUP)
	d.waitFor("WARN", "not reloaded", `after="a request"`)
	d.writeRule("gong OR whistle")
	d.signal(syscall.SIGHUP)
	d.waitFor("INFO", "reloaded", `changes="rule noise.rings changed"`)

	// A theme that a route asks for is gone.
	d.write("rules/noise.yaml", "version: 1\ntheme: sound\nrules:\n  - {id: sound.rings, require: gong}\n")
	d.waitFor("ERROR", "tocsin.yaml:6:19", `there is no theme \"noise\"`)
	d.waitFor("WARN", "not reloaded")

	// One more file, in a new folder.
	d.writeRule("gong")
	if err := os.Mkdir(d.path("rules/more"), 0o755); err != nil {
		t.Fatal(err)
	}
	d.write("rules/more/sound.yaml", "version: 1\ntheme: sound\nrules:\n  - {id: sound.rings, require: horn}\n")
	d.waitFor("INFO", "reloaded", "rules=2", "+1 rule")
	d.waitForNews()
	d.end()
}

// The daemon takes its configuration and its feeds as their files change, all of it
// or nothing, and says what needs a restart.
func TestRunReloadsItsConfiguration(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	configuration := `
rules: [rules/]
feeds: [feeds.yaml]
schedule: "@every 1s"
fetch: {allow_private: true, min_interval: 1s}
web: {listen: ""}
`
	d.write("tocsin.yaml", configuration)
	d.write("feeds.yaml", "- {url: http://127.0.0.1:1/nothing, schedule: \"@hourly\"}\n")
	if err := os.Mkdir(d.path("rules"), 0o755); err != nil {
		t.Fatal(err)
	}
	d.writeRule("gong")
	d.start("run", "")
	d.waitFor("watching", "feeds=1")

	// A list of feeds.
	d.write("feeds.yaml", "- {url: "+d.url+"}\n")
	d.waitFor("INFO", "reloaded", "feeds=1", `changes="+1 feed, -1 feed"`)
	d.waitFor("#ai-news")
	d.waitForNews()

	// What is half wrong is not taken.
	d.write("tocsin.yaml", configuration+"routes: {channel: \"#elsewhere\"}\noperators: {channel: ops}\n")
	d.waitFor("ERROR", "the configuration is wrong", `\"ops\" is no channel`)
	d.waitFor("WARN", "not reloaded, what was before stays in use")
	d.waitFor("#ai-news")

	// A route, and what needs a restart.
	d.write("tocsin.yaml", configuration+"routes: {channel: \"#elsewhere\"}\nstore: other.db\n")
	d.waitFor("INFO", "reloaded", `changes="#ai-news takes nothing any more, #elsewhere now takes low or higher – at once, at most 40 a day"`)
	d.waitFor("WARN", "what else has changed counts from the next start on", "keys=store")
	d.waitFor("#elsewhere")

	// Another list, which is watched from now on.
	d.write("more.yaml", "- {url: http://127.0.0.1:1/more, schedule: \"@hourly\"}\n")
	d.write("tocsin.yaml", strings.Replace(configuration, "feeds.yaml", "feeds.yaml, more.yaml", 1))
	d.waitFor("INFO", "reloaded", "feeds=2", "+1 feed")
	d.write("more.yaml", "- {url: http://127.0.0.1:1/more, schedule: \"@daily\"}\n")
	d.waitFor("INFO", "reloaded", `changes="1 feed changed"`)

	// Without its configuration it goes on.
	if err := os.Remove(d.path("tocsin.yaml")); err != nil {
		t.Fatal(err)
	}
	d.waitFor("ERROR", "the configuration is wrong", "tocsin.yaml: ")
	d.waitForNews()
	d.end()
}

// A pipe in the place of the feed list keeps a command from starting for as long
// as the test wants.
func TestSIGHUPWhileStarting(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]string{"run": "exit status 0", "once": "signal: hangup"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			d := newDaemon(t)
			d.write("tocsin.yaml", "feeds: [feeds.yaml]\nfetch: {allow_private: true}\n")
			if err := syscall.Mkfifo(d.path("feeds.yaml"), 0o644); err != nil {
				t.Fatal(err)
			}
			d.start(command, "")
			pipe, err := os.OpenFile(d.path("feeds.yaml"), os.O_WRONLY, 0) // waits for the reader
			if err != nil {
				t.Fatal(err)
			}
			d.signal(syscall.SIGHUP)
			if command == "run" {
				fmt.Fprintf(pipe, "- url: %s\n", d.url)
				pipe.Close()
				d.waitFor("watching")
				d.signal(syscall.SIGTERM)
			}
			s := d.wait()
			pipe.Close()
			if s.String() != want {
				t.Errorf("%s, want %s:\n%s", s, want, strings.Join(d.printed, "\n"))
			}
		})
	}
}

// A message that is on its way keeps the daemon from ending.
func TestSIGHUPWhileEnding(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	slack := slacktest.New(slacktest.Options{Channels: []slacktest.Channel{{ID: "C0123456789", Name: "ai-news"}}})
	t.Cleanup(slack.Close)
	begun, answer := make(chan struct{}), make(chan struct{})
	slack.Fail("chat.postMessage", slacktest.Slow(begun, answer))
	d.write("tocsin.yaml", fmt.Sprintf("rules: [noise.yaml]\nfeeds: [{url: %s}]\nslack: {api_url: %s}\nfetch: {allow_private: true}\n", d.url, slack.APIURL()))
	d.write("noise.yaml", "version: 1\ntheme: noise\nrules: [{id: noise.rings, require: gong}]\n")
	d.start("run", slacktest.Token)
	d.waitFor("watching")
	<-begun
	d.signal(syscall.SIGTERM)
	d.signal(syscall.SIGHUP)
	close(answer)
	if s := d.wait(); s.ExitCode() != 0 {
		t.Errorf("%s:\n%s", s, strings.Join(d.printed, "\n"))
	}
}
