package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/seeds/newsroom"
	"tocsin/store"
	"tocsin/store/postgres"
	"tocsin/store/postgres/pgtest"
	"tocsin/watcher/slack/slacktest"
)

// feedsEnv asks for another number of feeds than the usual one, for a long run.
const feedsEnv = "TOCSIN_TEST_FEEDS"

// daemonWorld is a newsroom, a Slack, a database, and the daemons that share it.
type daemonWorld struct {
	t        *testing.T
	dir      string
	feeds    int
	channels int
	slack    *slacktest.Server
	database string
	config   string // with NAME for the name of a daemon

	mu     sync.Mutex
	asked  map[string]time.Time // when a feed was asked last, by path
	now    map[string]request   // those that are being answered, by path
	onNext func()               // called at the next request, once
	alive  map[string]bool      // daemons that were not told to end, by the name that they ask with
}

// request is one for a feed.
type request struct {
	daemon string
	at     time.Time
}

func newDaemonWorld(t *testing.T, database string) *daemonWorld {
	t.Helper()
	w := &daemonWorld{t: t, dir: t.TempDir(), feeds: 100, channels: 50, database: database,
		asked: make(map[string]time.Time), now: make(map[string]request), alive: make(map[string]bool)}
	if n, err := strconv.Atoi(os.Getenv(feedsEnv)); err == nil {
		w.feeds, w.channels = n, n/8
	}
	var channels []slacktest.Channel
	for i := range w.channels {
		channels = append(channels, slacktest.Channel{ID: fmt.Sprintf("C%010d", i), Name: fmt.Sprintf("c%d", i)})
	}
	w.slack = slacktest.New(slacktest.Options{Channels: channels})
	t.Cleanup(w.slack.Close)
	var articles []newsroom.Article
	for i := range 3 * w.feeds {
		title := fmt.Sprintf("Report number %d about the weather and nothing else", i)
		if i < w.feeds {
			title = fmt.Sprintf("A bell rings for the %dth time in town", i)
		}
		articles = append(articles, newsroom.Article{ID: fmt.Sprint(i), Title: title, Summary: "As it was."})
	}
	feeds := newsroom.Spread(articles, w.feeds)
	room := newsroom.Handler(feeds, time.Now(), time.Now)
	port := serveEverywhere(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		q := request{r.UserAgent(), time.Now()}
		w.enter(r.URL.Path, q)
		select { // long enough to be killed meanwhile
		case <-time.After(50 * time.Millisecond):
		case <-r.Context().Done():
		}
		answer := httptest.NewRecorder()
		room.ServeHTTP(answer, r)
		// Before the first byte: who has the answer may be done with it at once.
		w.leave(r.URL.Path, q)
		maps.Copy(rw.Header(), answer.Header())
		rw.WriteHeader(answer.Code)
		rw.Write(answer.Body.Bytes())
	}))
	w.configure(port, feeds)
	return w
}

// serveEverywhere serves at all of the addresses of this machine, each of which is a
// host of its own, until the test ends, and returns the port.
func serveEverywhere(t *testing.T, h http.Handler) (port string) {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	all, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	server.Listener.Close()
	server.Listener = all
	server.Start()
	t.Cleanup(server.Close)
	_, port, _ = net.SplitHostPort(all.Addr().String())
	return port
}

// enter notes that a feed is asked, which nobody else who is alive may be doing: that
// the connection of one that ends is closed may be noticed late.
func (w *daemonWorld) enter(feed string, q request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if other, asked := w.now[feed]; asked && w.alive[other.daemon] {
		w.t.Errorf("%s: %s is polled by %s, and by %s for %s", q.at.UTC().Format(time.StampMicro), feed, q.daemon, other.daemon, q.at.Sub(other.at))
	}
	w.now[feed], w.asked[feed] = q, q.at
	if w.onNext != nil {
		w.onNext()
		w.onNext = nil
	}
}

func (w *daemonWorld) leave(feed string, q request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.now[feed] == q {
		delete(w.now, feed)
	}
}

// atNextRequest calls do while a feed is asked.
func (w *daemonWorld) atNextRequest(do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.onNext = do
}

// askedSince returns how many feeds were asked since then.
func (w *daemonWorld) askedSince(then time.Time) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, at := range w.asked {
		if at.After(then) {
			n++
		}
	}
	return n
}

func (w *daemonWorld) configure(port string, feeds []newsroom.Feed) {
	var c strings.Builder
	fmt.Fprintf(&c, "store: %s\nrules: [bell.yaml]\nschedule: \"@every 3s\"\nweb: {listen: \"\"}\n", w.database)
	fmt.Fprintf(&c, "fetch: {allow_private: true, concurrency: 24, min_interval: 1s, timeout: 30s, user_agent: NAME}\nslack: {api_url: %s}\nfeeds:\n", w.slack.APIURL())
	for i, f := range feeds {
		fmt.Fprintf(&c, "  - {url: http://127.0.0.%d:%s/%s, tags: [c%d]}\n", 1+i%200, port, f.Name, i%w.channels)
	}
	c.WriteString("routes:\n  routes:\n")
	for i := range w.channels {
		fmt.Fprintf(&c, "    - {tags: [c%d], channel: \"#c%d\"}\n", i, i)
	}
	w.config = c.String()
	w.write("bell.yaml", bellRules)
}

