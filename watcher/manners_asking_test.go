package watcher

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// movingSites are about redirects; elsewhere is another host.
func movingSites(elsewhere *openSite) []site {
	// to redirects /feed to /target, which answers as target does.
	to := func(status int, target func(w http.ResponseWriter, h hit)) func(w http.ResponseWriter, h hit) {
		return func(w http.ResponseWriter, h hit) {
			if h.path == "/target" {
				target(w, h)
				return
			}
			moved(w, status, "/target")
		}
	}
	html := func(w http.ResponseWriter, _ hit) { send(w, 200, "<html>Please sign in</html>") }
	stays := func(t *testing.T, s *record) {
		if n, m := len(s.at("/feed")), len(s.at("/target")); n < 50 || n != m {
			t.Errorf("asked the old address %d times, the new one %d times", n, m)
		}
	}
	moves := func(t *testing.T, s *record) {
		if n, m := len(s.at("/feed")), len(s.at("/target")); n != 1 || m < 50 {
			t.Errorf("asked the old address %d times, the new one %d times", n, m)
		}
	}
	withValidators := func(t *testing.T, s *record) {
		s.log = s.at("/target")
		conditional(`"x"`, monday)(t, s)
	}
	return []site{
		{id: "perm-m301", serve: to(301, knowing(`"x"`, monday)), judge: also(moves, withValidators)},
		{id: "perm-m308", serve: to(308, ok("The first")), judge: moves},
		{id: "perm-later", serve: func(w http.ResponseWriter, h hit) {
			if h.path == "/feed" && h.n > 5 {
				moved(w, 301, "/target")
				return
			}
			knowing(`"x"`, monday)(w, h)
		}, judge: func(t *testing.T, s *record) {
			// Two redirects: the new address says "unchanged" to the first.
			if n := len(s.at("/feed")); n != 7 {
				t.Errorf("asked the old address %d times", n)
			}
		}},
		{id: "perm-html", serve: to(301, html), judge: func(t *testing.T, s *record) {
			if len(s.at("/feed")) != len(s.at("/target")) || s.feeds[0].Location != "" {
				t.Errorf("%d and %d requests, location %s", len(s.at("/feed")), len(s.at("/target")), s.feeds[0].Location)
			}
		}},
		{id: "items-html301", serve: func(w http.ResponseWriter, h hit) {
			switch {
			case h.path == "/target":
				html(w, h)
			case h.n == 2:
				moved(w, 301, "/target")
			case h.n > 2:
				send(w, 200, rss("", "The first", "The last"))
			default:
				ok("The first")(w, h)
			}
		}, judge: also(kept("The first", "The last"), func(t *testing.T, s *record) {
			if n := len(s.at("/target")); n != 1 {
				t.Errorf("asked the page %d times", n)
			}
		})},
		{id: "perm-broken", serve: to(301, func(w http.ResponseWriter, _ hit) {
			whole := rss("", "The first", "The second")
			send(w, 200, whole[:strings.Index(whole, "second")])
		}), judge: stays},
		{id: "temp-m302", serve: to(302, ok("The first")), judge: stays},
		{id: "temp-m307", serve: to(307, ok("The first")), judge: stays},
		{id: "temp-m303", serve: to(303, ok("The first")), judge: stays},
		{id: "cond-m302", serve: to(302, knowing(`"x"`, monday)), judge: withValidators},
		{id: "cond-m307", serve: to(307, knowing(`"x"`, monday)), judge: withValidators},
		{id: "every-hop-permanent", serve: func(w http.ResponseWriter, h hit) {
			switch h.path {
			case "/feed":
				moved(w, 301, "/hop")
			case "/hop":
				moved(w, 302, "/target")
			default:
				ok("The first")(w, h)
			}
		}, judge: stays},
		{id: "moved-and-back", serve: func(w http.ResponseWriter, h hit) {
			switch {
			case h.path == "/target" && h.n > 3:
				send(w, 404, "")
			case h.path == "/target":
				send(w, 200, rss("", "The first"), "Etag", `"target"`)
			case h.n == 1:
				moved(w, 301, "/target")
			default:
				send(w, 200, rss("", "The first", "The last"), "Etag", `"own"`)
			}
		}, judge: also(kept("The first", "The last"), func(t *testing.T, s *record) {
			home := s.at("/feed")
			if len(home) < 40 || home[1].validators() != [2]string{} {
				t.Errorf("%d requests at its own address, the second with %q", len(home), home[1].validators())
			}
		})},
		{id: "moved-and-in-trouble", serve: func(w http.ResponseWriter, h hit) {
			switch {
			case h.path == "/feed":
				moved(w, 301, "/target")
			case h.n == 3:
				send(w, 500, "")
			default:
				knowing(`"x"`, monday)(w, h)
			}
		}, judge: also(moves, withValidators)},
		{id: "rel-location", feeds: []string{"/a/b/feed"}, serve: func(w http.ResponseWriter, h hit) {
			if h.path == "/a/b/feed" {
				moved(w, 301, "../t%2Fx/feed?a=%20%7e b#part")
				return
			}
			ok("The first")(w, h)
		}, judge: also(kept("The first"), func(t *testing.T, s *record) {
			if n := len(s.at("/a/t%2Fx/feed?a=%20%7e%20b")); n < 50 {
				t.Errorf("asked %d times; the second request was for %s", n, s.log[1].path)
			}
		})},
		{id: "loop", serve: func(w http.ResponseWriter, _ hit) { moved(w, 302, "/feed") }, judge: also(growing, blamed("redirects in a circle"))},
		{id: "long-chain", serve: func(w http.ResponseWriter, h hit) { moved(w, 302, h.path+"x") }, judge: also(blamed("more than 10 redirects"), func(t *testing.T, s *record) {
			if n := len(s.log) / len(s.at("/feed")); n != 11 || s.feeds[0].Failures != len(s.at("/feed")) {
				t.Errorf("%d requests a poll, %d failures", n, s.feeds[0].Failures)
			}
		})},
		{id: "credentials-stay", header: http.Header{"Authorization": {"Bearer s3cret"}}, serve: func(w http.ResponseWriter, h hit) {
			moved(w, 302, elsewhere.server.URL+"/feed")
		}, judge: func(t *testing.T, s *record) {
			if s.log[0].header.Get("Authorization") != "Bearer s3cret" {
				t.Error("its own host does not get the credentials")
			}
			if len(elsewhere.seen.log) < 50 {
				t.Errorf("the other host was asked %d times", len(elsewhere.seen.log))
			}
			for _, h := range elsewhere.seen.log {
				if h.header.Get("Authorization")+h.header.Get("Referer")+h.header.Get("Cookie") != "" {
					t.Fatalf("the other host gets %v", h.header)
				}
			}
		}},
		{id: "twins", feeds: []string{"/one", "/other"}, serve: func(w http.ResponseWriter, h hit) {
			if h.path != "/target" {
				moved(w, 301, "/target")
				return
			}
			ok("The first")(w, h)
		}, judge: func(t *testing.T, s *record) {
			n := 0
			for line := range strings.Lines(s.daemon) {
				if strings.Contains(line, "two feeds have one address now") && strings.Contains(line, s.url+"/one") && strings.Contains(line, s.url+"/other") {
					n++
				}
			}
			if n != 1 {
				t.Errorf("said %d times", n)
			}
		}},
		{id: "file-scheme", serve: func(w http.ResponseWriter, _ hit) { moved(w, 301, "file:///etc/passwd") },
			judge: blamed("redirects to an address that is not http or https")},
		{id: "link-local", serve: func(w http.ResponseWriter, _ hit) { moved(w, 302, "http://169.254.169.254/latest/meta-data") },
			judge: blamed("a private or link-local address (fetch.allow_private permits private ones)")},
	}
}

