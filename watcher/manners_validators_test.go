package watcher

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	monday  = "Mon, 02 Mar 2026 00:00:00 GMT"
	tuesday = "Tue, 03 Mar 2026 00:00:00 GMT"
)

// validatorSites are about what is kept of an answer and sent back.
var validatorSites = []site{
	{id: "etag", serve: knowing(`"abc"`, ""), judge: also(conditional(`"abc"`, ""), kept("The first"))},
	{id: "etag-weak", serve: knowing(`W/"a b"`, ""), judge: conditional(`W/"a b"`, "")},
	{id: "etag-unquoted", serve: knowing("a-b,c", ""), judge: conditional("a-b,c", "")},
	{id: "etag-not-ascii", serve: knowing("\"caf\xe9\"", ""), judge: conditional("\"caf\xe9\"", "")},
	{id: "lastmod", serve: knowing("", monday), judge: conditional("", monday)},
	{id: "lastmod-opaque", serve: knowing("", "yesterday,  about noon"), judge: conditional("", "yesterday,  about noon")},
	{id: "both-etag", serve: knowing(`"x"`, monday), judge: conditional(`"x"`, monday)},
	{id: "both-lm", serve: knowing(`"x"`, "0"), judge: conditional(`"x"`, "0")},
	{id: "no-invented", serve: ok("The first", "Expires", monday), judge: func(t *testing.T, s *record) {
		for _, h := range s.log {
			if h.validators() != [2]string{} {
				t.Errorf("invented %q", h.validators())
			}
		}
	}},
	{id: "validator-fresh", serve: func(w http.ResponseWriter, h hit) {
		header := []string{"Etag", fmt.Sprintf(`"%d"`, h.n)}
		if h.n == 1 {
			header = append(header, "Last-Modified", monday)
		}
		send(w, 200, rss("", fmt.Sprint("Number ", h.n)), header...)
	}, judge: func(t *testing.T, s *record) {
		for i, h := range s.log[1:] {
			want := [2]string{fmt.Sprintf(`"%d"`, i+1)}
			if i == 0 {
				want[1] = monday
			}
			if h.validators() != want {
				t.Errorf("request %d has %q, want %q", i+2, h.validators(), want)
			}
		}
	}},
	{id: "newer-with-304", serve: func(w http.ResponseWriter, h hit) {
		if h.n == 1 {
			send(w, 200, rss("", "The first"), "Etag", `"1"`, "Last-Modified", monday)
			return
		}
		send(w, 304, "", "Last-Modified", tuesday)
	}, judge: func(t *testing.T, s *record) {
		if got := s.log[2].validators(); got != [2]string{`"1"`, tuesday} {
			t.Errorf("after a 304 with a newer date: %q", got)
		}
	}},
	{id: "cut-validator", serve: once(2, func(w http.ResponseWriter) {
		send(w, 200, rss("", "The second"), "Etag", `"cut"`, "Content-Length", "9999")
	}), judge: also(never(`"cut"`), after(2, `"good"`), kept("The first", "The last"))},
	{id: "cut-validator-gzip", serve: once(2, func(w http.ResponseWriter) {
		send(w, 200, zipped(rss("", "The second"))[:40], "Etag", `"cut"`, "Content-Encoding", "gzip")
	}), judge: also(never(`"cut"`), after(2, `"good"`), kept("The first", "The last"))},
	{id: "items-cut", serve: once(2, func(w http.ResponseWriter) {
		whole := rss("", "The second", "The third")
		send(w, 200, whole[:strings.Index(whole, "third")], "Etag", `"cut"`)
	}), judge: also(never(`"cut"`), after(2, ""), kept("The first", "The second", "The last"))},
	{id: "garbage-validator", serve: once(2, func(w http.ResponseWriter) {
		send(w, 200, "<!DOCTYPE html><html><body>Our servers rest.</body></html>", "Etag", `"garbage"`)
	}), judge: also(never(`"garbage"`), after(2, `"good"`))},
	{id: "items-garbage", serve: once(2, func(w http.ResponseWriter) {
		send(w, 200, "<rss><channel", "Etag", `"garbage"`)
	}), judge: also(never(`"garbage"`), kept("The first", "The last"))},
	{id: "empty-body", serve: once(2, func(w http.ResponseWriter) { send(w, 200, "", "Etag", `"empty"`) }),
		judge: also(never(`"empty"`), after(2, `"good"`), kept("The first", "The last"))},
	{id: "err-validator", serve: once(2, func(w http.ResponseWriter) { send(w, 500, "oops", "Etag", `"error"`) }),
		judge: also(never(`"error"`), after(2, `"good"`))},
	{id: "long-validator", serve: ok("The first", "Etag", `"`+strings.Repeat("a", 100_000)+`"`), judge: each(func(h hit) bool {
		return h.validators() == [2]string{}
	})},
	{id: "restart-conditional", serve: knowing(`"abc"`, monday), judge: func(t *testing.T, s *record) {
		// The document comes every 24 hours.
		for _, h := range s.log[1:] {
			if from := h.at.Sub(s.log[0].at); from > restart-2*time.Hour && from < restart+2*time.Hour && h.validators() != [2]string{`"abc"`, monday} {
				t.Errorf("%s in, with %q", from, h.validators())
			}
		}
		neverSooner(time.Hour)(t, s)
	}},
	{id: "lying-304", serve: func(w http.ResponseWriter, h hit) {
		if h.validators() != [2]string{} {
			send(w, 304, "")
			return
		}
		send(w, 200, rss("", fmt.Sprint("The news of day ", h.at.Day())), "Etag", `"always"`)
	}, judge: also(conditional(`"always"`, ""), kept("The news of day 2", "The news of day 3", "The news of day 4"))},
	{id: "digest", serve: ok("The first"), judge: func(t *testing.T, s *record) {
		for i, r := range s.reports {
			if r.Unchanged != (i > 0) {
				t.Errorf("poll %d: unchanged is %v", i+1, r.Unchanged)
			}
		}
	}},
	{id: "digest-not-of-what-was-repaired", serve: func(w http.ResponseWriter, _ hit) {
		whole := rss("", "The first", "The second")
		send(w, 200, whole[:strings.Index(whole, "second")])
	}, judge: func(t *testing.T, s *record) {
		if s.feeds[0].Digest != "" || slices.ContainsFunc(s.reports, func(r PollReport) bool { return r.Unchanged }) {
			t.Errorf("digest %q", s.feeds[0].Digest)
		}
	}},
	{id: "digest-after-failures", serve: once(2, func(w http.ResponseWriter) { send(w, 200, "<html>") }), judge: func(t *testing.T, s *record) {
		if s.feeds[0].Digest == "" || s.feeds[0].Failures > 0 {
			t.Errorf("%+v", s.feeds[0])
		}
	}},
}

// once answers with a feed and the validator "good", at the nth request in another
// way, and after it with one item more to whoever does not know it.
func once(n int, otherwise func(w http.ResponseWriter)) func(w http.ResponseWriter, h hit) {
	return func(w http.ResponseWriter, h hit) {
		switch {
		case h.n == n:
			otherwise(w)
		case h.n < n:
			send(w, 200, rss("", "The first"), "Etag", `"good"`)
		case h.validators()[0] == `"last"`:
			send(w, 304, "")
		default:
			send(w, 200, rss("", "The first", "The last"), "Etag", `"last"`)
		}
	}
}

// never fails the test where an etag is sent back.
func never(etag string) func(t *testing.T, s *record) {
	return func(t *testing.T, s *record) {
		for i, h := range s.log {
			if h.validators()[0] == etag {
				t.Errorf("request %d has the validator %s", i+1, etag)
			}
		}
	}
}

// after fails the test unless the request after the nth has the etag.
func after(n int, etag string) func(t *testing.T, s *record) {
	return func(t *testing.T, s *record) {
		if got := s.log[n].validators()[0]; got != etag {
			t.Errorf("the request after the %dth has the validator %q, want %q", n, got, etag)
		}
	}
}
