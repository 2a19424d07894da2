//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// manager is the socket of a service manager.
type manager struct {
	t    *testing.T
	conn *net.UnixConn
	told []string
}

func newManager(t *testing.T) (m *manager, socket string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "tocsin-notify") // short: the path of a socket has 107 bytes at the most
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket = filepath.Join(dir, "s")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &manager{t: t, conn: conn}, socket
}

// waitFor returns the next message with all the texts in it.
func (m *manager) waitFor(texts ...string) string {
	m.t.Helper()
	m.conn.SetReadDeadline(time.Now().Add(time.Minute))
	buf := make([]byte, 4096)
	for {
		n, err := m.conn.Read(buf)
		if err != nil {
			m.t.Fatalf("waiting for %q: %v\nthere came %q", texts, err, m.told)
		}
		m.told = append(m.told, string(buf[:n]))
		if containsAll(m.told[len(m.told)-1], texts) {
			return m.told[len(m.told)-1]
		}
	}
}

// get returns what a path of the daemon answers.
func get(t *testing.T, address, path, token string) (code int, body string) {
	t.Helper()
	r, err := http.NewRequest("GET", "http://"+address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// profile returns a profile from the socket p, which is for its owner only.
func (d *daemon) profile(t *testing.T, name string) string {
	t.Helper()
	if info, err := os.Stat(d.path("p")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket is %v, %v", info, err)
	}
	at := d.path("p")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", at)
	}}}
	resp, err := client.Get("http://localhost/debug/pprof/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// lint has the text of metrics looked through as promtool check metrics does.
func lint(t *testing.T, metrics string) {
	t.Helper()
	problems, err := promlint.New(strings.NewReader(metrics)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// A service manager is told how the daemon is from its start to its end, and
// whoever asks over HTTP is told the same.
func TestRunIsAService(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	d.write("tocsin.yaml", fmt.Sprintf(`
rules: [rules/]
feeds: [{url: %s}]
schedule: "@every 1s"
fetch: {allow_private: true, min_interval: 1s}
web: {listen: "127.0.0.1:0", token_file: web.token, feed_metrics: true, pprof: "unix:p"}
log: {format: journal}
`, d.url))
	d.write("web.token", "open-sesame\n")
	if err := os.Mkdir(d.path("rules"), 0o755); err != nil {
		t.Fatal(err)
	}
	d.writeRule("gong")
	m, socket := newManager(t)
	d.env = []string{"NOTIFY_SOCKET=" + socket, "WATCHDOG_USEC=1500000"}
	d.start("run", "")

	_, address, _ := strings.Cut(d.waitFor("<6>", "health and metrics are served"), "at=")
	m.waitFor("READY=1", "STATUS=1 feed, 0 failing")
	m.waitFor("WATCHDOG=1")
	d.waitForNews()

	if code, body := get(t, address, "/livez", ""); code != 200 {
		t.Errorf("livez: %d %s", code, body)
	}
	if code, _ := get(t, address, "/readyz", ""); code != 401 {
		t.Errorf("readyz without the token: %d", code)
	}
	if code, body := get(t, address, "/readyz", "open-sesame"); code != 200 {
		t.Errorf("readyz: %d %s", code, body)
	}
	if code, body := get(t, address, "/", ""); code != 200 || !strings.Contains(body, `<h1>Sign in</h1>`) {
		t.Errorf("the page without the token: %d %s", code, body)
	}
	if code, body := get(t, address, "/rules", "open-sesame"); code != 200 || !strings.Contains(body, "noise.rings") {
		t.Errorf("the page with the token: %d %s", code, body)
	}
	if code, body := get(t, address, "/archive", "open-sesame"); code != 200 || !strings.Contains(body, "ol class=\"articles\"") {
		t.Errorf("the archive: %d %s", code, body)
	}
	_, metrics := get(t, address, "/metrics", "open-sesame")
	for _, want := range []string{
		`tocsin_alert_attempts_total{outcome="sent",route="#ai-news"} `, `tocsin_matches_total{rule="noise.rings",status="live"} `,
		"\ntocsin_feeds 1\n", "\ntocsin_ready 1\n", "\ntocsin_reload_refused 0\n", "\ntocsin_publish_to_alert_seconds_count ", "\ngo_goroutines ",
		`tocsin_feed_polls_total{feed="` + d.url + `",outcome="read"} `, `tocsin_slack_answers_total{class="ok"} 0`,
		`tocsin_store_operation_duration_seconds_count{operation="commit_poll"} `,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics have no %q:\n%s", want, metrics)
		}
	}
	if strings.Contains(metrics, `outcome="read"} 0`) {
		t.Error("no poll is counted")
	}
	lint(t, metrics)
	if profile := d.profile(t, "heap?debug=1"); !strings.HasPrefix(profile, "heap profile:") {
		t.Errorf("the profile of the heap is %.100q", profile)
	}

	d.writeRule("gong OR cymbal")
	d.signal(syscall.SIGHUP)
	m.waitFor("RELOADING=1", "MONOTONIC_USEC=")
	m.waitFor("READY=1")
	if _, body := get(t, address, "/rules/noise.rings", "open-sesame"); !strings.Contains(body, "gong OR cymbal") {
		t.Errorf("the page does not show the rules that were reloaded: %s", body)
	}
	d.writeRule("gong AND")
	d.signal(syscall.SIGHUP)
	m.waitFor("RELOADING=1")
	m.waitFor("READY=1", "the configuration on disk is wrong, the one before is in use")
	d.waitFor("<3>", "the configuration is wrong")

	d.signal(syscall.SIGTERM)
	m.waitFor("STOPPING=1")
	if s := d.wait(); s.ExitCode() != 0 {
		t.Errorf("%s:\n%s", s, strings.Join(d.printed, "\n"))
	}
	if strings.Contains(strings.Join(d.printed, "\n"), "open-sesame") {
		t.Error("the log has the token")
	}
}
