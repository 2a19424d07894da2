package web

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// busy is metrics of a daemon that did a little of everything.
func busy() *Metrics {
	m := NewMetrics(Build{Version: "1.2.3", Commit: "abc", Go: "go1.26"})
	m.CountFeeds()
	m.Feeds([]string{"https://a.example/feed", "https://b.example/feed"})
	m.ExpectAnswers([]string{"ok", "transient"})
	m.Answered("ok")
	m.StoreTook("commit_poll", 3*time.Millisecond)
	m.Expect([]Match{{"a.b", "live"}, {"a.c", "shadow"}}, []string{"#news"})
	at := time.Unix(1_800_000_000, 0)
	m.Polled(Poll{Feed: "https://a.example/feed", Outcome: Unchanged, At: at})
	m.Polled(Poll{Outcome: Read, At: at.Add(1500 * time.Millisecond), Articles: 3, Matches: []Match{{"a.b", "live"}, {"a.b", "live"}}, Raised: []string{"#news"}})
	m.Polled(Poll{Feed: "https://gone.example/feed", Outcome: Unread, At: at.Add(1500 * time.Millisecond)})
	m.Attempted(Attempt{Route: "#news", Outcome: Retried, Age: 20 * time.Second})
	m.Attempted(Attempt{Route: "#news", Outcome: Sent, Age: 90 * time.Second})
	m.Attempted(Attempt{Route: "#news", Outcome: Sent, Age: -1})
	m.ReloadRefused(true)
	m.Watch(func(context.Context) State {
		return State{Ready: true, Backlog: &Backlog{Feeds: 37, Failing: 2, Waiting: 4, Oldest: time.Minute, Lag: 3 * time.Second}}
	})
	return m
}

func TestMetricsAreNamedAsPrometheusWantsIt(t *testing.T) {
	t.Parallel()
	problems, err := testutil.GatherAndLint(busy().registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestMetricsCountWhatHappens(t *testing.T) {
	t.Parallel()
	want, err := os.Open("testdata/all.prom")
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	m := busy()
	if err := testutil.GatherAndCompare(m.registry, want, names(t, m)...); err != nil {
		t.Error(err)
	}
}

func TestAFeedThatHasLeftHasNoSeries(t *testing.T) {
	t.Parallel()
	m := busy()
	m.Feeds([]string{"https://b.example/feed"})
	m.Polled(Poll{Feed: "https://a.example/feed", Outcome: Read, At: time.Unix(1_800_000_000, 0)})
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if strings.Contains(f.String(), "a.example") {
			t.Errorf("there is %s", f)
		}
	}
}

func TestWhatTheStoreDoesNotSayIsLeftOut(t *testing.T) {
	t.Parallel()
	m := NewMetrics(Build{})
	m.Watch(func(context.Context) State { return State{} })
	got := names(t, m)
	if !slices.Contains(got, "tocsin_ready") || slices.Contains(got, "tocsin_alerts_waiting") {
		t.Errorf("metrics %q", got)
	}
}

// names are tocsin's own metrics.
func names(t *testing.T, m *Metrics) []string {
	t.Helper()
	return slices.DeleteFunc(allNames(t, m), func(name string) bool { return !strings.HasPrefix(name, prefix) })
}

// allNames are tocsin's metrics and those of Go and the process.
func allNames(t *testing.T, m *Metrics) (list []string) {
	t.Helper()
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		list = append(list, f.GetName())
	}
	return list
}
