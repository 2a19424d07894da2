package watcher

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	w.Close()
	return b.String()
}

// waitingSites are about when the next request comes.
var waitingSites = []site{
	{id: "spacing-200", serve: ok("The first"), judge: neverSooner(time.Hour)},
	{id: "spacing-304", serve: knowing(`"x"`, ""), judge: neverSooner(time.Hour)},
	{id: "max-age", serve: knowing(`"x"`, "", "Cache-Control", "public, max-age=10800"), judge: also(neverSooner(3*time.Hour), asked(14, 19))},
	{id: "expires", serve: func(w http.ResponseWriter, h hit) {
		ok("The first", "Expires", h.at.Add(3*time.Hour).Format(http.TimeFormat))(w, h)
	}, judge: also(neverSooner(3*time.Hour), asked(14, 19))},
	{id: "ttl", serve: saying("<ttl>180</ttl>"), judge: also(neverSooner(3*time.Hour), asked(14, 19))},
	{id: "sy-update", serve: saying("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>8</sy:updateFrequency>"),
		judge: also(neverSooner(3*time.Hour), asked(14, 19))},
	{id: "skip-hours", serve: saying("<skipHours>" + hours(0, 5) + hours(7, 17) + hours(19, 23) + "</skipHours>"), judge: each(func(h hit) bool {
		return h.n == 1 || h.at.Hour() == 6 || h.at.Hour() == 18
	})},
	{id: "skip-days", serve: saying("<skipDays><day>Tuesday</day></skipDays>"), judge: also(each(func(h hit) bool {
		return h.at.Weekday() != time.Tuesday
	}), asked(26, 32))},
	{id: "skip-all", serve: saying("<skipHours>" + hours(0, 23) + "</skipHours>"), judge: asked(50, 56)},
	{id: "ttl-short", serve: saying("<ttl>1</ttl>"), judge: also(neverSooner(time.Hour), asked(50, 56))},
	{id: "mad-max-age", serve: ok("The first", "Cache-Control", "max-age=31536000"), judge: asked(3, 3)},
	{id: "mad-retry-after", serve: failing(429, "Retry-After", "31536000"), judge: asked(3, 3)},
	{id: "retry-429", serve: once(2, func(w http.ResponseWriter) { send(w, 429, "", "Retry-After", "14400") }),
		judge: also(gapAfter(2, 4*time.Hour, 5*time.Hour), gapAfter(4, time.Hour, time.Hour))},
	{id: "retry-503", serve: retryAt(http.TimeFormat), judge: gapAfter(2, 4*time.Hour, 5*time.Hour)},
	{id: "retry-503-rfc850", serve: retryAt("Monday, 02-Jan-06 15:04:05 GMT"), judge: gapAfter(2, 4*time.Hour, 5*time.Hour)},
	{id: "retry-503-asctime", serve: retryAt(time.ANSIC), judge: gapAfter(2, 4*time.Hour, 5*time.Hour)},
	{id: "backoff-429", serve: failing(429), judge: func(t *testing.T, s *record) {
		gaps := s.gaps("/feed")
		if len(gaps) < 4 || gaps[0] < 90*time.Minute {
			t.Fatalf("gaps %v", gaps)
		}
		for i := 1; i < len(gaps); i++ {
			if double := min(2*gaps[i-1], 24*time.Hour); gaps[i] < double-5*time.Minute {
				t.Errorf("after %s comes %s, which is not twice that", gaps[i-1], gaps[i])
			}
		}
	}},
	{id: "backoff-429-zero", serve: failing(429, "Retry-After", "0"), judge: asked(4, 6)},
}

// hours are the hours from one to another, as a feed skips them.
func hours(from, to int) string {
	var b strings.Builder
	for h := from; h <= to; h++ {
		fmt.Fprintf(&b, "<hour>%d</hour>", h)
	}
	return b.String()
}

// saying answers with a channel that says something, and 304 to who knows it.
func saying(channel string) func(w http.ResponseWriter, h hit) {
	return func(w http.ResponseWriter, h hit) {
		if h.validators()[0] == `"x"` {
			send(w, 304, "")
			return
		}
		send(w, 200, rss(channel, "The first"), "Etag", `"x"`)
	}
}

