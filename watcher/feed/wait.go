package feed

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxWait is the longest that a server can keep us away. A mad header must not
// park a feed for a year.
const maxWait = 24 * time.Hour

// Fresh is how long the feed says that it stays as it is, in whichever way it says
// so, at most a day; 0 when it does not say.
func (d *Document) Fresh() time.Duration { return min(max(d.TTL, d.Period), maxWait) }

// notBefore is the earliest time at which the headers of an answer want the next
// request; zero when they do not say.
func notBefore(h http.Header, now time.Time) time.Time {
	return later(bounded(fresh(h, now), now), retryAfter(h, now))
}

// fresh is how long the answer stays fresh: by max-age, else by Expires
// (RFC 9111, 5.3).
func fresh(h http.Header, now time.Time) time.Time {
	if age, ok := maxAge(h); ok {
		return now.Add(age)
	}
	expires, err := http.ParseTime(h.Get("Expires"))
	if err != nil {
		return time.Time{}
	}
	// The server's clock may be wrong; its two times belong together.
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return now.Add(expires.Sub(date))
	}
	return expires
}

// maxAge is Cache-Control's max-age, less the Age that the answer already has.
func maxAge(h http.Header) (time.Duration, bool) {
	for _, line := range h.Values("Cache-Control") {
		for directive := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
			if !strings.EqualFold(name, "max-age") {
				continue
			}
			if age, ok := seconds(strings.Trim(value, `" `)); ok {
				spent, _ := seconds(h.Get("Age"))
				return age - spent, true
			}
		}
	}
	return 0, false
}

// retryAfter is the time of a Retry-After header in either form; zero when there
// is none.
func retryAfter(h http.Header, now time.Time) time.Time {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if wait, ok := seconds(value); ok {
		return bounded(now.Add(wait), now)
	}
	if t, err := http.ParseTime(value); err == nil {
		return bounded(t, now)
	}
	return time.Time{}
}

// maxSeconds keeps a number of seconds within a time.Duration.
const maxSeconds = 1e9

// seconds parses a non-negative number of seconds.
func seconds(s string) (time.Duration, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > maxSeconds {
		n = maxSeconds
	}
	return time.Duration(n) * time.Second, true
}

// bounded is t in UTC, at most maxWait after now, and zero when t is not after
// now.
func bounded(t, now time.Time) time.Time {
	switch {
	case !t.After(now):
		return time.Time{}
	case t.Sub(now) > maxWait:
		t = now.Add(maxWait)
	}
	return t.UTC()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
