package web

import (
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
)

// Profiles serves the profiles of Go below /debug/pprof/. Whoever uses it sees to it
// that only this machine reaches them: they tell the command line, and what is in
// memory.
//
// A request that names another host than this machine is refused: a page in a
// browser on it could have made it.
func Profiles() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isHere(r.Host) {
			say(w, http.StatusForbidden, "profiles are for this machine: ask localhost")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// isHere reports whether a Host header names this machine.
func isHere(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
