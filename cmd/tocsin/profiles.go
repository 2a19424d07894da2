package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"tocsin/watcher/web"
)

// serveProfiles serves the profiles of Go at a network and an address of this
// machine, until close is called; nowhere, where there is no address.
func serveProfiles(log *slog.Logger, at [2]string) (close func(), err error) {
	network, address := at[0], at[1]
	if address == "" {
		return func() {}, nil
	}
	listen, err := listenHere(network, address)
	if err != nil {
		return nil, usage("listening at web.pprof: %w", err)
	}
	server := &http.Server{
		Handler: web.Profiles(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	log.Warn("profiles are served", "network", network, "at", listen.Addr().String())
	go server.Serve(listen) // its error is that it was closed
	return func() { server.Close() }, nil
}

// listenHere listens at an address, or on a socket that only this user can open. A
// socket that a daemon left behind is taken over.
func listenHere(network, address string) (net.Listener, error) {
	if network != "unix" {
		return net.Listen(network, address)
	}
	listen, err := net.Listen(network, address)
	if errors.Is(err, syscall.EADDRINUSE) && abandoned(address) {
		if err := os.Remove(address); err != nil {
			return nil, err
		}
		listen, err = net.Listen(network, address)
	}
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(address, 0o600); err != nil {
		listen.Close()
		return nil, fmt.Errorf("closing it to others: %w", err)
	}
	return listen, nil
}

// abandoned reports whether there is a socket at which nobody listens.
func abandoned(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSocket == 0 {
		return false
	}
	c, err := net.Dial("unix", path)
	if err == nil {
		c.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}
