package feed

import (
	"crypto/tls"
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
	r.transport.TLSClientConfig = &tls.Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
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
