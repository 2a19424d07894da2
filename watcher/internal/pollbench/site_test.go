package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// ask asks a feed, with a validator or "".
func ask(t *testing.T, c *http.Client, url, etag string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return resp
}

func TestASiteAnswersAsItIsTold(t *testing.T) {
	t.Parallel()
	s, err := serve(3, newNewsroom(testTime), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	urls := s.urls()

	first := ask(t, c, urls[1], "")
	etag := first.Header.Get("ETag")
	if first.StatusCode != http.StatusOK || etag == "" {
		t.Fatalf("%d, ETag %q", first.StatusCode, etag)
	}
	if again := ask(t, c, urls[1], etag); again.StatusCode != http.StatusNotModified {
		t.Errorf("%d for a known validator", again.StatusCode)
	}
	if err := s.answered(map[int]int{http.StatusOK: 1, http.StatusNotModified: 1}); err != nil {
		t.Error(err)
	}
	if starts := s.starts(); !starts[0].IsZero() || starts[1].IsZero() {
		t.Errorf("asked at %v", starts)
	}

	s.reset(manner{noValidators: true})
	if bare := ask(t, c, urls[1], etag); bare.StatusCode != http.StatusOK || bare.Header.Get("ETag") != "" {
		t.Errorf("%d, ETag %q without validators", bare.StatusCode, bare.Header.Get("ETag"))
	}

	s.reset(manner{})
	if n := s.update(2, func(src *source) { newNewsroom(testTime).publish(src) }); n != 2 {
		t.Errorf("%d feeds of 3 are changed", n)
	}
	for i, url := range urls {
		if resp := ask(t, c, url, s.feeds[i].etag); resp.StatusCode != http.StatusNotModified {
			t.Errorf("%d for the validator of feed %d", resp.StatusCode, i)
		}
	}
	if resp := ask(t, c, urls[0], etag); resp.StatusCode != http.StatusOK {
		t.Errorf("%d for another feed's validator", resp.StatusCode)
	}
}

func TestASiteOverTLSIsTrusted(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "authority.pem")
	a, err := newAuthority(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := serve(2, newNewsroom(testTime), a)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots}}}
	for _, url := range s.urls() {
		if resp := ask(t, c, url, ""); resp.StatusCode != http.StatusOK {
			t.Errorf("%d of %s", resp.StatusCode, url)
		}
	}
}
