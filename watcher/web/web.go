// Package web serves over HTTP how the daemon does: /livez and /readyz for
// whoever keeps it running, /metrics for Prometheus.
//
// It knows no store, feeds or rules: what it tells is handed to it. It listens
// nowhere; whoever uses it mounts it on a mux beside other things.
package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Options is what is served.
type Options struct {
	// Token is what requests must carry as Authorization: Bearer, but for
	// /livez, which tells nothing; "" asks for none, unless there is Allow.
	Token string
	// Allow lets requests through for another reason; nil for none.
	Allow func(*http.Request) bool
	// Live returns why the daemon must be restarted; nil when it lives.
	Live func() error
	// Ready returns why the daemon does not do its work, a line each; none when it
	// does. These may hold what errors say.
	Ready func(ctx context.Context) []string
	// Metrics are served to Prometheus.
	Metrics *Metrics
}

// checkLimit is how long a look at the health may take.
const checkLimit = 5 * time.Second

// Mount puts the paths of the package on mux.
func Mount(mux *http.ServeMux, o Options) {
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		if o.Live() != nil {
			say(w, http.StatusServiceUnavailable, "it hangs")
			return
		}
		say(w, http.StatusOK, "ok")
	})
	mux.Handle("GET /readyz", o.guard(http.HandlerFunc(o.readyz)))
	mux.Handle("GET /metrics", o.guard(o.Metrics.handler()))
}

// readyz says whether the daemon does its work, and why not.
func (o *Options) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkLimit)
	defer cancel()
	if reasons := o.Ready(ctx); len(reasons) > 0 {
		say(w, http.StatusServiceUnavailable, reasons...)
		return
	}
	say(w, http.StatusOK, "ok")
}

// say answers with lines for people.
func say(w http.ResponseWriter, code int, lines ...string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	fmt.Fprintln(w, strings.Join(lines, "\n"))
}

// guard lets requests through that carry the token.
func (o *Options) guard(next http.Handler) http.Handler {
	if o.Token == "" && o.Allow == nil {
		return next
	}
	want := sha256.Sum256([]byte(o.Token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		// Hashes have one length, so the time tells nothing of the token's.
		got := sha256.Sum256([]byte(token))
		allowed := o.Allow != nil && o.Allow(r)
		if !allowed && (o.Token == "" || !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(got[:], want[:]) != 1) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="tocsin"`)
			say(w, http.StatusUnauthorized, "this needs the token of web.token_file")
			return
		}
		next.ServeHTTP(w, r)
	})
}
