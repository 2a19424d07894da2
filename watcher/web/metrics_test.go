package web

import (
	"context"
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
	const want = `
# HELP tocsin_alert_attempts_total Attempts at saying alerts, by route and outcome.
# TYPE tocsin_alert_attempts_total counter
tocsin_alert_attempts_total{outcome="failed",route="#news"} 0
tocsin_alert_attempts_total{outcome="retried",route="#news"} 1
tocsin_alert_attempts_total{outcome="sent",route="#news"} 2
# HELP tocsin_alerts_raised_total Alerts that were decided on, by route.
# TYPE tocsin_alerts_raised_total counter
tocsin_alerts_raised_total{route="#news"} 1
# HELP tocsin_alerts_waiting Alerts that are still to be said.
# TYPE tocsin_alerts_waiting gauge
tocsin_alerts_waiting 4
# HELP tocsin_alerts_waiting_oldest_seconds Age of the oldest alert that is still to be said; 0 without any.
# TYPE tocsin_alerts_waiting_oldest_seconds gauge
tocsin_alerts_waiting_oldest_seconds 60
# HELP tocsin_articles_total Articles not seen before.
# TYPE tocsin_articles_total counter
tocsin_articles_total 3
# HELP tocsin_build_info What the program was built from; always 1.
# TYPE tocsin_build_info gauge
tocsin_build_info{commit="abc",goversion="go1.26",version="1.2.3"} 1
# HELP tocsin_feed_due_lag_seconds For how long the feed that waits longest has been due; 0 without any.
# TYPE tocsin_feed_due_lag_seconds gauge
tocsin_feed_due_lag_seconds 3
# HELP tocsin_feed_articles_total Articles of each feed that were not seen before.
# TYPE tocsin_feed_articles_total counter
tocsin_feed_articles_total{feed="https://a.example/feed"} 0
tocsin_feed_articles_total{feed="https://b.example/feed"} 0
# HELP tocsin_feed_last_success_timestamp_seconds When each feed was last read, or said that nothing is new.
# TYPE tocsin_feed_last_success_timestamp_seconds gauge
tocsin_feed_last_success_timestamp_seconds{feed="https://a.example/feed"} 1.8e+09
# HELP tocsin_feed_polls_total Polls of each feed by outcome.
# TYPE tocsin_feed_polls_total counter
tocsin_feed_polls_total{feed="https://a.example/feed",outcome="failed"} 0
tocsin_feed_polls_total{feed="https://a.example/feed",outcome="partial"} 0
tocsin_feed_polls_total{feed="https://a.example/feed",outcome="read"} 0
tocsin_feed_polls_total{feed="https://a.example/feed",outcome="unchanged"} 1
tocsin_feed_polls_total{feed="https://b.example/feed",outcome="failed"} 0
tocsin_feed_polls_total{feed="https://b.example/feed",outcome="partial"} 0
tocsin_feed_polls_total{feed="https://b.example/feed",outcome="read"} 0
tocsin_feed_polls_total{feed="https://b.example/feed",outcome="unchanged"} 0
# HELP tocsin_feeds Feeds that are polled.
# TYPE tocsin_feeds gauge
tocsin_feeds 37
# HELP tocsin_feeds_failing Feeds that cannot be read, or are gone for good.
# TYPE tocsin_feeds_failing gauge
tocsin_feeds_failing 2
# HELP tocsin_last_poll_timestamp_seconds When a poll was committed last; 0 before the first.
# TYPE tocsin_last_poll_timestamp_seconds gauge
tocsin_last_poll_timestamp_seconds 1.8000000015e+09
# HELP tocsin_matches_total Articles that rules matched, by rule and its status.
# TYPE tocsin_matches_total counter
tocsin_matches_total{rule="a.b",status="live"} 2
tocsin_matches_total{rule="a.c",status="shadow"} 0
# HELP tocsin_polls_total Polls of feeds by outcome.
# TYPE tocsin_polls_total counter
tocsin_polls_total{outcome="failed"} 1
tocsin_polls_total{outcome="partial"} 0
tocsin_polls_total{outcome="read"} 1
tocsin_polls_total{outcome="unchanged"} 1
# HELP tocsin_publish_to_alert_seconds From an article's publication until its alert was sent.
# TYPE tocsin_publish_to_alert_seconds histogram
tocsin_publish_to_alert_seconds_bucket{le="15"} 0
tocsin_publish_to_alert_seconds_bucket{le="30"} 0
tocsin_publish_to_alert_seconds_bucket{le="60"} 0
tocsin_publish_to_alert_seconds_bucket{le="120"} 1
tocsin_publish_to_alert_seconds_bucket{le="300"} 1
tocsin_publish_to_alert_seconds_bucket{le="600"} 1
tocsin_publish_to_alert_seconds_bucket{le="1200"} 1
tocsin_publish_to_alert_seconds_bucket{le="1800"} 1
tocsin_publish_to_alert_seconds_bucket{le="3600"} 1
tocsin_publish_to_alert_seconds_bucket{le="7200"} 1
tocsin_publish_to_alert_seconds_bucket{le="21600"} 1
tocsin_publish_to_alert_seconds_bucket{le="86400"} 1
tocsin_publish_to_alert_seconds_bucket{le="+Inf"} 1
tocsin_publish_to_alert_seconds_sum 90
tocsin_publish_to_alert_seconds_count 1
# HELP tocsin_ready Whether the daemon does its work; /readyz says why not.
# TYPE tocsin_ready gauge
tocsin_ready 1
# HELP tocsin_slack_answers_total Calls to Slack, by how they ended: ok, or the class of the error.
# TYPE tocsin_slack_answers_total counter
tocsin_slack_answers_total{class="ok"} 1
tocsin_slack_answers_total{class="transient"} 0
# HELP tocsin_reload_refused Whether the configuration on disk, with its feeds and rules, is wrong, so that the one before is in use.
# TYPE tocsin_reload_refused gauge
tocsin_reload_refused 1
# HELP tocsin_store_operation_duration_seconds How long operations of the store took; committing a poll includes the judging of its articles.
# TYPE tocsin_store_operation_duration_seconds histogram
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="0.001"} 0
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="0.0025"} 0
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="0.005"} 1
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="0.01"} 1
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="0.025"} 1
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="0.05"} 1
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="0.1"} 1
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="0.25"} 1
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="0.5"} 1
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="1"} 1
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="2.5"} 1
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="5"} 1
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="10"} 1
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="30"} 1
tocsin_store_operation_duration_seconds_bucket{operation="commit_poll",le="+Inf"} 1
tocsin_store_operation_duration_seconds_sum{operation="commit_poll"} 0.003
tocsin_store_operation_duration_seconds_count{operation="commit_poll"} 1
`
	m := busy()
	if err := testutil.GatherAndCompare(m.registry, strings.NewReader(want), names(t, m)...); err != nil {
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
