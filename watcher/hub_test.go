package watcher

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/store"
	"tocsin/watcher/feed"
	"tocsin/watcher/websub"
)

const (
	hubURL   = "https://hub.example/"
	callback = "https://me.example/websub/"
	paperURL = "https://paper.example/feed"
)

// hubPaper is a feed that names a hub.
type hubPaper struct {
	mu    sync.Mutex
	about []string // titles, the latest last
	noHub bool
	block chan struct{} // what a read waits for; nil for nothing
}

func (p *hubPaper) print(title string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.about = append(p.about, title)
}

// document is the feed as it is now.
func (p *hubPaper) document() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	var b bytes.Buffer
	b.WriteString(`<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>The Paper</title>`)
	if !p.noHub {
		fmt.Fprintf(&b, `<atom:link rel="hub" href="%s"/><atom:link rel="self" href="%s"/>`, hubURL, paperURL)
	}
	for _, title := range p.about {
		fmt.Fprintf(&b, `<item><title>%s</title><link>/%s</link></item>`, html.EscapeString(title), url.PathEscape(title))
	}
	b.WriteString(`</channel></rss>`)
	return b.Bytes()
}

// answer is how a poll finds it.
func (p *hubPaper) answer(ctx context.Context, n int, _ time.Time) (*feed.Result, error) {
	if p.block != nil && n > 1 {
		<-p.block
	}
	base, _ := url.Parse(paperURL)
	d, err := feed.Parse(feed.Raw{Body: p.document(), Base: base})
	if err != nil {
		return nil, err
	}
	return &feed.Result{Document: d, From: paperURL, ETag: fmt.Sprintf("%q", fmt.Sprint(n)), Digest: fmt.Sprint(n)}, nil
}

// strictHub is a hub that believes nobody. The fields of faults are set before it is
// asked.
type strictHub struct {
	t        *testing.T
	handlers []http.Handler // of the daemons, which take turns

	mu    sync.Mutex
	asked []time.Time
	modes []string
	subs  map[string]hubSub // by callback
	turn  int

	lease    string             // in place of an hour
	fail     func(n int) error  // of the nth request
	question func(q url.Values) // spoils a verification
	silent   bool               // verifies nothing
	deny     bool               // denies all
}

type hubSub struct{ topic, secret string }

// PostForm is what the hub is asked with. It verifies before it answers.
func (h *strictHub) PostForm(_ context.Context, hub string, form url.Values, _ time.Time) error {
	h.mu.Lock()
	h.asked, h.modes = append(h.asked, time.Now()), append(h.modes, form.Get("hub.mode"))
	n, silent := len(h.asked), h.silent
	h.mu.Unlock()
	cb, topic, secret := form.Get("hub.callback"), form.Get("hub.topic"), form.Get("hub.secret")
	token, ours := strings.CutPrefix(cb, callback)
	subscribes := form.Get("hub.mode") == "subscribe"
	if hub != hubURL || !ours || len(token) < 22 || topic != paperURL || subscribes && (len(secret) < 22 || len(secret) > 199 || secret == token) {
		h.t.Errorf("%s is asked %v", hub, form)
	}
	if h.fail != nil {
		if err := h.fail(n); err != nil {
			return err
		}
	}
	switch {
	case h.deny:
		h.get(cb, url.Values{"hub.mode": {"denied"}, "hub.topic": {topic}, "hub.reason": {"not\nyou"}})
	case silent:
	case h.verify(cb, form.Get("hub.mode"), topic):
		h.mu.Lock()
		defer h.mu.Unlock()
		if delete(h.subs, cb); subscribes {
			h.subs[cb] = hubSub{topic, secret}
		}
	}
	return nil
}

// verify asks whether somebody really wants this.
func (h *strictHub) verify(cb, mode, topic string) bool {
	challenge := fmt.Sprint("challenge ", time.Now().UnixNano())
	q := url.Values{"hub.mode": {mode}, "hub.topic": {topic}, "hub.challenge": {challenge}, "hub.lease_seconds": {"3600"}}
	if h.lease != "" {
		q.Set("hub.lease_seconds", h.lease)
	}
	if h.question != nil {
		h.question(q)
	}
	w := h.get(cb, q)
	return w.Code == 200 && w.Body.String() == challenge
}

