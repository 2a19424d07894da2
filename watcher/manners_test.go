package watcher

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/store/sqlite"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
	"tocsin/watcher/route"
	"tocsin/watcher/schedule"
)

// The judge: a site for each behaviour that a polite feed reader has, which
// answers as some servers do, and judges the watcher by the log of its requests
// over two simulated days of polls every hour, and a few hours more. In the middle
// the daemon starts anew.

// restart is after how long it does; it lives as long again.
const restart = 27 * time.Hour

// hit is a request as a site saw it.
type hit struct {
	at     time.Time
	path   string // with the query, as it was sent
	method string
	header http.Header
	n      int // how many requests of the path there were, with this one
}

// validators are what the hit asked conditionally with.
func (h hit) validators() [2]string {
	return [2]string{h.header.Get("If-None-Match"), h.header.Get("If-Modified-Since")}
}

// site is one behaviour.
type site struct {
	id     string
	feeds  []string // paths; default: /feed
	header http.Header
	// serve answers a hit.
	serve func(w http.ResponseWriter, h hit)
	// judge looks at what happened.
	judge func(t *testing.T, s *record)
}

// record is what happened at a site.
type record struct {
	log     []hit
	reports []PollReport
	feeds   []store.Feed // by URL
	titles  []string     // of the articles kept
	daemon  string       // its log, all sites'
	most    int          // requests at once
	conns   int          // connections made
	url     string
}

// openSite is a site that is being served.
type openSite struct {
	site
	server *httptest.Server
	now    func() time.Time

	mu      sync.Mutex
	running int
	seen    record
	count   map[string]int
}

func (s *openSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := hit{at: s.now(), path: r.RequestURI, method: r.Method, header: r.Header.Clone()}
	s.mu.Lock()
	s.count[h.path]++
	h.n = s.count[h.path]
	s.seen.log = append(s.seen.log, h)
	s.running++
	s.seen.most = max(s.seen.most, s.running)
	s.mu.Unlock()
	w.Header().Set("Date", h.at.Format(http.TimeFormat))
	s.serve(w, h)
	s.mu.Lock()
	s.running--
	s.mu.Unlock()
}

// court is the judge with all its sites and the watcher that is judged.
type court struct {
	t     *testing.T
	clock *handClock
	sites []*openSite
	feeds []config.Feed
	path  string
	log   bytes.Buffer
}

// handClock is a clock that is set by hand.
type handClock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *handClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *handClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

func (c *court) open(s site) {
	o := &openSite{site: s, now: c.clock.now, count: make(map[string]int)}
	o.server = httptest.NewUnstartedServer(o)
	o.server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			o.mu.Lock()
			o.seen.conns++
			o.mu.Unlock()
		}
	}
	o.server.Start()
	c.t.Cleanup(o.server.Close)
	o.seen.url = o.server.URL
	hourly, err := schedule.Parse("0 * * * *")
	if err != nil {
		c.t.Fatal(err)
	}
	if s.feeds == nil {
		s.feeds = []string{"/feed"}
	}
	for _, path := range s.feeds {
		c.feeds = append(c.feeds, config.Feed{URL: o.server.URL + path, Schedule: hourly, MaxAge: 24 * time.Hour, Header: s.header})
	}
	c.sites = append(c.sites, o)
}

// live runs the daemon for a time. What is due within half a minute is polled in
// one round.
func (c *court) live(d time.Duration) {
	db, err := sqlite.Open(context.Background(), c.path)
	if err != nil {
		c.t.Fatal(err)
	}
	defer db.Close()
	reader := feed.NewReader(feed.Options{AllowPrivate: true, UserAgent: "tocsin/1.0 (+https://desk.example/bot)", Timeout: time.Minute})
	defer reader.Close()
	w := New(slog.New(slog.NewTextHandler(&c.log, nil)), db, reader, nil, c.clock.now, Options{
		Plan: Plan{
			Rules: ruleSet(c.t, testRules), Feeds: c.feeds, Routes: []route.Route{{Channel: "#noise", MinSeverity: rules.Low}},
			MinInterval: time.Minute, StoryWindow: time.Hour,
		},
		Holder:   "a daemon from " + c.clock.now().String(),
		Requests: 16, PerHost: 2, Timeout: time.Minute,
		Polled: c.polled,
	})
	for end := c.clock.now().Add(d); ; {
		if _, err := w.Once(context.Background(), false); err != nil {
			c.t.Fatal(err)
		}
		next, _, err := db.NextDue(context.Background())
		if err != nil {
			c.t.Fatal(err)
		}
		if next = next.Add(30 * time.Second); next.After(end) {
			return
		}
		c.clock.set(next)
	}
}

func (c *court) polled(r PollReport) {
	for _, s := range c.sites {
		if strings.HasPrefix(r.Feed, s.server.URL+"/") {
			s.mu.Lock()
			s.seen.reports = append(s.seen.reports, r)
			s.mu.Unlock()
		}
	}
}

