package feed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestHostOf(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://A.example/feed":           "a.example:443",
		"http://a.example./feed":           "a.example:80",
		"https://bücher.example/feed":      "xn--bcher-kva.example:443",
		"https://BÜCHER.example:443/":      "xn--bcher-kva.example:443",
		"https://xn--bcher-kva.example/":   "xn--bcher-kva.example:443",
		"https://b%C3%BCcher.example/":     "xn--bcher-kva.example:443",
		"http://[2001:DB8::1]:8080/":       "[2001:db8::1]:8080",
		"https://under_score.example/":     "under_score.example:443",
		"https://user:word@a.example/?q#f": "a.example:443",
		"https://a\x00b/":                  "",
	} {
		if got := HostOf(address); got != want {
			t.Errorf("the host of %q is %q, want %q", address, got, want)
		}
	}
	if !SameHome("https://bücher.example/feed", "https://XN--BCHER-KVA.example./a") {
		t.Error("a name and its punycode are two homes")
	}
}

func TestEscapeQuery(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"":                    "",
		"a=b&c=%20%7e+~;d":    "a=b&c=%20%7e+~;d",
		"a=b c\td":            "a=b%20c%09d",
		"q=caf\u00e9\xff\x7f": "q=caf%C3%A9%FF%7F",
	} {
		if got := escapeQuery(query); got != want {
			t.Errorf("%q is sent as %q, want %q", query, got, want)
		}
	}
}

// late is an error of a network that took too long.
type late struct{ text string }

func (l late) Error() string { return l.text }
func (late) Timeout() bool   { return true }
func (late) Temporary() bool { return true }

func TestEachPartOfARequestHasItsLimit(t *testing.T) {
	t.Parallel()
	r := NewReader(Options{Timeout: time.Minute})
	defer r.Close()
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&net.OpError{Op: "dial", Err: late{"i/o timeout"}}, "no connection within 10s"},
		{&net.OpError{Op: "dial", Err: &net.DNSError{IsTimeout: true}}, "the host's name cannot be looked up in time"},
		{late{"net/http: TLS handshake timeout"}, "no TLS connection within 10s"},
		{late{"net/http: timeout awaiting response headers"}, "no answer within 20s"},
		{late{"http2: timeout awaiting response headers"}, "no answer within 20s"},
		{late{"something new"}, "no answer in time"},
	} {
		e := r.transportError(t.Context(), fmt.Errorf("asking: %w", tt.err), "no answer")
		if e.Problem != Timeout || e.Reason != tt.want {
			t.Errorf("%v: %s, %q, want %q", tt.err, e.Problem, e.Reason, tt.want)
		}
	}
	if r.transport.ResponseHeaderTimeout != headerLimit || r.transport.TLSHandshakeTimeout != connectLimit || r.transport.MaxConnsPerHost != DefaultPerHost {
		t.Errorf("limits are %+v", r.transport)
	}
}

// A document that is known is not parsed: this one would take the parser long.
func TestReadKnowsADocumentBeforeItParsesIt(t *testing.T) {
	t.Parallel()
	body, kind := "<rss><channel", "text/xml"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("ETag", `"new"`)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	r := NewReader(Options{AllowPrivate: true})
	t.Cleanup(r.Close)
	res, err := r.Read(t.Context(), Request{URL: s.URL, ETag: `"old"`, Digest: digest([]byte(body), kind)}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if !res.Unchanged || !res.Sent || res.Document != nil || res.ETag != `"new"` || res.Digest != digest([]byte(body), kind) {
		t.Errorf("%+v", res)
	}
	for name, other := range map[string]string{"other bytes": digest([]byte("x"), kind), "another charset": digest([]byte(body), "text/xml; charset=utf-16")} {
		if _, err := r.Read(t.Context(), Request{URL: s.URL, Digest: other}, time.Time{}); err == nil {
			t.Errorf("%s are the same document", name)
		}
	}
}

// busy is a server that holds requests until they are released, and one that
// redirects to it.
func busy(t *testing.T) (target, gate *httptest.Server, arrived, release chan struct{}) {
	arrived, release = make(chan struct{}, 8), make(chan struct{})
	target = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, tlsSample)
	}))
	t.Cleanup(target.Close)
	gate = httptest.NewServer(http.RedirectHandler(target.URL, http.StatusFound))
	t.Cleanup(gate.Close)
	return target, gate, arrived, release
}

func TestReadsBehindARedirectToABusyHostLetOthersGoFirst(t *testing.T) {
	t.Parallel()
	target, gate, arrived, release := busy(t)
	free := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, tlsSample) }))
	t.Cleanup(free.Close)
	r := NewReader(Options{AllowPrivate: true, PerHost: 1, Requests: 2})
	t.Cleanup(r.Close)
	done := make(chan error, 3)
	read := func(req Request) {
		_, err := r.Read(t.Context(), req, time.Time{})
		done <- err
	}
	go read(Request{URL: target.URL})
	<-arrived
	waiting := make(chan struct{})
	go read(Request{URL: gate.URL, Waiting: func() { close(waiting) }})
	<-waiting
	// One request runs, one waits; two may run.
	if _, err := r.Read(t.Context(), Request{URL: free.URL, Waiting: func() { t.Error("a free host is waited for") }}, time.Time{}); err != nil {
		t.Errorf("another host: %v", err)
	}
	close(release)
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestReadWaitsForABusyHostOnlySoLong(t *testing.T) {
	t.Parallel()
	target, gate, arrived, _ := busy(t)
	r := NewReader(Options{AllowPrivate: true, PerHost: 1, Timeout: 500 * time.Millisecond})
	t.Cleanup(r.Close)
	// Somebody keeps the host busy for good.
	seat := r.turns.seat(nil)
	if err := seat.move(t.Context(), HostOf(target.URL)); err != nil {
		t.Fatal(err)
	}
	defer seat.leave()
	_, err := r.Read(t.Context(), Request{URL: gate.URL}, time.Time{})
	var e *Error
	if !errors.As(err, &e) || e.Problem != Timeout || !strings.HasPrefix(e.Reason, "no turn within 1s") {
		t.Errorf("error is %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Read(ctx, Request{URL: gate.URL}, time.Time{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a read that is not wanted any more: %v", err)
	}
	if len(arrived) > 0 {
		t.Error("the busy host was asked")
	}
}