// failing answers with a status, always.
func failing(status int, header ...string) func(w http.ResponseWriter, h hit) {
	return func(w http.ResponseWriter, _ hit) { send(w, status, strings.Repeat("no ", 100), header...) }
}

// retryAt answers the second request with 503 and a time that is four hours off.
func retryAt(layout string) func(w http.ResponseWriter, h hit) {
	return func(w http.ResponseWriter, h hit) {
		if h.n == 2 {
			send(w, 503, "", "Retry-After", h.at.Add(4*time.Hour).Format(layout))
			return
		}
		ok("The first")(w, h)
	}
}

// asked fails the test unless there are so many requests.
func asked(from, to int) func(t *testing.T, s *record) {
	return func(t *testing.T, s *record) {
		if n := len(s.log); n < from || n > to {
			t.Errorf("%d requests, want %d to %d; gaps %v", n, from, to, s.gaps("/feed"))
		}
	}
}

// gapAfter fails the test unless the time from the nth request to the next is
// between two.
func gapAfter(n int, from, to time.Duration) func(t *testing.T, s *record) {
	return func(t *testing.T, s *record) {
		if gap := s.gaps("/feed")[n-1]; gap < from-rounding || gap > to+rounding {
			t.Errorf("%s after request %d, want %s to %s", gap, n, from, to)
		}
	}
}

// failingSites are about what follows from failures.
var failingSites = []site{
	{id: "no-retry-500", serve: failing(500), judge: also(neverSooner(time.Hour), growing)},
	{id: "spacing-404", serve: failing(404), judge: also(neverSooner(time.Hour), growing, reported("feed keeps failing"))},
	{id: "spacing-403", serve: failing(403), judge: also(growing, reported("give it credentials"))},
	{id: "spacing-401", serve: failing(401), judge: also(growing, reported("give it credentials"))},
	{id: "spacing-html", serve: func(w http.ResponseWriter, _ hit) { send(w, 200, "<html>Parked</html>") }, judge: growing},
	{id: "reset", serve: func(w http.ResponseWriter, h hit) {
		if h.n >= 2 && h.n <= 4 {
			send(w, 500, "")
			return
		}
		ok("The first")(w, h)
	}, judge: also(gapAfter(4, 4*time.Hour, 5*time.Hour), gapAfter(5, 30*time.Minute, time.Hour), gapAfter(6, time.Hour, time.Hour))},
	{id: "gone", serve: once(2, func(w http.ResponseWriter) { send(w, 410, "") }),
		judge: also(asked(2, 2), reported("feed is gone for good"))},
	{id: "bot-wall", serve: failing(403, "Cf-Mitigated", "challenge"), judge: also(growing, blamed("403 Forbidden: the site wants a browser (bot challenge)"))},
	{id: "bot-wall-200", serve: func(w http.ResponseWriter, _ hit) {
		send(w, 200, "<html><title>Just a moment...</title><script>window._cf_chl_opt = {}</script></html>")
	}, judge: blamed("200 OK: the site wants a browser (bot challenge)")},
	{id: "html", serve: func(w http.ResponseWriter, _ hit) { send(w, 200, "<html>Parked</html>") }, judge: blamed("HTML page, not a feed")},
}

// growing fails the test unless the gaps grow up to a day.
func growing(t *testing.T, s *record) {
	gaps := s.gaps("/feed")
	if len(gaps) < 5 || len(gaps) > 8 {
		t.Fatalf("gaps %v", gaps)
	}
	for i := 1; i < len(gaps); i++ {
		if gaps[i] < min(2*gaps[i-1], 24*time.Hour)-5*time.Minute {
			t.Errorf("after %s comes %s", gaps[i-1], gaps[i])
		}
	}
}

// reported fails the test unless the daemon's log has a line with the text about the
// site, as an error and once.
func reported(text string) func(t *testing.T, s *record) {
	return func(t *testing.T, s *record) {
		n := 0
		for line := range strings.Lines(s.daemon) {
			if strings.Contains(line, text) && strings.Contains(line, s.url) && strings.Contains(line, "level=ERROR") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%q is %d times in the log", text, n)
		}
	}
}

// blamed fails the test unless that is why the feed cannot be read.
func blamed(problem string) func(t *testing.T, s *record) {
	return func(t *testing.T, s *record) {
		if got := s.feeds[0].Problem; got != problem {
			t.Errorf("problem %q, want %q", got, problem)
		}
	}
}
