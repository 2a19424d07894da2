package feed_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/watcher/feed"
)

const sample = `<rss version="2.0"><channel><title>Harbour news</title>
<item><guid>tide-1</guid><title>Spring tide</title><link>/tide</link></item>
</channel></rss>`

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// serve starts a server on loopback that stops with the test.
func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// newReader returns a Reader that may read from loopback.
func newReader(t *testing.T, o feed.Options) *feed.Reader {
	t.Helper()
	o.AllowPrivate = true
	r := feed.NewReader(o)
	t.Cleanup(r.Close)
	return r
}

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	w.Close()
	return b.String()
}

// damaged is s with its middle byte flipped.
func damaged(s string) string {
	b := []byte(s)
	b[len(b)/2] ^= 0xff
	return string(b)
}

// answerWith is a handler that answers with these headers, status and body.
func answerWith(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestReadAFeed(t *testing.T) {
	t.Parallel()
	s := serve(t, answerWith(200, sample, "ETag", `W/"a b"`, "Last-Modified", "yesterday, about noon", "Content-Type", "text/html"))
	got, err := newReader(t, feed.Options{}).Read(t.Context(), feed.Request{URL: s.URL + "/feeds/rss"}, now)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Digest) != 32 {
		t.Errorf("digest %q", got.Digest)
	}
	got.Digest = ""
	want := &feed.Result{
		Sent: true, ETag: `W/"a b"`, LastModified: "yesterday, about noon",
		Document: &feed.Document{Title: "Harbour news", Items: []feed.Item{
			{Key: "tide-1", ID: "tide-1", Title: "Spring tide", Link: s.URL + "/tide"},
		}},
	}
	want.From, want.Document.Format = s.URL+"/feeds/rss", "RSS 2.0"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestReadSends(t *testing.T) {
	t.Parallel()
	var got *http.Request
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { got = r; _, _ = io.WriteString(w, sample) })
	r := newReader(t, feed.Options{UserAgent: "tocsin/1.2 (+mailto:desk@paper.example)"})
	_, err := r.Read(t.Context(), feed.Request{
		URL:    strings.Replace(s.URL, "http://", "http://ada:s3cret@", 1) + "/rss?page=1#top",
		Header: http.Header{"x-token": {"t0ken"}, "Accept-Encoding": {"br"}},
		ETag:   `unquoted`, LastModified: "Sun, 00 Nonsense",
	}, now)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"User-Agent":        "tocsin/1.2 (+mailto:desk@paper.example)",
		"Accept-Encoding":   "gzip",
		"If-None-Match":     "unquoted",
		"If-Modified-Since": "Sun, 00 Nonsense",
		"X-Token":           "t0ken",
		"Authorization":     "Basic YWRhOnMzY3JldA==",
		"Cookie":            "",
		"Referer":           "",
	} {
		if have := got.Header.Get(name); have != want {
			t.Errorf("%s is %q, want %q", name, have, want)
		}
	}
	if accept := got.Header.Get("Accept"); !strings.HasPrefix(accept, "application/atom+xml") || !strings.HasSuffix(accept, "*/*;q=0.1") {
		t.Errorf("Accept is %q", accept)
	}
	if got.RequestURI != "/rss?page=1" || got.Method != "GET" {
		t.Errorf("asked %s %s", got.Method, got.RequestURI)
	}
}

func TestReadUnchanged(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		header       []string
		etag, lastMd string
	}{
		{"a bare 304 keeps both validators", nil, `"1"`, "Monday"},
		{"a 304 may bring newer ones", []string{"ETag", `"2"`, "Last-Modified", "Tuesday"}, `"2"`, "Tuesday"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, answerWith(304, "", append(tt.header, "Cache-Control", "max-age=600")...))
			got, err := newReader(t, feed.Options{}).Read(t.Context(), feed.Request{URL: s.URL, ETag: `"1"`, LastModified: "Monday"}, now)
			if err != nil {
				t.Fatal(err)
			}
			want := &feed.Result{Unchanged: true, ETag: tt.etag, LastModified: tt.lastMd, NotBefore: now.Add(10 * time.Minute)}
			want.From = s.URL
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestReadForgetsAValidatorThatIsGone(t *testing.T) {
	t.Parallel()
	s := serve(t, answerWith(200, sample, "ETag", `"2"`))
	got, err := newReader(t, feed.Options{}).Read(t.Context(), feed.Request{URL: s.URL, ETag: `"1"`, LastModified: "Monday"}, now)
	if err != nil {
		t.Fatal(err)
	}
	if got.ETag != `"2"` || got.LastModified != "" {
		t.Errorf("validators are %q and %q", got.ETag, got.LastModified)
	}
}

func TestReadKeepsNoValidatorsOfACutDocument(t *testing.T) {
	t.Parallel()
	cut := sample[:strings.Index(sample, "</channel>")]
	s := serve(t, answerWith(200, cut, "ETag", `"1"`, "Last-Modified", "Monday"))
	got, err := newReader(t, feed.Options{}).Read(t.Context(), feed.Request{URL: s.URL}, now)
	if err != nil {
		t.Fatal(err)
	}
	if got.ETag+got.LastModified != "" || got.Document.Degraded != "cut off after 1 entry" || len(got.Document.Items) != 1 {
		t.Errorf("got %+v, %+v", got, got.Document)
	}
}

func TestReadDecompresses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body, encoding string
	}{
		{"gzip as asked for", zipped(sample), "gzip"},
		{"gzip that does not say so", zipped(sample), ""},
		{"a gzip file that was compressed again", zipped(zipped(sample)), "gzip"},
		{"no gzip that says it is", sample, "gzip"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, answerWith(200, tt.body, "Content-Encoding", tt.encoding, "Content-Type", "application/octet-stream"))
			got, err := newReader(t, feed.Options{}).Read(t.Context(), feed.Request{URL: s.URL}, now)
			if err != nil {
				t.Fatal(err)
			}
			if got.Document.Title != "Harbour news" {
				t.Errorf("title is %q", got.Document.Title)
			}
		})
	}
}

