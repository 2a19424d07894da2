package web

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// feedSeries are metrics that each feed has of its own. There may be thousands of
// feeds, so whoever wants them says so. A nil one counts nothing.
type feedSeries struct {
	polls     *prometheus.CounterVec
	articles  *prometheus.CounterVec
	succeeded *prometheus.GaugeVec

	mu    sync.Mutex
	feeds map[string]bool // that are polled
}

// CountFeeds has every feed counted by itself, too. It is called once, before
// anything is counted.
func (m *Metrics) CountFeeds() {
	m.perFeed = &feedSeries{
		polls:    counters("feed_polls_total", "Polls of each feed by outcome.", "feed", "outcome"),
		articles: counters("feed_articles_total", "Articles of each feed that were not seen before.", "feed"),
		succeeded: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: prefix + "feed_last_success_timestamp_seconds", Help: "When each feed was last read, or said that nothing is new.",
		}, []string{"feed"}),
	}
	m.registry.MustRegister(m.perFeed.polls, m.perFeed.articles, m.perFeed.succeeded)
}

// Feeds says which feeds are polled from now on, by the addresses that polls of
// them have. The series of others end.
func (m *Metrics) Feeds(addresses []string) {
	s := m.perFeed
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.feeds
	s.feeds = make(map[string]bool, len(addresses))
	for _, a := range addresses {
		s.feeds[a] = true
		for _, o := range pollOutcomes {
			s.polls.WithLabelValues(a, string(o))
		}
		s.articles.WithLabelValues(a)
	}
	for a := range before {
		if !s.feeds[a] {
			of := prometheus.Labels{"feed": a}
			s.polls.DeletePartialMatch(of)
			s.articles.DeletePartialMatch(of)
			s.succeeded.DeletePartialMatch(of)
		}
	}
}

// polled counts a poll. That of a feed which has left meanwhile is not counted.
func (s *feedSeries) polled(p Poll) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.feeds[p.Feed] {
		return
	}
	s.polls.WithLabelValues(p.Feed, string(p.Outcome)).Inc()
	s.articles.WithLabelValues(p.Feed).Add(float64(p.Articles))
	if p.Outcome != Unread {
		s.succeeded.WithLabelValues(p.Feed).Set(float64(p.At.UnixMilli()) / 1000)
	}
}