// gather completes what was seen.
func (c *court) gather() {
	db, err := sqlite.Open(context.Background(), c.path)
	if err != nil {
		c.t.Fatal(err)
	}
	defer db.Close()
	feeds, err := db.Feeds(context.Background())
	if err != nil {
		c.t.Fatal(err)
	}
	of := func(url string) *openSite {
		i := slices.IndexFunc(c.sites, func(s *openSite) bool { return strings.HasPrefix(url, s.server.URL+"/") })
		return c.sites[i]
	}
	for _, f := range feeds {
		s := of(f.URL)
		s.seen.feeds = append(s.seen.feeds, f)
	}
	for a, err := range db.Articles(context.Background(), time.Time{}) {
		if err != nil {
			c.t.Fatal(err)
		}
		s := of(a.Feed)
		s.seen.titles = append(s.seen.titles, a.Title)
	}
	for _, s := range c.sites {
		s.seen.daemon = c.log.String()
	}
}

func TestManners(t *testing.T) {
	t.Parallel()
	c := &court{t: t, clock: &handClock{t: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}, path: filepath.Join(t.TempDir(), "test.db")}
	elsewhere := &openSite{site: site{serve: ok("elsewhere")}, now: c.clock.now, count: make(map[string]int)}
	elsewhere.server = httptest.NewServer(elsewhere)
	t.Cleanup(elsewhere.server.Close)
	for _, s := range slices.Concat(validatorSites, waitingSites, failingSites, movingSites(elsewhere), askingSites) {
		c.open(s)
	}
	c.live(restart)
	c.live(restart)
	c.gather()
	for _, s := range c.sites {
		t.Run(s.id, func(t *testing.T) {
			if len(s.seen.log) < 2 {
				t.Fatalf("%d requests", len(s.seen.log))
			}
			s.judge(t, &s.seen)
		})
	}
}

// rss is a feed of items with these titles.
func rss(channel string, titles ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<rss version=\"2.0\" xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\"><channel><title>T</title>%s", channel)
	for _, title := range titles {
		fmt.Fprintf(&b, "<item><title>%s</title><link>/%s</link></item>", title, strings.ReplaceAll(title, " ", "-"))
	}
	return b.String() + "</channel></rss>"
}

// send answers with a status, a body and headers.
func send(w http.ResponseWriter, status int, body string, header ...string) {
	for i := 0; i < len(header); i += 2 {
		w.Header()[header[i]] = []string{header[i+1]}
	}
	w.WriteHeader(status)
	fmt.Fprint(w, body)
}

// ok answers with a feed of one item.
func ok(title string, header ...string) func(w http.ResponseWriter, h hit) {
	return func(w http.ResponseWriter, _ hit) { send(w, 200, rss("", title), header...) }
}

// knowing answers 304 to a request that has one of the validators, else a feed
// with both of them.
func knowing(etag, lastModified string, header ...string) func(w http.ResponseWriter, h hit) {
	return func(w http.ResponseWriter, h hit) {
		if etag != "" {
			w.Header()["Etag"] = []string{etag}
		}
		if lastModified != "" {
			w.Header()["Last-Modified"] = []string{lastModified}
		}
		v := h.validators()
		if v[0] == etag && etag != "" || v[1] == lastModified && lastModified != "" {
			send(w, 304, "", header...)
			return
		}
		send(w, 200, rss("", "The first"), header...)
	}
}

// moved redirects.
func moved(w http.ResponseWriter, status int, to string) { send(w, status, "moved", "Location", to) }

// at is the log of one path.
func (s *record) at(path string) (log []hit) {
	for _, h := range s.log {
		if h.path == path {
			log = append(log, h)
		}
	}
	return log
}

// gaps are the times between the hits of a path.
func (s *record) gaps(path string) (gaps []time.Duration) {
	log := s.at(path)
	for i := 1; i < len(log); i++ {
		gaps = append(gaps, log[i].at.Sub(log[i-1].at))
	}
	return gaps
}

// rounding is by how much a poll in a round may be late.
const rounding = time.Minute

// neverSooner fails the test where a path is asked sooner than d after a hit.
func neverSooner(d time.Duration) func(t *testing.T, s *record) {
	return func(t *testing.T, s *record) {
		for i, gap := range s.gaps("/feed") {
			if gap < d-rounding {
				t.Errorf("request %d came %s after the one before it, want %s", i+2, gap, d)
			}
		}
	}
}

// conditional fails the test where a request after the first has not exactly these
// validators, but for one a day that asks for the document.
func conditional(etag, lastModified string) func(t *testing.T, s *record) {
	return func(t *testing.T, s *record) {
		whole := s.log[0].at
		for i, h := range s.log[1:] {
			switch {
			case h.validators() == [2]string{etag, lastModified}:
			case h.validators() == [2]string{} && h.at.Sub(whole) >= 24*time.Hour:
				whole = h.at
			default:
				t.Errorf("request %d, %s after the last document, has the validators %q", i+2, h.at.Sub(whole), h.validators())
			}
		}
		if last := s.log[len(s.log)-1].at; len(s.log) < 50 || last.Sub(whole) > 25*time.Hour {
			t.Errorf("%d requests, the last %s after the document was asked for", len(s.log), last.Sub(whole))
		}
	}
}

// also judges in several ways.
func also(judges ...func(t *testing.T, s *record)) func(t *testing.T, s *record) {
	return func(t *testing.T, s *record) {
		for _, j := range judges {
			j(t, s)
		}
	}
}

// kept fails the test unless exactly these articles were kept.
func kept(titles ...string) func(t *testing.T, s *record) {
	return func(t *testing.T, s *record) {
		if !slices.Equal(titles, s.titles) {
			t.Errorf("kept %q, want %q", s.titles, titles)
		}
	}
}
