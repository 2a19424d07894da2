package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"tocsin/watcher/config"
	"tocsin/watcher/web"
	"tocsin/watcher/web/page"
	"tocsin/watcher/websub"
)

// site is what the daemon serves over HTTP.
type site struct {
	log    *slog.Logger
	access page.Access
	mux    *http.ServeMux
	listen net.Listener // nil: nothing is served
	server *http.Server // nil: nothing is served yet
}

// openSite listens where the configuration says. An address that nobody asked for
// may be taken, by another tocsin for instance; then nothing is served.
func openSite(log *slog.Logger, c config.Web) (*site, error) {
	s := &site{log: log, mux: http.NewServeMux()}
	s.access = page.Access{ProxyHeader: c.ProxyHeader, Proxies: c.Proxies, Hosts: c.Hosts}
	if c.Listen == "" {
		return s, nil
	}
	var err error
	if c.TokenFile != "" {
		if s.access.Token, err = readToken("web.token_file", c.TokenFile); err != nil {
			return nil, err
		}
	}
	listen, err := net.Listen("tcp", c.Listen)
	switch {
	case err == nil:
		s.listen = listen
	case c.Asked:
		return nil, usage("listening at web.listen: %w", err)
	default:
		log.Warn("the page, health and metrics are not served; name another address as web.listen, or an empty one", "err", err)
	}
	return s, nil
}

// showVitals serves how the daemon does.
func (s *site) showVitals(v *vitals) {
	o := web.Options{Token: s.access.Token, Live: v.live, Ready: v.ready, Metrics: v.metrics}
	if s.access.ProxyHeader != "" {
		o.Allow = func(r *http.Request) bool { return s.access.Allowed(r, time.Now()) }
	}
	web.Mount(s.mux, o)
}

// serve answers requests until the site is closed.
func (s *site) serve() {
	if s.listen == nil {
		return
	}
	s.server = &http.Server{
		Handler:           s.mux,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute, // a large document may come slowly
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	s.log.Info("the page, health and metrics are served", "at", s.listen.Addr().String())
	go func() {
		if err := s.server.Serve(s.listen); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("the page, health and metrics are served no more", "err", err)
		}
	}()
}

// address is where the page is; "" for nowhere.
func (s *site) address() string {
	if s.listen == nil {
		return ""
	}
	return "http://" + s.listen.Addr().String() + "/"
}

// showPage serves the page, beside what is served already.
func (s *site) showPage(d *pageDaemon) { s.mux.Handle("/", newPage(s.log, d, s.access)) }

// takePushes has what hubs send taken. It asks for no token of the site's: each push
// has one in its address.
func (s *site) takePushes(c config.Fetch, to websub.Subscriber) {
	if callback, err := url.Parse(c.WebsubCallback); err == nil {
		s.mux.Handle(callback.Path+"{token}", websub.NewHandler(s.log, to, c.MaxBody))
	}
}

// siteRest is how long requests that run may take when the daemon ends.
const siteRest = 5 * time.Second

// close ends the serving.
func (s *site) close() {
	if s.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), siteRest)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		s.server.Close()
	}
}
