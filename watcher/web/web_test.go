package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestProfilesAreForThisMachine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		host, path string
		code       int
	}{
		{"localhost", "/debug/pprof/", 200},
		{"127.0.0.1:6060", "/debug/pprof/heap", 200},
		{"[::1]:6060", "/debug/pprof/cmdline", 200},
		{"evil.example", "/debug/pprof/heap", 403},
		{"192.0.2.1:6060", "/debug/pprof/", 403},
		{"localhost", "/metrics", 404},
	} {
		r := httptest.NewRequest("GET", tt.path, nil)
		r.Host = tt.host
		w := httptest.NewRecorder()
		Profiles().ServeHTTP(w, r)
		if w.Code != tt.code {
			t.Errorf("%s of %s: %d, want %d", tt.path, tt.host, w.Code, tt.code)
		}
	}
}

func TestPathsAnswer(t *testing.T) {
	t.Parallel()
	well := Options{Live: func() error { return nil }, Ready: func(context.Context) []string { return nil }}
	ill := Options{
		Live:  func() error { return http.ErrAbortHandler },
		Ready: func(context.Context) []string { return []string{"store: the disk is full", "alerts: Slack takes none"} },
	}
	locked := well
	locked.Token = "secret"
	proxied := well
	proxied.Allow = func(r *http.Request) bool { return r.Header.Get("Authorization") == "by proxy" }
	for _, tt := range []struct {
		name, path, authorization string
		options                   Options
		code                      int
		body                      string // "" any
	}{
		{"a living daemon lives", "/livez", "", well, 200, "ok\n"},
		{"one that hangs does not, and says no more", "/livez", "", ill, 503, "it hangs\n"},
		{"a ready daemon is ready", "/readyz", "", well, 200, "ok\n"},
		{"one that is not says every reason", "/readyz", "", ill, 503, "store: the disk is full\nalerts: Slack takes none\n"},
		{"metrics are served whatever the health", "/metrics", "", ill, 200, ""},
		{"there is nothing else", "/", "", well, 404, ""},
		{"whether it lives is no secret", "/livez", "", locked, 200, "ok\n"},
		{"reasons need the token", "/readyz", "", locked, 401, ""},
		{"metrics need the token", "/metrics", "", locked, 401, ""},
		{"another token does not do", "/metrics", "Bearer secrets", locked, 401, ""},
		{"another scheme does not do", "/metrics", "Basic secret", locked, 401, ""},
		{"the token does", "/metrics", "bearer secret", locked, 200, ""},
		{"without a token, what else allows it does", "/metrics", "by proxy", proxied, 200, ""},
		{"and nothing does without", "/metrics", "Bearer ", proxied, 401, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.options.Metrics = NewMetrics(Build{})
			mux := http.NewServeMux()
			Mount(mux, tt.options)
			r := httptest.NewRequest("GET", tt.path, nil)
			if tt.authorization != "" {
				r.Header.Set("Authorization", tt.authorization)
			}
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, r)
			if w.Code != tt.code || tt.body != "" && w.Body.String() != tt.body {
				t.Errorf("%d %q", w.Code, w.Body)
			}
		})
	}
}
