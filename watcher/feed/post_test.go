package feed_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/watcher/feed"
)

// TestPostForm posts forms to servers that answer in many ways.
func TestPostForm(t *testing.T) {
	t.Parallel()
	form := url.Values{"hub.secret": {"the secret"}, "hub.topic": {"https://a.example/ü"}}
	var posted url.Values
	mux := http.NewServeMux()
	s := serve(t, mux.ServeHTTP)
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != "POST" || r.ParseForm() != nil || r.Header.Get("User-Agent") != "tocsin" || r.Header.Get("Referer") != "" {
			t.Errorf("%s %v", r.Method, r.Header)
		}
		posted = r.PostForm
		w.WriteHeader(202)
	})
	mux.HandleFunc("/to/{code}", func(w http.ResponseWriter, r *http.Request) {
		code := 0
		fmt.Sscan(r.PathValue("code"), &code)
		w.Header().Set("Location", "/ok")
		w.WriteHeader(code)
	})
	mux.HandleFunc("/circle", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/circle")
		w.WriteHeader(307)
	})
	mux.HandleFunc("/refuses", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(503)
		fmt.Fprintf(w, "not now: %s", r.FormValue("hub.secret"))
	})
	mux.HandleFunc("/silent", func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm() // a server notices that nobody waits once it has read all
		<-r.Context().Done()
	})
	for _, tt := range []struct {
		path    string
		problem feed.Problem // "" for none
		reason  string
	}{
		{"/ok", "", ""},
		{"/to/307", "", ""},
		{"/to/308", "", ""},
		{"/to/301", feed.Status, "301 Moved Permanently"},
		{"/to/302", feed.Status, "302 Found"},
		{"/to/303", feed.Status, "303 See Other"},
		{"/circle", feed.Status, "redirects in a circle"},
		{"/refuses", feed.Status, "503 Service Unavailable"},
		{"/none", feed.Status, "404 Not Found"},
		{"/silent", feed.Timeout, "no answer"},
	} {
		t.Run(tt.path, func(t *testing.T) {
			timeout := time.Minute
			if tt.path == "/silent" {
				timeout = 50 * time.Millisecond
			}
			posted = nil
			err := newReader(t, feed.Options{Timeout: timeout}).PostForm(t.Context(), s.URL+tt.path, form, now)
			if tt.problem == "" {
				if err != nil || posted.Encode() != form.Encode() {
					t.Errorf("%v, and %v came", err, posted)
				}
				return
			}
			var e *feed.Error
			if !errors.As(err, &e) || e.Problem != tt.problem || !strings.Contains(e.Reason, tt.reason) || strings.Contains(e.Reason, "secret") {
				t.Errorf("got %v, want %s: %s", err, tt.problem, tt.reason)
			}
			if wants := now.Add(2 * time.Hour); tt.path == "/refuses" && !e.NotBefore.Equal(wants) {
				t.Errorf("is to be asked again at %s, want %s", e.NotBefore, wants)
			}
		})
	}
}

func TestPostFormGoesWhereReadsMay(t *testing.T) {
	t.Parallel()
	s := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a private address was asked") })
	r := feed.NewReader(feed.Options{})
	defer r.Close()
	for _, address := range []string{s.URL, "ftp://hub.example/", "https://", "http://169.254.169.254/"} {
		var e *feed.Error
		if err := r.PostForm(t.Context(), address, nil, now); !errors.As(err, &e) || e.Problem != feed.Forbidden {
			t.Errorf("%s: %v", address, err)
		}
	}
}