func (h *strictHub) get(cb string, q url.Values) *httptest.ResponseRecorder {
	return h.send(httptest.NewRequest("GET", cb+"?"+q.Encode(), nil))
}

// send sends a request to the next daemon.
func (h *strictHub) send(r *http.Request) *httptest.ResponseRecorder {
	h.mu.Lock()
	h.turn++
	to := h.handlers[h.turn%len(h.handlers)]
	h.mu.Unlock()
	w := httptest.NewRecorder()
	to.ServeHTTP(w, r)
	return w
}

// publish brings a document to all subscribers and returns how they answered.
func (h *strictHub) publish(body []byte) (codes []int) {
	h.mu.Lock()
	var requests []*http.Request
	for cb, sub := range h.subs {
		mac := hmac.New(sha256.New, []byte(sub.secret))
		mac.Write(body)
		r := httptest.NewRequest("POST", cb, bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/rss+xml")
		r.Header.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
		r.Header.Set("Link", fmt.Sprintf(`<%s>; rel="hub", <%s>; rel="self"`, hubURL, sub.topic))
		requests = append(requests, r)
	}
	h.mu.Unlock()
	for _, r := range requests {
		codes = append(codes, h.send(r).Code)
	}
	return codes
}

// pushWorld is a world with a paper whose hub is asked.
type pushWorld struct {
	*world
	paper *hubPaper
	hub   *strictHub
	log   lockedBuffer
}

// lockedBuffer takes lines from several daemons.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// pushBubble runs a test in simulated time, with a paper that is polled by spec.
// No secret is in the log at its end.
func pushBubble(t *testing.T, spec string, f func(t *testing.T, w *pushWorld)) {
	bubble(t, func(t *testing.T, base *world) {
		w := &pushWorld{world: base, paper: &hubPaper{about: []string{"Old news"}}, hub: &strictHub{t: t, subs: make(map[string]hubSub)}}
		w.world.log = slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		w.sink.hasty = true
		w.add(paperURL, spec, w.paper.answer)
		f(t, w)
		for cb, sub := range w.hub.subs {
			if text := w.log.String(); strings.Contains(text, sub.secret) || strings.Contains(text, strings.TrimPrefix(cb, callback)) {
				t.Errorf("a secret is in the log:\n%s", text)
			}
		}
		if t.Failed() {
			t.Log(w.log.String())
		}
	})
}

// daemon is one more watcher that the hub reaches.
func (w *pushWorld) daemon() *Watcher {
	d := w.watcher()
	d.opts.Push = &Push{Store: w.store, Hubs: w.hub, Callback: callback, MaxBody: 1 << 20}
	w.hub.handlers = append(w.hub.handlers, websub.NewHandler(w.world.log, d.Subscriber(), 1<<20))
	return d
}

// during runs n daemons while f does what it does.
func (w *pushWorld) during(n int, f func()) {
	w.t.Helper()
	w.hub.handlers = nil
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for range n {
		d := w.daemon()
		running.Go(func() {
			if err := d.Run(ctx); err != nil {
				w.t.Error(err)
			}
		})
	}
	time.Sleep(time.Minute) // the feed is read, and subscribed
	synctest.Wait()
	f()
	stop()
	running.Wait()
}

// push is the paper's, zero for none.
func (w *pushWorld) push() store.Push {
	p, _ := w.store.PushOf(context.Background(), paperURL)
	return p
}

// polls is how often the paper was polled.
func (w *pushWorld) polls() int {
	w.reader.mu.Lock()
	defer w.reader.mu.Unlock()
	return len(w.reader.asked[paperURL])
}

// saidNow is what was said.
func (w *pushWorld) saidNow() []string {
	w.sink.mu.Lock()
	defer w.sink.mu.Unlock()
	return append([]string(nil), w.sink.said...)
}

// requests is how often the hub was asked.
func (w *pushWorld) requests() int {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	return len(w.hub.asked)
}
