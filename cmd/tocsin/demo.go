package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tocsin/seeds/newsroom"
	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/config"
	"tocsin/watcher/schedule"
)

func newDemo(e *env) *cobra.Command {
	var once bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See it ring: sample feeds, the starter rules, alerts in this terminal",
		Long: `Serves a small newsroom of sample feeds on loopback, polls it, judges its articles with
the starter rules, and shows here what Slack would show. For about a minute news comes in;
Ctrl-C ends it. The page is served meanwhile, at an address that is said. Needs no network and no configuration, and touches nothing outside a
temporary folder.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.demo(ctx, once)
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "exit when the first round is delivered")
	return cmd
}

// demoSchedule is how often the demo polls: often enough that one sees the news
// come in.
const demoSchedule = "@every 2s"

func (e *env) demo(ctx context.Context, once bool) error {
	dir, err := os.MkdirTemp("", "tocsin-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	room, err := openNewsroom(time.Now())
	if err != nil {
		return err
	}
	defer room.Close()
	s, err := e.demoSettings(room, dir)
	if err != nil {
		return err
	}
	e.printf("a newsroom of %s is open at %s, polled every 2 seconds and judged by %s", count(len(s.config.Feeds), "sample feed"), room.url, count(len(s.rules.Rules()), "starter rule"))
	out := newConsole(e.stderr)
	log := newLogger(out.writer(e.stderr), quiet(s.config.Log), true)
	sink := watcher.TerminalSink(out.writer(e.stdout), e.terminalOptions())
	shown := new(pageDaemon)
	shown.use(s.config, s.rules)
	return s.watch(ctx, log, sink, listeners{opened: func(db store.Store) { shown.db = db }}, func(w *watcher.Watcher) error {
		if !once {
			shown.ready, shown.poll = w.Troubles, w.PollNow
			return e.demoPage(ctx, log, shown, w.Run)
		}
		sum, err := w.Once(ctx, true)
		if err == nil {
			e.printf("%s", summary(sum))
		}
		return err
	})
}

// demoPage runs the demo with its page beside, at the usual address or, where that is
// taken, at another one.
func (e *env) demoPage(ctx context.Context, log *slog.Logger, shown *pageDaemon, run func(context.Context) error) error {
	site, err := openSite(log, config.Web{Listen: config.DefaultListen, Asked: true})
	if err != nil {
		site, err = openSite(log, config.Web{Listen: "127.0.0.1:0", Asked: true})
	}
	if err != nil {
		return err
	}
	site.showPage(shown)
	site.serve()
	defer site.close()
	e.printf("see it at %s; news comes in for about a minute; Ctrl-C ends the demo", site.address())
	return run(ctx)
}

// demoSettings are the starter pack's, for the newsroom's feeds.
func (e *env) demoSettings(room *openRoom, dir string) (*settings, error) {
	l, err := loadRulePaths([]string{config.Builtin}, time.Now())
	if err != nil {
		return nil, err
	}
	if l.set == nil {
		return nil, e.refuse(l.problems)
	}
	every, err := schedule.Parse(demoSchedule)
	if err != nil {
		return nil, err
	}
	c, problems := config.Default()
	if c == nil {
		return nil, e.refuse(problems)
	}
	c.Store = filepath.Join(dir, config.DefaultStore)
	c.Fetch.AllowPrivate = true
	c.Fetch.MinInterval = time.Second
	c.Fetch.PerHost = c.Fetch.Concurrency // all feeds are on one host
	c.Feeds = nil
	for _, f := range room.feeds {
		c.Feeds = append(c.Feeds, config.Feed{URL: room.url + "/" + f.Name, Tags: f.Tags, Schedule: every, MaxAge: config.DefaultMaxAge})
	}
	return &settings{config: c, rules: l.set}, nil
}

// openRoom is a newsroom that is being served.
type openRoom struct {
	feeds  []newsroom.Feed
	url    string
	server *http.Server
}

// openNewsroom serves the sample feeds on a free port of loopback; its news
// comes in from start on.
func openNewsroom(start time.Time) (*openRoom, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	feeds := newsroom.Demo()
	r := &openRoom{
		feeds:  feeds,
		url:    "http://" + l.Addr().String(),
		server: &http.Server{Handler: newsroom.Handler(feeds, start, time.Now)},
	}
	go r.server.Serve(l)
	return r, nil
}

// Close ends the serving.
func (r *openRoom) Close() { r.server.Close() }
