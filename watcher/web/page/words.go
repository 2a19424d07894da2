package page

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// When is a time for people: how far it is from now, and when exactly.
type When struct{ Ago, Exact, ISO string }

// when tells a time as of now. The zero time is never.
func when(t, now time.Time) When {
	if t.IsZero() {
		return When{Ago: "never"}
	}
	t = t.UTC()
	w := When{Exact: t.Format("Mon 2 Jan 2006, 15:04:05 UTC"), ISO: t.Format(time.RFC3339)}
	switch d := now.Sub(t); {
	case d >= 0 && d < time.Minute:
		w.Ago = "just now"
	case d < 0 && d > -time.Minute:
		w.Ago = "in a moment"
	case d < 0:
		w.Ago = "in " + span(-d)
	case d < 30*day:
		w.Ago = span(d) + " ago"
	default:
		w.Ago = t.Format("2 Jan 2006")
	}
	return w
}

const day = 24 * time.Hour

// span is a length of time in the unit that suits it.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return count(int(d/time.Second), "second")
	case d < 2*time.Hour:
		return count(int(d/time.Minute), "minute")
	case d < 2*day:
		return count(int(d/time.Hour), "hour")
	}
	return count(int(d/day), "day")
}

// count is a number with its noun: 1 feed, 2 feeds, 1,200 matches.
func count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "ch"):
		return number(n) + " " + noun + "es"
	case strings.HasSuffix(noun, "ry"):
		return number(n) + " " + strings.TrimSuffix(noun, "y") + "ies"
	}
	return number(n) + " " + noun + "s"
}

// number is a number with commas.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// signed is points with their sign.
func signed(n int) string { return fmt.Sprintf("%+d", n) }

// cut is the begin of a text, of some characters, between words where it can be.
func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	s = string([]rune(s)[:most])
	if i := strings.LastIndexByte(s, ' '); i > len(s)/2 {
		s = s[:i]
	}
	return s + "…"
}

// link is an address that may be followed; "" for none. Feeds write what they like.
func link(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

// host is where an address is; "" where it names none.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// list joins words: a, b and c.
func list(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}
