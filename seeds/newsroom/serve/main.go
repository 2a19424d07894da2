// Serve offers articles from JSON lines as feeds on a local address, so that
// tocsin can be run over them by hand:
//
//	go run ./seeds/newsroom/serve -feeds 60 articles.jsonl > feeds.yaml
//
// It prints the feed list for tocsin, a YAML file of entries, and serves until
// it is interrupted. It is a tool for working on tocsin, not a part of it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"tocsin/seeds/newsroom"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) { // which has been answered
			fmt.Fprintln(os.Stderr, "serve:", err)
		}
		os.Exit(2)
	}
}

// options is what the command line asks for.
type options struct {
	addr    string // where to listen
	feeds   int    // how many feeds to deal the articles to
	fresh   bool   // date the articles by the start instead of by the file
	verbose bool   // log requests
	file    string
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&o.addr, "addr", "127.0.0.1:0", "listen on `host:port`")
	fs.IntVar(&o.feeds, "feeds", 12, "deal the articles to `n` feeds")
	fs.BoolVar(&o.fresh, "fresh", false, "date the articles a second apart, the first now")
	fs.BoolVar(&o.verbose, "v", false, "log one line a request on standard error")
	fs.Usage = func() {
		fmt.Fprintln(stderr, "usage: serve [flags] FILE.jsonl[.gz]")
		fs.PrintDefaults()
	}
	if err := fs.Parse(args); err != nil {
		return o, flag.ErrHelp
	}
	if fs.NArg() != 1 || o.feeds < 1 {
		fs.Usage()
		return o, errors.New("want one file, and one feed at least")
	}
	o.file = fs.Arg(0)
	return o, nil
}

// run serves until ctx ends, which is no error.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	articles, err := readFile(o.file)
	if err != nil {
		return fmt.Errorf("reading articles: %w", err)
	}
	start := time.Now()
	if o.fresh {
		freshen(articles)
	}
	feeds := newsroom.Spread(articles, o.feeds)

	l, err := net.Listen("tcp", o.addr)
	if err != nil {
		return fmt.Errorf("opening the address: %w", err)
	}
	if err := writeFeedList(stdout, "http://"+l.Addr().String(), feeds); err != nil {
		l.Close()
		return fmt.Errorf("printing the feed list: %w", err)
	}
	h := newsroom.Handler(feeds, start, time.Now)
	if o.verbose {
		h = logRequests(h, stderr)
	}
	return serve(ctx, l, h)
}

func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