// askingSites are about what a request is like, and how many there are.
var askingSites = []site{
	{id: "gzip-asked", serve: func(w http.ResponseWriter, h hit) {
		send(w, 200, zipped(rss("", "The first")), "Content-Encoding", "gzip")
	}, judge: also(kept("The first"), each(func(h hit) bool { return h.header.Get("Accept-Encoding") == "gzip" }))},
	{id: "items-gzipforced", serve: func(w http.ResponseWriter, h hit) { send(w, 200, zipped(rss("", "The first"))) }, judge: kept("The first")},
	{id: "ua-set", serve: ok("The first"), judge: each(func(h hit) bool { return strings.HasPrefix(h.header.Get("User-Agent"), "tocsin/") })},
	{id: "ua-contact", serve: ok("The first"), judge: each(func(h hit) bool { return strings.Contains(h.header.Get("User-Agent"), "+https://desk.example/bot") })},
	{id: "no-cookie", serve: ok("The first", "Set-Cookie", "a=b; Path=/"), judge: each(func(h hit) bool { return h.header["Cookie"] == nil })},
	{id: "no-referer", serve: func(w http.ResponseWriter, h hit) {
		if h.path == "/feed" {
			moved(w, 302, "/target")
			return
		}
		ok("The first")(w, h)
	}, judge: each(func(h hit) bool { return h.header["Referer"] == nil })},
	{id: "no-query", feeds: []string{"/feed", "/feed?a=b&c"}, serve: ok("The first"), judge: each(func(h hit) bool { return h.path == "/feed" || h.path == "/feed?a=b&c" })},
	{id: "accept-feed", serve: ok("The first"), judge: each(func(h hit) bool {
		a := h.header.Get("Accept")
		return strings.Contains(a, "application/rss+xml") && strings.Contains(a, "application/atom+xml") && strings.HasSuffix(a, "*/*;q=0.1")
	})},
	{id: "get-only", serve: ok("The first"), judge: each(func(h hit) bool { return h.method == http.MethodGet })},
	{id: "asked-urls-only", serve: ok("The first"), judge: each(func(h hit) bool { return h.path == "/feed" })},
	{id: "type-is-not-trusted", serve: func(w http.ResponseWriter, h hit) {
		kinds := []string{"text/html", "text/plain", "application/octet-stream", "image/png", ""}
		send(w, 200, rss("", fmt.Sprint("Number ", h.n)), "Content-Type", kinds[h.n%len(kinds)])
	}, judge: func(t *testing.T, s *record) {
		if len(s.titles) != len(s.log) {
			t.Errorf("%d articles of %d polls", len(s.titles), len(s.log))
		}
	}},
	{id: "per-host", feeds: []string{"/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9"}, serve: func(w http.ResponseWriter, h hit) {
		time.Sleep(time.Millisecond) // so that requests would meet
		ok("The first")(w, h)
	}, judge: func(t *testing.T, s *record) {
		if s.most > 2 {
			t.Errorf("%d requests at once", s.most)
		}
	}},
	{id: "keep-alive", feeds: []string{"/1", "/2", "/3"}, serve: func(w http.ResponseWriter, h hit) {
		if h.n%2 == 0 {
			send(w, 404, strings.Repeat("not here ", 1000))
			return
		}
		ok("The first")(w, h)
	}, judge: func(t *testing.T, s *record) {
		// Two at once, and the daemon starts anew once.
		if s.conns > 4 || len(s.log) < 30 {
			t.Errorf("%d connections for %d requests", s.conns, len(s.log))
		}
	}},
	{id: "spread", feeds: []string{"/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9"}, serve: ok("The first"), judge: func(t *testing.T, s *record) {
		var at []time.Time
		for _, f := range s.feeds {
			at = append(at, f.NextPoll)
			if second := f.NextPoll.Second(); f.NextPoll.Minute() != 0 || second > 30 {
				t.Errorf("%s is due at %s", f.URL, f.NextPoll)
			}
		}
		slices.SortFunc(at, time.Time.Compare)
		if len(slices.CompactFunc(at, func(a, b time.Time) bool { return a.Sub(b).Abs() < time.Millisecond })) < 8 {
			t.Errorf("due together: %v", at)
		}
	}},
}

// each fails the test where a request is not as it should be.
func each(is func(h hit) bool) func(t *testing.T, s *record) {
	return func(t *testing.T, s *record) {
		for i, h := range s.log {
			if !is(h) {
				t.Fatalf("request %d: %s %s %v", i+1, h.method, h.path, h.header)
			}
		}
	}
}