func TestReadFails(t *testing.T) {
	t.Parallel()
	html := "<!DOCTYPE html><html><body>Welcome</body></html>"
	for _, tt := range []struct {
		name string
		h    http.HandlerFunc
		want feed.Error
	}{
		{"a page", answerWith(200, html, "ETag", `"1"`), feed.Error{Problem: feed.NotAFeed, Code: 200, Reason: "HTML page, not a feed"}},
		{"the page of a parked domain", answerWith(200, "<html><title>feeds.example</title><a>Buy this Domain</a></html>"), feed.Error{Problem: feed.Parked, Code: 200, Reason: "the page of a parked domain, not a feed"}},
		{"nothing", answerWith(200, ""), feed.Error{Problem: feed.Empty, Code: 200, Reason: "an empty answer"}},
		{"only blanks", answerWith(200, " \n "), feed.Error{Problem: feed.Empty, Code: 200, Reason: "an empty document"}},
		{"204", answerWith(204, ""), feed.Error{Problem: feed.Empty, Code: 204, Reason: "204 No Content"}},
		{"206", answerWith(206, sample), feed.Error{Problem: feed.Status, Code: 206, Reason: "206 Partial Content"}},
		{"304 to an unconditional request", answerWith(304, ""), feed.Error{Problem: feed.Status, Code: 304, Reason: "304 Not Modified, and nothing was asked conditionally"}},
		{"404", answerWith(404, html), feed.Error{Problem: feed.Status, Code: 404, Reason: "404 Not Found"}},
		{"410", answerWith(410, html), feed.Error{Problem: feed.Gone, Code: 410, Reason: "410 Gone"}},
		{"a bot challenge", answerWith(403, html, "Cf-Mitigated", "challenge"), feed.Error{Problem: feed.BotWall, Code: 403, Reason: "403 Forbidden: the site wants a browser (bot challenge)"}},
		{"429 with seconds", answerWith(429, "", "Retry-After", "120"), feed.Error{Problem: feed.Status, Code: 429, Reason: "429 Too Many Requests", NotBefore: now.Add(2 * time.Minute)}},
		{"503 with a date", answerWith(503, "", "Retry-After", "Sun, 01 Mar 2026 13:00:00 GMT"), feed.Error{Problem: feed.Status, Code: 503, Reason: "503 Service Unavailable", NotBefore: now.Add(time.Hour)}},
		{"a status without a name", answerWith(599, ""), feed.Error{Problem: feed.Status, Code: 599, Reason: "599"}},
		{"brotli", answerWith(200, "x", "Content-Encoding", "br"), feed.Error{Problem: feed.Broken, Code: 200, Reason: `compressed as "br", which was not asked for`}},
		{"damaged gzip", answerWith(200, damaged(zipped(sample))), feed.Error{Problem: feed.Broken, Code: 200, Reason: "damaged gzip data"}},
		{"gzip that breaks off", answerWith(200, zipped(sample)[:60]), feed.Error{Problem: feed.Broken, Code: 200, Reason: "gzip data that breaks off"}},
		{"too large", answerWith(200, strings.Repeat("x", 3<<10)), feed.Error{Problem: feed.TooLarge, Code: 200, Reason: "more than 2 KiB"}},
		{"too large after decompression", answerWith(200, zipped(strings.Repeat("x", 1<<20)), "Content-Encoding", "gzip"), feed.Error{Problem: feed.TooLarge, Code: 200, Reason: "more than 2 KiB"}},
		{"a body shorter than it said", answerWith(200, sample, "Content-Length", "1000"), feed.Error{Problem: feed.Unreachable, Code: 200, Reason: "the answer broke off"}},
		{"a connection that is closed at once", hangUp, feed.Error{Problem: feed.Unreachable, Reason: "the connection was closed without an answer"}},
		{"a redirect to nowhere", answerWith(302, ""), feed.Error{Problem: feed.Status, Code: 302, Reason: "redirect (302) without an address"}},
		{"a redirect to a file", answerWith(302, "", "Location", "file:///etc/passwd"), feed.Error{Problem: feed.Forbidden, Code: 302, Reason: "redirects to an address that is not http or https"}},
		{"a redirect to itself", answerWith(301, "", "Location", "/"), feed.Error{Problem: feed.Status, Code: 301, Reason: "redirects in a circle"}},
		{"redirects without end", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}, feed.Error{Problem: feed.Status, Code: 302, Reason: "more than 10 redirects"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, tt.h)
			res, err := newReader(t, feed.Options{MaxBody: 2 << 10}).Read(t.Context(), feed.Request{URL: s.URL + "/"}, now)
			if res != nil {
				t.Errorf("a result beside an error: %+v", res)
			}
			var got *feed.Error
			if !errors.As(err, &got) {
				t.Fatalf("error is %T: %v", err, err)
			}
			got.Err = nil
			if d := cmp.Diff(&tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func hangUp(w http.ResponseWriter, _ *http.Request) {
	if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
		c.Close()
	}
}

func TestReadRefusesAddresses(t *testing.T) {
	t.Parallel()
	s := serve(t, answerWith(200, sample))
	guarded := feed.NewReader(feed.Options{})
	t.Cleanup(guarded.Close)
	for _, tt := range []struct{ name, url, want string }{
		{"a file", "file:///etc/passwd", "an address that is not http or https"},
		{"no scheme", "news.example/rss", "an address that is not http or https"},
		{"no host", "http:///rss", "an address without a host"},
		{"not an address at all", "http://ada:s3cret@[::1/rss", "not a web address"},
		{"loopback, unless it is allowed", s.URL, "a private or link-local address (fetch.allow_private permits private ones)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := guarded.Read(t.Context(), feed.Request{URL: tt.url}, now)
			var got *feed.Error
			if !errors.As(err, &got) || got.Problem != feed.Forbidden || got.Reason != tt.want {
				t.Errorf("error is %#v, want %q", err, tt.want)
			}
		})
	}
}

func TestReadRefusesAClosedPort(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	url := s.URL
	s.Close()
	_, err := newReader(t, feed.Options{}).Read(t.Context(), feed.Request{URL: url}, now)
	if err == nil || err.Error() != "connection refused" {
		t.Errorf("error is %v", err)
	}
}

// endless sends a feed that does not end, until the client has had enough.
func endless(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, "<rss><channel>")
	for r.Context().Err() == nil {
		if _, err := io.WriteString(w, strings.Repeat("<item><title>more</title></item>", 1000)); err != nil {
			return
		}
	}
}

func silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func stalling(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, sample[:40])
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func TestReadEndsWhateverTheServerDoes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		h       http.HandlerFunc
		timeout time.Duration
		problem feed.Problem
		reason  string
	}{
		{"a server that never answers", silent, 200 * time.Millisecond, feed.Timeout, "no answer within 200ms"},
		{"a server that stops in the middle", stalling, 200 * time.Millisecond, feed.Timeout, "answer not complete within 200ms"},
		{"a server that never stops", endless, time.Minute, feed.TooLarge, "more than 64 KiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, tt.h)
			r := newReader(t, feed.Options{Timeout: tt.timeout, MaxBody: 64 << 10})
			_, err := r.Read(t.Context(), feed.Request{URL: s.URL}, now)
			var got *feed.Error
			if !errors.As(err, &got) || got.Problem != tt.problem || got.Reason != tt.reason {
				t.Errorf("error is %#v", err)
			}
		})
	}
}

func TestReadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { cancel(); silent(w, r) })
	_, err := newReader(t, feed.Options{}).Read(ctx, feed.Request{URL: s.URL}, now)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	var e *feed.Error
	if errors.As(err, &e) {
		t.Errorf("a cancelled read is blamed on the feed: %+v", e)
	}
}

func TestReadAsksAHostOnlySoOftenAtOnce(t *testing.T) {
	t.Parallel()
	const limit, reads = 2, 8
	arrived, release := make(chan struct{}, reads), make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		arrived <- struct{}{}
		<-release
		_, _ = io.WriteString(w, sample)
	})
	other := serve(t, answerWith(200, sample))
	r := newReader(t, feed.Options{PerHost: limit})
	done := make(chan error)
	for range reads {
		go func() {
			_, err := r.Read(t.Context(), feed.Request{URL: s.URL}, now)
			done <- err
		}()
	}
	for range limit {
		<-arrived
	}
	if _, err := r.Read(t.Context(), feed.Request{URL: other.URL}, now); err != nil {
		t.Errorf("another host had to wait: %v", err)
	}
	if n := len(arrived); n > 0 {
		t.Errorf("%d requests more than %d at once", n, limit)
	}
	close(release)
	for range reads {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestLinksDoNotInheritTheFeedsCredentials(t *testing.T) {
	t.Parallel()
	s := serve(t, answerWith(200, `<rss version="2.0"><channel><title>T</title><item><title>A</title><link>/a</link></item></channel></rss>`))
	r := newReader(t, feed.Options{})
	res, err := r.Read(t.Context(), feed.Request{URL: strings.Replace(s.URL, "http://", "http://ada:s3cret@", 1) + "/feed"}, now)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := res.Document.Items[0].Link, s.URL+"/a"; got != want {
		t.Errorf("link %s, want %s", got, want)
	}
}

func TestReadsThatWaitForAHostTakeNoRequestFromOthers(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}, 8), make(chan struct{})
	busy := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		arrived <- struct{}{}
		<-release
		_, _ = io.WriteString(w, sample)
	})
	r := newReader(t, feed.Options{PerHost: 1, Requests: 2})
	done := make(chan error)
	read := func(url string) {
		_, err := r.Read(t.Context(), feed.Request{URL: url}, now)
		done <- err
	}
	for range 5 {
		go read(busy.URL)
	}
	<-arrived
	second := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		arrived <- struct{}{}
		<-release
		_, _ = io.WriteString(w, sample)
	})
	go read(second.URL)
	<-arrived // the second and last request that may run at once

	third := serve(t, answerWith(200, sample))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, err := r.Read(ctx, feed.Request{URL: third.URL}, now)
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("a third request ran: %v", err)
	}
	close(release)
	for range 6 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestReadTellsNoSecrets(t *testing.T) {
	t.Parallel()
	hostile := "\x1b[31m\u202eROOT\n<x>" + strings.Repeat("y", 500)
	for name, h := range map[string]http.HandlerFunc{
		"a status":               answerWith(500, hostile),
		"a root of its own":      answerWith(200, "<"+strings.Repeat("z", 500)+"\u202e/>"),
		"an encoding of its own": answerWith(200, "x", "Content-Encoding", "br"+strings.Repeat("y", 500)),
		"an answer that is not HTTP": func(w http.ResponseWriter, _ *http.Request) {
			if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
				fmt.Fprint(c, hostile+"\r\n\r\n")
				c.Close()
			}
		},
		"a redirect with its own credentials": answerWith(302, "", "Location", "gopher://eve:evil@mole.example/?token=t0ken"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, h)
			url := strings.Replace(s.URL, "http://", "http://ada:s3cret@", 1) + "/?token=t0ken"
			_, err := newReader(t, feed.Options{}).Read(t.Context(), feed.Request{URL: url}, now)
			if err == nil {
				t.Fatal("no error")
			}
			for _, secret := range []string{"s3cret", "t0ken", "evil", "\x1b", "\n", "\u202e"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%q is in %q", secret, err)
				}
			}
			if len(err.Error()) > 250 {
				t.Errorf("%d bytes are no line: %q", len(err.Error()), err)
			}
		})
	}
}

func TestReadSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	ttl := strings.Replace(sample, "<item>", "<ttl>90</ttl><item>", 1)
	for _, tt := range []struct {
		name, body string
		header     []string
		want       time.Duration
	}{
		{"not at all", sample, nil, 0},
		{"max-age", sample, []string{"Cache-Control", "max-age=600"}, 10 * time.Minute},
		{"the feed's ttl", ttl, nil, 90 * time.Minute},
		{"the longer of ttl and max-age", ttl, []string{"Cache-Control", "max-age=7200"}, 2 * time.Hour},
		{"a page's max-age says nothing of the feed", "<html></html>", []string{"Cache-Control", "max-age=7200"}, 0},
		{"a page's Retry-After does", "<html></html>", []string{"Retry-After", "60"}, time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, answerWith(200, tt.body, tt.header...))
			res, err := newReader(t, feed.Options{}).Read(t.Context(), feed.Request{URL: s.URL}, now)
			var got, want time.Time
			var e *feed.Error
			if errors.As(err, &e) {
				got = e.NotBefore
			} else {
				got = res.NotBefore
			}
			if tt.want != 0 {
				want = now.Add(tt.want)
			}
			if !got.Equal(want) {
				t.Errorf("not before %v, want %v", got, want)
			}
		})
	}
}