func (w *daemonWorld) write(name, text string) {
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// sharer is a process that runs tocsin run.
type sharer struct {
	*exec.Cmd
	name string // that it asks with
	log  bytes.Buffer
}

// start starts a daemon, which is killed when the test ends, if not before.
func (w *daemonWorld) start() *sharer {
	w.t.Helper()
	w.mu.Lock()
	name := fmt.Sprintf("daemon-%d", len(w.alive))
	w.alive[name] = true
	w.mu.Unlock()
	w.write(name+".yaml", strings.Replace(w.config, "NAME", name, 1))
	d := &sharer{Cmd: exec.Command(os.Args[0], "--config", name+".yaml", "run"), name: name}
	d.Dir, d.Stderr = w.dir, &d.log
	d.Env = append(os.Environ(), asTocsin+"=1", "TOCSIN_SLACK_TOKEN="+slacktest.Token)
	if err := d.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if d.ProcessState == nil {
			d.Process.Kill()
			d.Wait()
		}
		if w.t.Failed() {
			w.t.Logf("the log of %s:\n%.3000s", d.name, d.log.String())
		}
	})
	return d
}

// end sends a daemon a signal that ends it. What it asked for is nobody's from here on.
// The caller holds w.mu.
func (w *daemonWorld) end(d *sharer, s os.Signal) {
	w.alive[d.name] = false
	d.Process.Signal(s)
}

// wait waits until done.
func (w *daemonWorld) wait(what string, limit time.Duration, done func() bool) {
	w.t.Helper()
	for end := time.Now().Add(limit); !done(); <-time.After(20 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("%s does not come", what)
		}
	}
}

// posted is how often each alert was posted.
func (w *daemonWorld) posted() map[string]int {
	posted := make(map[string]int)
	for i := range w.channels {
		for _, m := range w.slack.Messages(fmt.Sprintf("#c%d", i)) {
			posted[fmt.Sprint(m.Metadata.EventPayload["key"])]++
		}
	}
	return posted
}

// Daemons that share a database lose nothing and say nothing twice, though they
// are killed while they poll and while they deliver, and though the database
// starts again in the middle.
func TestDaemonsShareADatabase(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t)
	w := newDaemonWorld(t, server.Database(t))
	limit := time.Minute + time.Duration(w.feeds)*100*time.Millisecond
	polling, delivering, lasting := w.start(), w.start(), w.start()
	begun := time.Now()

	w.wait("the first polls", limit, func() bool { return w.askedSince(begun) > w.feeds/4 })
	w.atNextRequest(func() { w.end(polling, os.Kill) })
	polling.Wait()

	posting := make(chan struct{})
	w.slack.Fail("chat.postMessage", slacktest.Slow(posting, nil))
	<-posting
	w.mu.Lock()
	w.end(delivering, os.Kill)
	w.mu.Unlock()
	delivering.Wait()

	w.wait("the first alerts", limit, func() bool { return len(w.posted()) > w.feeds/4 })
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	<-time.After(time.Second)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	restarted := time.Now()
	late := w.start()
	w.wait("a poll of every feed", limit, func() bool { return w.askedSince(restarted) == w.feeds })
	w.wait("every alert", limit, func() bool { return len(w.posted()) == w.feeds })
	w.allIsThere(limit)
	w.aliveAre(lasting, late)
	for _, d := range []*sharer{lasting, late} {
		w.mu.Lock()
		w.end(d, syscall.SIGTERM)
		w.mu.Unlock()
		if err := d.Wait(); err != nil {
			t.Errorf("a daemon ends with %v", err)
		}
	}
	for _, told := range []string{"cannot be claimed; it is tried again", "are claimed again"} {
		if !strings.Contains(lasting.log.String(), told) {
			t.Errorf("a daemon whose database was away does not say: %s", told)
		}
	}
}

// aliveAre holds that these daemons are those that doctor tells, each with what it
// holds. The killed ones are forgotten by then.
func (w *daemonWorld) aliveAre(daemons ...*sharer) {
	w.t.Helper()
	look := exec.Command(os.Args[0], "--config", daemons[0].name+".yaml", "doctor", "--offline")
	look.Dir, look.Env = w.dir, append(os.Environ(), asTocsin+"=1")
	var said bytes.Buffer
	look.Stderr = &said
	out, err := look.Output()
	if err != nil {
		w.t.Fatalf("doctor: %v\n%s%s", err, out, said.String())
	}
	alive := regexp.MustCompile(`(?m)^ok +daemons +\S+:(\d+):\S+ is alive, at work on \d+ feeds?, \d+ alerts?`).FindAllStringSubmatch(string(out), -1)
	var got, want []string
	for _, m := range alive {
		got = append(got, m[1])
	}
	for _, d := range daemons {
		want = append(want, strconv.Itoa(d.Process.Pid))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("daemons (-want +got):\n%s\n%s", diff, out)
	}
}

// allIsThere waits until the store has everything once.
func (w *daemonWorld) allIsThere(limit time.Duration) {
	w.t.Helper()
	db, err := postgres.Open(w.t.Context(), w.database)
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	want := store.Counts{Feeds: w.feeds, Articles: 3 * w.feeds, Matches: w.feeds, Stories: w.feeds, Verdicts: w.feeds, SentAlerts: w.feeds}
	var got store.Counts
	w.wait("the end of every alert", limit, func() bool {
		if got, err = db.Counts(context.Background()); err != nil {
			w.t.Fatal(err)
		}
		return got.Pending == 0
	})
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("the store (-want +got):\n%s", diff)
	}
	for key, n := range w.posted() {
		if n != 1 {
			w.t.Errorf("alert %s was posted %d times", key, n)
		}
	}
}
