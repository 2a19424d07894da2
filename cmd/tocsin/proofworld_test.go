package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tocsin/seeds/newsroom"
	"tocsin/store"
	"tocsin/watcher/slack/slacktest"
)

// outlets is how many feeds report to each channel of a proof.
const outlets = 3

// proof is a newsroom whose feeds report events, some of them several times, a Slack
// that fails now and then, and daemons of which each is killed.
type proof struct {
	t        *testing.T
	rng      *rand.Rand
	dir      string
	database string // its name for the configuration
	channels int
	events   []event
	last     time.Duration // after the start, when the last report appears
	slack    *slacktest.Server
	faults   bool // that are told to the daemon, and so have it wait
	queued   map[string]int
	trap     *trap
	names    map[string]bool // that somebody has

	mu      sync.Mutex
	process *os.Process
	asks    atomic.Int64
	killAsk atomic.Int64 // the request to a feed at which the process is killed; 0 never
}

// event is what feeds report: the first report, and those after it.
type event struct {
	channel int
	reports []string // titles
	loud    bool     // the last report is more severe than those before
}

// proofRules ring for what a bell is in, and louder for a loud one.
const proofRules = `
version: 1
theme: bell
rules:
  - id: bell.rings
    title: A bell rings
    severity: medium
    require: bell
    signals: [{when: bell NEAR/3 rings, points: 5}]
    threshold: 5
    examples: {match: ["A bell rings"], no_match: ["A bell is silent"]}
  - id: bell.loud
    title: A loud bell rings
    severity: critical
    require: '"loud bell"'
    signals: [{when: bell NEAR/3 rings, points: 5}]
    threshold: 5
    examples: {match: ["A loud bell rings"], no_match: ["A bell rings"]}
`

// newProof makes a world of so many events, which are reported within a time.
func newProof(t *testing.T, seed uint64, events int, within time.Duration, database string) *proof {
	t.Helper()
	p := &proof{t: t, rng: rand.New(rand.NewPCG(seed, 1)), dir: t.TempDir(), database: database,
		channels: max(8, events/12), last: within, queued: make(map[string]int), names: make(map[string]bool)}
	var channels []slacktest.Channel
	for i := range p.channels {
		channels = append(channels, slacktest.Channel{ID: fmt.Sprintf("C%010d", i), Name: fmt.Sprintf("c%d", i)})
	}
	p.slack = slacktest.New(slacktest.Options{Channels: channels})
	t.Cleanup(p.slack.Close)
	feeds := p.newsroom(events)
	room := newsroom.Handler(feeds, time.Now(), time.Now)
	port := serveEverywhere(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.asks.Add(1) == p.killAsk.Load() {
			p.kill()
		}
		room.ServeHTTP(w, r)
	}))
	p.configure(port, feeds)
	return p
}

// newsroom has the feeds of each channel report its events: all of them one report,
// some of them a second and a third, later and elsewhere.
func (p *proof) newsroom(events int) []newsroom.Feed {
	feeds := make([]newsroom.Feed, p.channels*outlets)
	for i := range feeds {
		feeds[i] = newsroom.Feed{Name: fmt.Sprintf("feed-%03d", i), Title: fmt.Sprintf("Outlet %d", i), Format: newsroom.Format(i % 3)}
	}
	for i := range events {
		e := event{channel: i % p.channels}
		buyer, bought, place := p.name(), p.name(), p.name()
		sum := fmt.Sprintf("$%d %s", 100+i%900, []string{"million", "billion", "trillion"}[i/900])
		at := time.Duration(p.rng.Int64N(int64(p.last) * 2 / 3))
		for k, title := range []string{
			fmt.Sprintf("%s buys %s of %s for %s, and a bell rings", buyer, bought, place, sum),
			fmt.Sprintf("%s and %s: regulators in doubt over a deal, and what a bell rings for", buyer, bought),
			fmt.Sprintf("At %s in %s workers cheer their sale to %s, as a bell rings", bought, place, buyer),
		}[:1+p.rng.IntN(outlets)] {
			if k == 2 && p.rng.IntN(3) == 0 {
				title, e.loud = strings.Replace(title, "a bell", "a loud bell", 1), true
			}
			e.reports = append(e.reports, title)
			f := &feeds[e.channel*outlets+(i/p.channels+k)%outlets]
			f.Articles = append(f.Articles, newsroom.Article{
				ID: fmt.Sprintf("event-%d-%d", i, k), Title: title, Summary: "So it was told.", After: at,
				URL: fmt.Sprintf("https://outlet%s.example/%d/%d", f.Name, i, k),
			})
			at += time.Duration(p.rng.Int64N(int64(p.last) / 6))
		}
		p.events = append(p.events, e)
	}
	return feeds
}

// name is one that nobody has.
func (p *proof) name() string {
	syllables := []string{"ka", "vo", "ri", "mel", "tun", "sa", "po", "lix", "der", "bra", "qui", "zon", "fe", "gar", "hup", "wen"}
	for {
		var b strings.Builder
		for range 4 {
			b.WriteString(syllables[p.rng.IntN(len(syllables))])
		}
		if name := b.String(); !p.names[name] {
			p.names[name] = true
			return strings.ToUpper(name[:1]) + name[1:]
		}
	}
}

