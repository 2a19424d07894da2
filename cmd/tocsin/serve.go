package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"tocsin/watcher"
	"tocsin/watcher/websub"
)

// The limits of one request, so that nobody who takes their time keeps a
// connection for ever. A large document may come slowly.
const (
	headerLimit  = 10 * time.Second
	requestLimit = time.Minute
	answerLimit  = 2 * time.Minute
	idleLimit    = 2 * time.Minute
	maxHeader    = 64 << 10
	// closeLimit is how long requests that run are waited for at the end.
	closeLimit = 5 * time.Second
)

// listen opens the port that the daemon serves; nil where there is nothing to
// serve.
func (s *settings) listen() (net.Listener, error) {
	if s.config.Fetch.WebsubCallback == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", s.config.Web.Listen)
	if err != nil {
		return nil, usage("listening on web.listen: %w", err)
	}
	return l, nil
}

// handler is all that is served over HTTP.
func (s *settings) handler(log *slog.Logger, w *watcher.Watcher) http.Handler {
	mux := http.NewServeMux()
	if callback, err := url.Parse(s.config.Fetch.WebsubCallback); err == nil && callback.Path != "" {
		mux.Handle(callback.Path+"{token}", websub.NewHandler(log, w.Subscriber(), s.config.Fetch.MaxBody))
	}
	return mux
}

// serving serves a handler while work runs, and returns when both have ended. A
// nil listener serves nothing.
func serving(log *slog.Logger, l net.Listener, h http.Handler, work func() error) error {
	if l == nil {
		return work()
	}
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: headerLimit, ReadTimeout: requestLimit, WriteTimeout: answerLimit, IdleTimeout: idleLimit,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	log.Info("serving", "address", l.Addr())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("nothing is served any more", "err", err)
		}
	}()
	err := work()
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		server.Close() // whoever is still there loses the connection, and comes again
	}
	<-ended
	return err
}
