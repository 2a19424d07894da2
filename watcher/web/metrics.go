package web

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Build is what the program was built from.
type Build struct{ Version, Commit, Go string }

// PollOutcome is how a poll ended.
type PollOutcome string

// The outcomes of a poll.
const (
	Read      PollOutcome = "read"      // the document was read, whatever was new in it
	Partial   PollOutcome = "partial"   // it is damaged and was read as far as possible
	Unchanged PollOutcome = "unchanged" // nothing new, said the server
	Unread    PollOutcome = "failed"    // nothing could be read
)

var pollOutcomes = []PollOutcome{Read, Partial, Unchanged, Unread}

// Poll is one poll of one feed.
type Poll struct {
	Feed     string // its address, without anything secret
	Outcome  PollOutcome
	At       time.Time
	Articles int      // not seen before
	Matches  []Match  // of these articles
	Raised   []string // the route of each alert that came of it
}

// Match is a rule that matched an article.
type Match struct {
	Rule   string // its ID
	Status string // the rule's: live or shadow
}

// AttemptOutcome is how an attempt at saying an alert ended.
type AttemptOutcome string

// The outcomes of an attempt.
const (
	Sent    AttemptOutcome = "sent"
	Retried AttemptOutcome = "retried" // it is tried again
	GivenUp AttemptOutcome = "failed"  // it can never be said
)

// Attempt is one attempt at saying an alert.
type Attempt struct {
	Route   string
	Outcome AttemptOutcome
	// Age is how long ago the article was published; negative where that is not
	// known.
	Age time.Duration
}

// Metrics counts what the daemon does. It is safe for concurrent use. Labels are
// rules and routes, which people write: their number is that of the files, never
// that of what feeds send.
type Metrics struct {
	registry *prometheus.Registry

	polls    *prometheus.CounterVec
	lastPoll prometheus.Gauge
	articles prometheus.Counter
	matches  *prometheus.CounterVec
	raised   *prometheus.CounterVec
	attempts *prometheus.CounterVec
	latency  prometheus.Histogram
	answers  *prometheus.CounterVec
	store    *prometheus.HistogramVec
	refused  prometheus.Gauge
	perFeed  *feedSeries // nil: there are none
}

// storeBuckets are in seconds: from what a look at a small file takes to what ends
// a lease.
var storeBuckets = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// latencyBuckets are in seconds: from what a poll takes to what max_age is.
var latencyBuckets = []float64{15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 2 * 3600, 6 * 3600, 24 * 3600}

// NewMetrics returns metrics that have counted nothing yet.
func NewMetrics(b Build) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		polls:    counters("polls_total", "Polls of feeds by outcome.", "outcome"),
		lastPoll: gauge("last_poll_timestamp_seconds", "When a poll was committed last; 0 before the first."),
		articles: prometheus.NewCounter(prometheus.CounterOpts{Name: prefix + "articles_total", Help: "Articles not seen before."}),
		matches:  counters("matches_total", "Articles that rules matched, by rule and its status.", "rule", "status"),
		raised:   counters("alerts_raised_total", "Alerts that were decided on, by route.", "route"),
		attempts: counters("alert_attempts_total", "Attempts at saying alerts, by route and outcome.", "route", "outcome"),
		answers:  counters("slack_answers_total", "Calls to Slack, by how they ended: ok, or the class of the error.", "class"),
		store: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: prefix + "store_operation_duration_seconds", Help: "How long operations of the store took; committing a poll includes the judging of its articles.", Buckets: storeBuckets,
		}, []string{"operation"}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: prefix + "publish_to_alert_seconds", Help: "From an article's publication until its alert was sent.", Buckets: latencyBuckets,
		}),
		refused: gauge("reload_refused", "Whether the configuration on disk, with its feeds and rules, is wrong, so that the one before is in use."),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: prefix + "build_info", Help: "What the program was built from; always 1.",
		ConstLabels: prometheus.Labels{"version": b.Version, "commit": b.Commit, "goversion": b.Go},
	})
	info.Set(1)
	m.registry.MustRegister(
		m.polls, m.lastPoll, m.articles, m.matches, m.raised, m.attempts, m.latency, m.answers, m.store, m.refused, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	// A counter must be there before it counts, or its first step is no increase.
	for _, o := range pollOutcomes {
		m.polls.WithLabelValues(string(o))
	}
	return m
}

const prefix = "tocsin_"

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, labels)
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: prefix + name, Help: help})
}

// ExpectAnswers makes the counters of calls to Slack begin at 0.
func (m *Metrics) ExpectAnswers(classes []string) {
	for _, c := range classes {
		m.answers.WithLabelValues(c)
	}
}

// Expect makes the counters of rules and routes begin at 0.
func (m *Metrics) Expect(rules []Match, routes []string) {
	for _, r := range rules {
		m.matches.WithLabelValues(r.Rule, r.Status)
	}
	for _, r := range routes {
		m.raised.WithLabelValues(r)
		for _, o := range []AttemptOutcome{Sent, Retried, GivenUp} {
			m.attempts.WithLabelValues(r, string(o))
		}
	}
}

// Polled counts a poll.
func (m *Metrics) Polled(p Poll) {
	m.polls.WithLabelValues(string(p.Outcome)).Inc()
	m.lastPoll.Set(float64(p.At.UnixMilli()) / 1000)
	m.articles.Add(float64(p.Articles))
	for _, match := range p.Matches {
		m.matches.WithLabelValues(match.Rule, match.Status).Inc()
	}
	for _, route := range p.Raised {
		m.raised.WithLabelValues(route).Inc()
	}
	m.perFeed.polled(p)
}

// Answered counts a call to Slack by how it ended.
func (m *Metrics) Answered(class string) { m.answers.WithLabelValues(class).Inc() }

// StoreTook notes how long an operation of the store took.
func (m *Metrics) StoreTook(operation string, d time.Duration) {
	m.store.WithLabelValues(operation).Observe(d.Seconds())
}

// Attempted counts an attempt at saying an alert.
func (m *Metrics) Attempted(a Attempt) {
	m.attempts.WithLabelValues(a.Route, string(a.Outcome)).Inc()
	if a.Outcome == Sent && a.Age >= 0 {
		m.latency.Observe(a.Age.Seconds())
	}
}

// ReloadRefused notes whether the configuration on disk is wrong.
func (m *Metrics) ReloadRefused(refused bool) {
	m.refused.Set(0)
	if refused {
		m.refused.Set(1)
	}
}

// Watch has look asked for the state of the daemon whenever metrics are read. It
// is called once.
func (m *Metrics) Watch(look func(ctx context.Context) State) {
	m.registry.MustRegister(stateCollector{look})
}

// handler serves the metrics. What cannot be collected is left out.
func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, Timeout: 2 * checkLimit, MaxRequestsInFlight: 4,
	})
}