// configure writes the configuration. Channels are told in four ways: at once; after
// a hold; at most every few seconds; and up to a budget.
func (p *proof) configure(port string, feeds []newsroom.Feed) {
	var c strings.Builder
	fmt.Fprintf(&c, "store: %s\nrules: [bell.yaml]\nschedule: \"@every %ds\"\nweb: {listen: \"\"}\n", p.database, 1+p.channels/20)
	fmt.Fprintf(&c, "fetch: {allow_private: true, concurrency: 24, min_interval: 1s, timeout: 5s}\nslack: {api_url: %s}\nfeeds:\n", p.slack.APIURL())
	for i, f := range feeds {
		fmt.Fprintf(&c, "  - {url: http://127.0.0.%d:%s/%s, title: Outlet %d, tags: [c%d]}\n", 1+i%200, port, f.Name, i, i/outlets)
	}
	c.WriteString("routes:\n  budget: 10000\n  routes:\n")
	for i := range p.channels {
		way := []string{"", ", hold: 2s", ", at_most_every: 4s", ", budget: 2"}[i%4]
		fmt.Fprintf(&c, "    - {tags: [c%d], channel: \"#c%d\"%s}\n", i, i, way)
	}
	for name, text := range map[string]string{"tocsin.yaml": c.String(), "bell.yaml": proofRules} {
		if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
}

// start starts a daemon.
func (p *proof) start() *sharer {
	p.t.Helper()
	d := &sharer{Cmd: exec.Command(os.Args[0], "run")}
	d.Dir, d.Stderr = p.dir, &d.log
	d.Env = append(os.Environ(), asTocsin+"=1", "TOCSIN_SLACK_TOKEN="+slacktest.Token)
	if err := d.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	p.process = d.Process
	p.mu.Unlock()
	return d
}

// kill ends the daemon that runs, in the middle of whatever it does.
func (p *proof) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.process.Kill()
}

// trap is a call to Slack at which the daemon is to be killed.
type trap struct {
	method   string
	begun    chan struct{}
	released chan struct{} // closed when nobody is to be killed at it any more
}

// trapMethods are what a daemon may be killed at.
var trapMethods = []string{"chat.postMessage", "chat.postMessage", "chat.update", "conversations.history", "conversations.replies"}

// setTrap has a call to come be the last one of the daemon that makes it, be it taken
// or not; one at a time.
func (p *proof) setTrap() *trap {
	if p.trap == nil {
		p.trap = &trap{trapMethods[p.rng.IntN(len(trapMethods))], make(chan struct{}), make(chan struct{})}
		f := slacktest.Fault{} // taken, and never answered
		if p.rng.IntN(3) == 0 {
			f = slacktest.RateLimited(time.Second) // never taken
		}
		f.Begun, f.Wait = p.trap.begun, p.trap.released
		p.fail(p.trap.method, append(make([]slacktest.Fault, p.rng.IntN(4)), f)...)
	}
	return p.trap
}

func (p *proof) fail(method string, faults ...slacktest.Fault) {
	p.queued[method] += len(faults)
	p.slack.Fail(method, faults...)
}

// trouble has some of the next calls to Slack fail.
func (p *proof) trouble() {
	if !p.faults {
		return
	}
	some := []slacktest.Fault{slacktest.LostAnswer, slacktest.Reset, slacktest.Overloaded, slacktest.HalfAnswer, slacktest.RateLimited(time.Second)}
	for _, method := range []string{"chat.postMessage", "chat.update", "conversations.history", "conversations.replies"} {
		for p.queued[method]-p.slack.Calls(method) < 20 {
			f := slacktest.Fault{}
			if p.rng.IntN(12) == 0 {
				f = some[p.rng.IntN(len(some))]
			}
			p.fail(method, f)
		}
	}
}

// live has a daemon run until it is killed: at a call to Slack, while it asks a feed,
// or at any time.
func (p *proof) live() {
	p.trouble()
	d := p.start()
	defer func() {
		p.kill()
		if d.Wait(); d.ProcessState.Exited() {
			p.t.Fatalf("a daemon ends by itself: %s\n%.5000s", d.ProcessState, d.log.String())
		}
	}()
	asked, called := p.asks.Load(), p.slack.Calls("chat.postMessage")
	for range 200 { // until it is at work
		if p.asks.Load() > asked || p.slack.Calls("chat.postMessage") > called || p.rng.IntN(100) == 0 {
			break
		}
		<-time.After(10 * time.Millisecond)
	}
	limit := time.After(time.Duration(p.rng.IntN(1500)) * time.Millisecond)
	switch p.rng.IntN(4) {
	case 0:
		p.killAsk.Store(p.asks.Load() + 1 + p.rng.Int64N(20))
		defer p.killAsk.Store(0)
	case 1, 2:
		t := p.setTrap()
		select {
		case <-t.begun:
			p.trap = nil
			return
		case <-time.After(time.Second):
		}
	}
	<-limit
}

// finish has a daemon do what is left.
func (p *proof) finish(db store.Store) {
	p.t.Helper()
	if p.trap != nil {
		close(p.trap.released)
		p.trap = nil
	}
	reports := 0
	for _, e := range p.events {
		reports += len(e.reports)
	}
	d := p.start()
	limit := time.Minute + p.last + time.Duration(len(p.events))*300*time.Millisecond
	var got store.Counts
	for end := time.Now().Add(limit); ; <-time.After(100 * time.Millisecond) {
		var err error
		if got, err = db.Counts(context.Background()); err != nil {
			p.t.Fatal(err)
		}
		if got.Articles == reports && got.Pending+got.Held == 0 {
			break
		}
		if time.Now().After(end) {
			p.t.Errorf("the end does not come: %+v, of %d articles", got, reports)
			break
		}
	}
	d.Process.Signal(syscall.SIGTERM)
	d.Wait()
	if p.t.Failed() {
		p.t.Logf("the last daemon's log:\n%.20000s", d.log.String())
	}
}
