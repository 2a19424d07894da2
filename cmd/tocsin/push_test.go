//go:build unix

package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tocsin/store/postgres/pgtest"
)

// town is a publisher with a hub that redirects, and the proxy that makes the
// daemon's callback public.
type town struct {
	t     *testing.T
	site  *httptest.Server
	proxy *httptest.Server
	inner atomic.Pointer[url.URL] // where the proxy leads
	gate  sync.Mutex              // held while that is not known

	mu         sync.Mutex
	titles     []string
	polls      int
	subscribed chan url.Values // what the hub has verified
}

func newTown(t *testing.T) *town {
	t.Helper()
	c := &town{t: t, titles: []string{"Nothing"}, subscribed: make(chan url.Values, 9)}
	mux := http.NewServeMux()
	mux.HandleFunc("/feed", func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.polls++
		c.mu.Unlock()
		w.Header().Add("Link", fmt.Sprintf(`<%s/hub>; rel="hub"`, c.site.URL))
		w.Header().Add("Link", fmt.Sprintf(`<%s/feed>; rel="self"`, c.site.URL))
		w.Write(c.document())
	})
	mux.Handle("/hub", http.RedirectHandler("/hub/real", http.StatusTemporaryRedirect))
	mux.HandleFunc("/hub/real", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusAccepted)
		go c.verify(r.PostForm)
	})
	c.site = httptest.NewServer(mux)
	t.Cleanup(c.site.Close)
	c.proxy = httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(c.inner.Load()) }})
	t.Cleanup(c.proxy.Close)
	return c
}

func (c *town) document() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b bytes.Buffer
	b.WriteString(`<rss version="2.0"><channel><title>The Gong</title>`)
	for _, title := range c.titles {
		fmt.Fprintf(&b, `<item><title>%s</title><link>/%[1]s</link></item>`, title)
	}
	b.WriteString(`</channel></rss>`)
	return b.Bytes()
}

// verify asks whether the request was meant.
func (c *town) verify(form url.Values) {
	q := url.Values{"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"], "hub.challenge": {"wood and wire"}, "hub.lease_seconds": {"3600"}}
	c.gate.Lock()
	defer c.gate.Unlock()
	resp, err := http.Get(form.Get("hub.callback") + "?" + q.Encode())
	if err != nil {
		c.t.Error(err)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 200 || string(body) != "wood and wire" || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
		c.t.Errorf("the verification is answered %d %q", resp.StatusCode, body)
	}
	c.subscribed <- form
}

// publish brings the news to a subscriber.
func (c *town) publish(form url.Values, title string) {
	c.t.Helper()
	c.mu.Lock()
	c.titles = append(c.titles, title)
	c.mu.Unlock()
	body := c.document()
	h := hmac.New(sha512.New, []byte(form.Get("hub.secret")))
	h.Write(body)
	r, err := http.NewRequest("POST", form.Get("hub.callback"), bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/rss+xml")
	r.Header.Set("X-Hub-Signature", "sha512="+hex.EncodeToString(h.Sum(nil)))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		c.t.Errorf("the delivery is answered %d", resp.StatusCode)
	}
}

// What is published rings without a poll, and when its feed leaves the
// configuration its subscription ends.
func TestPublishedNewsRing(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]func(t *testing.T) string{
		"SQLite":     func(*testing.T) string { return "tocsin.db" },
		"PostgreSQL": func(t *testing.T) string { return pgtest.New(t).Database(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			publishedNewsRing(t, store(t))
		})
	}
}

func publishedNewsRing(t *testing.T, store string) {
	c := newTown(t)
	d := &daemon{t: t, dir: t.TempDir()}
	if err := os.Mkdir(d.path("rules"), 0o755); err != nil {
		t.Fatal(err)
	}
	d.writeRule("gong*")
	config := func(feed string) {
		d.write("tocsin.yaml", fmt.Sprintf(`{store: %q, feeds: [{url: %q, schedule: "0 0 1 1 *"}], rules: [rules],
			fetch: {allow_private: true, websub_callback: %q}, web: {listen: "127.0.0.1:0"}}`, store, feed, c.proxy.URL+"/hooks/websub"))
	}
	start := func() {
		c.gate.Lock()
		defer c.gate.Unlock()
		d.start("run", "")
		_, address, _ := strings.Cut(d.waitFor("health and metrics are served"), "at=")
		c.inner.Store(&url.URL{Scheme: "http", Host: strings.TrimSpace(address)})
	}
	config(c.site.URL + "/feed")
	start()
	form := <-c.subscribed
	if form.Get("hub.mode") != "subscribe" || !strings.HasPrefix(form.Get("hub.callback"), c.proxy.URL+"/hooks/websub/") {
		t.Errorf("the hub is asked %v", form)
	}
	c.publish(form, "A gong sounds in town")
	d.waitFor("A gong sounds in town")
	public, err := http.NewRequest(http.MethodGet, c.inner.Load().String()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	public.Host = "me.example"
	resp, err := http.DefaultClient.Do(public)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode < 400 {
		t.Errorf("the page is served to the public: %s", resp.Status)
	}
	d.end()
	c.mu.Lock()
	if c.polls != 1 {
		t.Errorf("%d polls", c.polls)
	}
	c.mu.Unlock()
	config(c.site.URL + "/other")
	start()
	if end := <-c.subscribed; end.Get("hub.mode") != "unsubscribe" || end.Get("hub.callback") != form.Get("hub.callback") {
		t.Errorf("the hub is asked %v", end)
	}
	d.end()
	if text := strings.Join(d.printed, "\n"); strings.Contains(text, form.Get("hub.secret")) {
		t.Errorf("the secret is in the log:\n%s", text)
	}
}
