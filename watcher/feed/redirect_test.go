package feed_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"tocsin/watcher/feed"
)

// newMaze serves a feed at /feed and redirects elsewhere.
func newMaze(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/feed", answerWith(200, sample))
	mux.HandleFunc("/page", answerWith(200, "<html></html>"))
	for path, to := range map[string]struct {
		status   int
		location string
	}{
		"/301": {301, "/feed"}, "/308": {308, "/feed"},
		"/302": {302, "/feed"}, "/303": {303, "/feed"}, "/307": {307, "/feed"},
		"/301-301": {301, "/301"}, "/301-302": {301, "/302"}, "/302-301": {302, "/301"},
		"/relative/301":    {301, "../feed?x=%2F"},
		"/fragment":        {301, "/feed#part"},
		"/permanent/page":  {301, "/page"},
		"/permanent/error": {301, "/nothing"},
	} {
		mux.HandleFunc(path, answerWith(to.status, "moved", "Location", to.location))
	}
	return serve(t, mux.ServeHTTP)
}

func TestReadFollowsRedirects(t *testing.T) {
	t.Parallel()
	s := newMaze(t)
	for _, tt := range []struct{ name, path, moved string }{
		{"no redirect is no move", "/feed", ""},
		{"301 is for good", "/301", "/feed"},
		{"308 is for good", "/308", "/feed"},
		{"302 is for now", "/302", ""},
		{"303 is for now", "/303", ""},
		{"307 is for now", "/307", ""},
		{"two for good", "/301-301", "/feed"},
		{"for good and then for now", "/301-302", ""},
		{"for now and then for good", "/302-301", ""},
		{"a relative address keeps its escapes", "/relative/301", "/feed?x=%2F"},
		{"a fragment is not part of it", "/fragment", "/feed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := newReader(t, feed.Options{}).Read(t.Context(), feed.Request{URL: s.URL + tt.path}, now)
			if err != nil {
				t.Fatal(err)
			}
			want := tt.moved
			if want != "" {
				want = s.URL + want
			}
			if got.Moved != want {
				t.Errorf("moved to %q, want %q", got.Moved, want)
			}
			if link := got.Document.Items[0].Link; link != s.URL+"/tide" {
				t.Errorf("link is %q: not resolved against the last address", link)
			}
		})
	}
}

func TestReadMovesOnlyToFeeds(t *testing.T) {
	t.Parallel()
	s := newMaze(t)
	for _, path := range []string{"/permanent/page", "/permanent/error"} {
		if res, err := newReader(t, feed.Options{}).Read(t.Context(), feed.Request{URL: s.URL + path}, now); err == nil {
			t.Errorf("%s: moved to %q", path, res.Moved)
		}
	}
}

func TestReadKeepsCredentialsAtHome(t *testing.T) {
	t.Parallel()
	away := make(chan http.Header, 1)
	stranger := serve(t, func(w http.ResponseWriter, r *http.Request) {
		away <- r.Header
		answerWith(200, sample)(w, r)
	})
	home := make(chan http.Header, 2)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		home <- r.Header
		to := "/second"
		if r.URL.Path == to {
			to = stranger.URL
		}
		http.Redirect(w, r, to, http.StatusFound)
	})
	url := "http://ada:s3cret@" + s.Listener.Addr().String()
	_, err := newReader(t, feed.Options{}).Read(t.Context(), feed.Request{
		URL: url, Header: http.Header{"X-Token": {"t0ken"}}, ETag: `"1"`,
	}, now)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if h := <-home; h.Get("Authorization") == "" || h.Get("X-Token") != "t0ken" || h.Get("Referer") != "" {
			t.Errorf("at home: %v", h)
		}
	}
	h := <-away
	if h.Get("Authorization")+h.Get("X-Token")+h.Get("Referer")+h.Get("Cookie") != "" {
		t.Errorf("away from home: %v", h)
	}
	if h.Get("If-None-Match") != `"1"` {
		t.Error("the validator did not go along")
	}
}
