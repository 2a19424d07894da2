package slacktest

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
)

// units counts a text in UTF-16 units.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// steering says which invisible character of a text changes how others are
// shown; "" for none.
func steering(s string) string {
	for _, r := range s {
		switch {
		case unicode.IsControl(r) && r != '\n':
			return fmt.Sprintf("control character %U", r)
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			return fmt.Sprintf("bidirectional control %U", r)
		}
	}
	return ""
}

// date is the control sequence of a date.
var date = regexp.MustCompile(`^!date\^[0-9]+\^[^^|<>]+(\^https?://[^|<> ]+)?\|[^|<>]+$`)

// unsafeMrkdwn says what in a text for mrkdwn is live that should not be, or is
// not escaped; "" when nothing is.
func unsafeMrkdwn(s string) string {
	if what := steering(s); what != "" {
		return what
	}
	for s != "" {
		i := strings.IndexAny(s, "&<>")
		if i < 0 {
			return ""
		}
		s = s[i:]
		switch {
		case strings.HasPrefix(s, "&amp;"), strings.HasPrefix(s, "&lt;"), strings.HasPrefix(s, "&gt;"):
			_, s, _ = strings.Cut(s, ";")
		case s[0] == '<':
			control, rest, closed := strings.Cut(s[1:], ">")
			if !closed {
				return "a control sequence without an end"
			}
			if what := unsafeControl(control); what != "" {
				return what
			}
			s = rest
		default:
			return fmt.Sprintf("%q is not escaped", s[:1])
		}
	}
	return ""
}

// unsafeControl judges what stands between < and >.
func unsafeControl(s string) string {
	if date.MatchString(s) {
		return ""
	}
	target, label, _ := strings.Cut(s, "|")
	if strings.ContainsAny(label, "|<\n") {
		return fmt.Sprintf("a link with the label %q", label)
	}
	if strings.HasPrefix(target, "http") {
		return unsafeAddress(target)
	}
	return fmt.Sprintf("a mention or an unknown control sequence: <%s>", s)
}

// unsafeAddress says why something is not the plain address of a web page; ""
// when it is.
func unsafeAddress(s string) string {
	for _, r := range s {
		if r <= ' ' || r > '~' || strings.ContainsRune("|<>\"", r) {
			return fmt.Sprintf("an address with %q", r)
		}
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "not an address"
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return fmt.Sprintf("an address that is not of the web: %q", s)
	case u.User != nil:
		return "an address with a user name"
	case len(s) > maxLink:
		return fmt.Sprintf("must be less than %d characters", maxLink+1)
	}
	return ""
}
