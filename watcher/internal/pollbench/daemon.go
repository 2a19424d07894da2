package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"tocsin/watcher/slack/slacktest"
)

// daemon is the program to measure, with its files in a folder.
type daemon struct {
	program string
	dir     string
	env     []string // beside this process's
}

// setup is what a daemon is configured with.
type setup struct {
	schedule string
	feeds    []string
	tagged   bool   // the i-th feed has the tag ti
	routes   string // a YAML block
	rules    string // a YAML file beside the starter rules; "" for none
	slack    string // its API's address
}

// never is a schedule that no measurement reaches.
const never = "0 0 29 2 *"

// configure writes the configuration.
func (d *daemon) configure(s setup) error {
	var list strings.Builder
	for i, url := range s.feeds {
		fmt.Fprintf(&list, "- {url: %q", url)
		if s.tagged {
			fmt.Fprintf(&list, ", tags: [t%d]", i)
		}
		list.WriteString("}\n")
	}
	ruleFiles := `"builtin:"`
	files := map[string]string{"feeds.yaml": list.String()}
	if s.rules != "" {
		ruleFiles += ", bench.yaml"
		files["bench.yaml"] = s.rules
	}
	files["tocsin.yaml"] = fmt.Sprintf(`store: tocsin.db
schedule: %q
rules: [%s]
feeds: [feeds.yaml]
fetch: {allow_private: true}
slack: {api_url: %q}
routes: %s
log: {format: json}
`, s.schedule, ruleFiles, s.slack, s.routes)
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// forget removes the store.
func (d *daemon) forget() error {
	names, err := filepath.Glob(filepath.Join(d.dir, "tocsin.db*"))
	for _, name := range names {
		if err == nil {
			err = os.Remove(name)
		}
	}
	return err
}

func (d *daemon) store() string { return filepath.Join(d.dir, "tocsin.db") }
func (d *daemon) log() string   { return filepath.Join(d.dir, "log") }

// usage is what a process took.
type usage struct {
	cpu  time.Duration // user and system
	wall time.Duration
	peak int64 // of its resident memory, in bytes
}

// process is a daemon that runs.
type process struct {
	cmd   *exec.Cmd
	log   *os.File
	begun time.Time
	peak  atomic.Int64
	done  chan struct{} // closed when it has ended
	err   error         // of its end
}

// start runs the daemon with arguments.
func (d *daemon) start(ctx context.Context, args ...string) (*process, error) {
	cmd := exec.CommandContext(ctx, d.program, append([]string{"--config", filepath.Join(d.dir, "tocsin.yaml")}, args...)...)
	cmd.Env = append(append(os.Environ(), "TOCSIN_SLACK_TOKEN="+slacktest.Token), d.env...)
	return start(cmd, d.log())
}

// start starts a process; its words go into a file, which begins anew.
func start(cmd *exec.Cmd, logFile string) (*process, error) {
	log, err := os.Create(logFile)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, log: log, done: make(chan struct{}), begun: time.Now()}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		log.Close()
		return nil, err
	}
	go p.watch()
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// watch notes the peak of the memory until the process ends. The peak that comes
// with its end would be of no use: it counts what this process had when it
// forked.
func (p *process) watch() {
	for {
		if n, err := p.memory("VmHWM"); err == nil {
			p.peak.Store(n)
		}
		select {
		case <-p.done:
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// memory reads a field of the process's status, in bytes.
func (p *process) memory(field string) (int64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	return statusField(string(data), field)
}

// statusField reads a field of /proc/PID/status, which is in KiB, in bytes.
func statusField(status, field string) (int64, error) {
	for line := range strings.Lines(status) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return n * 1024, err
		}
	}
	return 0, fmt.Errorf("the status has no %s", field)
}

// cpu is the CPU time that a process which runs has taken so far.
func (p *process) cpu() (time.Duration, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	return statTime(string(data))
}

// statTime is user and system time in /proc/PID/stat, which counts a hundredth
// of a second at a time.
func statTime(stat string) (time.Duration, error) {
	// The second field is the program's name in parentheses and may hold spaces.
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	const user, system = 11, 12
	if len(fields) <= system {
		return 0, fmt.Errorf("%d fields are too few", len(fields))
	}
	u, err := strconv.Atoi(fields[user])
	if err != nil {
		return 0, err
	}
	s, err := strconv.Atoi(fields[system])
	return time.Duration(u+s) * 10 * time.Millisecond, err
}

// end waits for the process, or has it end, and returns what it took.
func (p *process) end(signal os.Signal) (usage, error) {
	defer p.log.Close()
	if signal != nil {
		p.cmd.Process.Signal(signal)
	}
	<-p.done
	u := usage{wall: time.Since(p.begun), peak: p.peak.Load()}
	if p.err != nil {
		return u, fmt.Errorf("%s: %w; see %s", p.cmd, p.err, p.log.Name())
	}
	r := p.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	u.cpu = time.Duration(r.Utime.Nano() + r.Stime.Nano())
	return u, nil
}

// once runs a round.
func (d *daemon) once(ctx context.Context, args ...string) (usage, error) {
	p, err := d.start(ctx, append([]string{"once"}, args...)...)
	if err != nil {
		return usage{}, err
	}
	return p.end(nil)
}
