package web

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// State is how much there is to do at a time.
type State struct {
	Ready bool
	// Backlog is nil when the store does not answer.
	Backlog *Backlog
}

// Backlog is what the store says there is to do.
type Backlog struct {
	Feeds, Failing int           // that are polled; of these that cannot be read
	Waiting        int           // alerts to be said
	Oldest         time.Duration // age of the oldest of these; 0 when there are none
	Lag            time.Duration // for how long the feed that waits longest has been due; 0 when none is
}

// The gauges of a State.
var (
	ready   = stateGauge("ready", "Whether the daemon does its work; /readyz says why not.")
	feeds   = stateGauge("feeds", "Feeds that are polled.")
	failing = stateGauge("feeds_failing", "Feeds that cannot be read, or are gone for good.")
	waiting = stateGauge("alerts_waiting", "Alerts that are still to be said.")
	oldest  = stateGauge("alerts_waiting_oldest_seconds", "Age of the oldest alert that is still to be said; 0 without any.")
	lag     = stateGauge("feed_due_lag_seconds", "For how long the feed that waits longest has been due; 0 without any.")
)

func stateGauge(name, help string) *prometheus.Desc {
	return prometheus.NewDesc(prefix+name, help, nil, nil)
}

// stateCollector asks for the state when metrics are read.
type stateCollector struct {
	look func(ctx context.Context) State
}

func (stateCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{ready, feeds, failing, waiting, oldest, lag} {
		to <- d
	}
}

func (c stateCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), checkLimit)
	defer cancel()
	s := c.look(ctx)
	set := func(d *prometheus.Desc, v float64) { to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	if s.Ready {
		set(ready, 1)
	} else {
		set(ready, 0)
	}
	if b := s.Backlog; b != nil {
		set(feeds, float64(b.Feeds))
		set(failing, float64(b.Failing))
		set(waiting, float64(b.Waiting))
		set(oldest, b.Oldest.Seconds())
		set(lag, b.Lag.Seconds())
	}
}
