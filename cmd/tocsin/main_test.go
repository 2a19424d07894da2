package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tocsin/seeds/newsroom"
	"tocsin/store"
	"tocsin/store/sqlite"
	"tocsin/watcher/slack/slacktest"
)

// asTocsin makes the test binary behave as the program, for tests that need a
// process of its own to kill.
const asTocsin = "TOCSIN_TEST_AS_TOCSIN"

func TestMain(m *testing.M) {
	if os.Getenv(asTocsin) != "" {
		main()
		return
	}
	// A signal that this process ignores, as under nohup, would be ignored by those
	// that it starts; one that it catches is not.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	// A process that looks for races would rest for a second before it ends.
	os.Setenv("GORACE", strings.TrimSpace(os.Getenv("GORACE")+" atexit_sleep_ms=0"))
	testscript.Main(m, map[string]func(){"tocsin": main})
}

// TestScripts runs the program as people and programs do. Each script begins
// with the reason it is there.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(e *testscript.Env) error {
			e.Setenv("TOCSIN_SLACK_TOKEN", "")
			e.Setenv("TOCSIN_SLACK_APP_TOKEN", "")
			e.Setenv("TZ", "UTC")
			e.Setenv("GORACE", os.Getenv("GORACE"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"newsroom": serveNewsroom,
			"badsite":  serveBadSite,
			"site":     serveSite,
			"slack":    serveSlack,
			"vote":     castVote,
			"fill":     fill,
			"exits":    exits,
		},
	})
}

// exits CODE ARG... runs tocsin and checks its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code arg...")
	}
	err := ts.Exec("tocsin", args[1:]...)
	code := 0
	if err != nil {
		var exit interface{ ExitCode() int }
		if !errors.As(err, &exit) {
			ts.Fatalf("running tocsin: %v", err)
		}
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// newsroom FILE N serves the articles in FILE, JSON lines, as N feeds that are
// dated now, sets $NEWSROOM to its address and writes feeds.yaml. What is asked
// of it is noted in requests.log when the script asks for `newsroom log`.
func serveNewsroom(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: newsroom file feeds")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	f, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	articles, err := newsroom.ReadJSONLines(f)
	ts.Check(err)
	feeds := newsroom.Spread(articles, n)
	server := httptest.NewServer(newsroom.Handler(feeds, time.Now(), time.Now))
	ts.Defer(server.Close)
	ts.Setenv("NEWSROOM", server.URL)
	var list strings.Builder
	for _, f := range feeds {
		fmt.Fprintf(&list, "- url: %s/%s\n", server.URL, f.Name)
	}
	ts.Check(os.WriteFile(ts.MkAbs("feeds.yaml"), []byte(list.String()), 0o644))
}

// badsite serves what feeds should not be, sets $BADSITE to its address, and
// $NOSITE to one where nobody listens.
func serveBadSite(ts *testscript.TestScript, neg bool, args []string) {
	mux := http.NewServeMux()
	text := func(path, contentType, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			fmt.Fprint(w, body)
		})
	}
	text("/html", "text/html", "<!DOCTYPE html><html><head><title>Shop</title></head><body>Buy</body></html>")
	text("/garbage", "application/rss+xml", "\x00\x01\x02 not a feed \xff\xfe")
	text("/empty", "application/rss+xml", "")
	mux.HandleFunc("/gone", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "gone", http.StatusGone) })
	mux.HandleFunc("/huge", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(300<<20))
		pour(w, 300<<20)
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<?xml version="1.0"?><rss version="2.0"><channel>`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	text("/links", "text/html", manyLinks(10_000))
	text("/deep", "text/html", strings.Repeat("<div>", 200_000))
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		pour(z, 8<<20)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	server := httptest.NewServer(mux)
	ts.Defer(server.Close)
	ts.Setenv("BADSITE", server.URL)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("NOSITE", "http://"+l.Addr().String())
	ts.Check(l.Close())
}

// manyLinks is a page that names n feeds, links to as many, and has none.
func manyLinks(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<link rel=alternate type=application/rss+xml href=/rss/%d><a href=/feed/%d>RSS</a>\n", i, i)
	}
	return b.String()
}

// pour writes n bytes of a feed's begin, as far as somebody reads.
func pour(w io.Writer, n int) {
	line := []byte(strings.Repeat("<item><title>More of the same</title></item>\n", 100))
	fmt.Fprint(w, `<?xml version="1.0"?><rss version="2.0"><channel>`)
	for written := 0; written < n; written += len(line) {
		if _, err := w.Write(line); err != nil {
			return
		}
	}
}

// slack serves a stand-in for Slack and sets $SLACK to the address of its API and
// $WEBHOOK to that of a webhook.
func serveSlack(ts *testscript.TestScript, neg bool, args []string) {
	server := slacktest.New(slacktest.Options{
		Channels: []slacktest.Channel{{ID: "C0123456789", Name: "ai-news"}, {ID: "C0123456780", Name: "closed", NotMember: true}},
		Scopes:   "chat:write,channels:read,groups:read,channels:history",
	})
	ts.Defer(server.Close)
	ts.Setenv("SLACK", server.APIURL())
	ts.Setenv("WEBHOOK", server.WebhookURL())
	ts.Setenv("TOCSIN_SLACK_TOKEN", slacktest.Token)
	ts.Defer(func() {
		if v := server.Violations(); len(v) > 0 {
			ts.Fatalf("Slack was used against its rules: %q", v)
		}
	})
}

// fill FILE... replaces $NAME in files by the script's variables.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		text := ts.ReadFile(name)
		for _, v := range []string{"NEWSROOM", "BADSITE", "NOSITE", "SITE", "SLACK", "WEBHOOK"} {
			text = strings.ReplaceAll(text, "$"+v, ts.Getenv(v))
		}
		ts.Check(os.WriteFile(filepath.Clean(ts.MkAbs(name)), []byte(text), 0o644))
	}
}

// vote useful|not TITLE has somebody vote at the alerts in tocsin.db whose titles have
// TITLE in them.
func castVote(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: vote useful|not title")
	}
	ctx := context.Background()
	db, err := sqlite.Open(ctx, ts.MkAbs("tocsin.db"))
	ts.Check(err)
	defer db.Close()
	alerts, err := db.Alerts(ctx, time.Time{})
	ts.Check(err)
	deed := store.Deed{Person: "U0ANN", Name: "ann", Kind: store.NotRelevant, At: time.Now()}
	if args[0] == "useful" {
		deed.Kind = store.Useful
	}
	found := false
	for _, a := range alerts {
		if strings.Contains(string(a.Content), args[1]) {
			deed.Alert, found = a.ID, true
			ts.Check(db.RecordFeedback(ctx, deed))
		}
	}
	if !found {
		ts.Fatalf("no alert has %q", args[1])
	}
}
