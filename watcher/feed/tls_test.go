package feed

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// tlsReader returns a Reader that trusts s.
func tlsReader(t *testing.T, s *httptest.Server) *Reader {
	r := NewReader(Options{AllowPrivate: true})
	r.transport.TLSClientConfig.RootCAs = s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	t.Cleanup(r.Close)
	return r
}

func TestReadNeverFallsToHTTP(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.RedirectHandler("http://127.0.0.1:9/feed", http.StatusMovedPermanently))
	t.Cleanup(s.Close)
	_, err := tlsReader(t, s).Read(t.Context(), Request{URL: s.URL}, time.Time{})
	if err == nil || err.Error() != "redirects from https to http" {
		t.Errorf("error is %v", err)
	}
}

func TestReadChecksCertificates(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	r := NewReader(Options{AllowPrivate: true})
	t.Cleanup(r.Close)
	_, err := r.Read(t.Context(), Request{URL: s.URL}, time.Time{})
	if err == nil || err.Error() != "the certificate is from an unknown authority" {
		t.Errorf("error is %v", err)
	}
}

const tlsSample = `<rss version="2.0"><channel><title>T</title><item><title>A</title></item></channel></rss>`

func TestReadResumesTLSSessionsAndSpeaksHTTP2(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		http2 bool
		want  string
	}{
		{"a server that offers HTTP/2", true, "HTTP/2.0"},
		{"a server that does not", false, "HTTP/1.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var seen []*http.Request
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen = append(seen, r)
				_, _ = io.WriteString(w, tlsSample)
			}))
			s.EnableHTTP2 = tt.http2
			s.StartTLS()
			t.Cleanup(s.Close)
			r := tlsReader(t, s)
			for range 3 {
				if _, err := r.Read(t.Context(), Request{URL: s.URL}, time.Time{}); err != nil {
					t.Fatal(err)
				}
				r.transport.CloseIdleConnections() // as happens between two polls
			}
			for i, req := range seen {
				if req.Proto != tt.want || req.TLS.DidResume != (i > 0) {
					t.Errorf("request %d: %s, resumed: %v", i+1, req.Proto, req.TLS.DidResume)
				}
			}
		})
	}
}
