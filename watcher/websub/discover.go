package websub

import (
	"net/url"
	"strings"
)

// Document is what an answer and the document in it say of hubs.
type Document struct {
	URL   string   // where the answer came from
	Links []string // its Link headers, as sent
	Hubs  []string // that the document names; absolute
	Self  string   // what the document calls itself; absolute, or ""
}

// Discover returns the hub of a document and the topic to subscribe there; both
// "" when it names no hub that can be asked. The headers count before the document,
// and of several hubs the first. The topic of a document that does not name itself
// is where it came from.
func Discover(d Document) (hub, topic string) {
	base, err := url.Parse(d.URL)
	if err != nil {
		return "", ""
	}
	hubs, selves := linked(d.Links, base)
	hubs, selves = append(hubs, d.Hubs...), append(selves, d.Self, d.URL)
	if hub = firstAddress(hubs); hub == "" {
		return "", ""
	}
	return hub, firstAddress(selves)
}

// maxAddress is how many bytes the address of a hub or a topic may have.
const maxAddress = 2048

// firstAddress is the first http or https address, without user and fragment; ""
// when there is none.
func firstAddress(addresses []string) string {
	for _, a := range addresses {
		u, err := url.Parse(a)
		if len(a) > maxAddress || err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
			continue
		}
		u.User, u.Fragment, u.RawFragment = nil, "", ""
		return u.String()
	}
	return ""
}

// linked returns the targets of Link headers whose relation is hub, and of those
// whose relation is self.
func linked(headers []string, base *url.URL) (hubs, selves []string) {
	for _, h := range headers {
		for target, rel := range links(h) {
			u, err := base.Parse(target)
			if err != nil {
				continue
			}
			for name := range strings.FieldsSeq(rel) {
				switch strings.ToLower(name) {
				case "hub":
					hubs = append(hubs, u.String())
				case "self":
					selves = append(selves, u.String())
				}
			}
		}
	}
	return hubs, selves
}

// maxLinks is how many links of a header are read.
const maxLinks = 64

// links yields the targets of a Link header (RFC 8288) with their relations. What
// is no link ends it.
func links(header string) func(yield func(target, rel string) bool) {
	return func(yield func(target, rel string) bool) {
		rest := header
		for range maxLinks {
			rest = strings.TrimLeft(rest, " \t,")
			end := strings.IndexByte(rest, '>')
			if !strings.HasPrefix(rest, "<") || end < 0 {
				return
			}
			target := strings.TrimSpace(rest[1:end])
			var rel string
			rel, rest = relation(rest[end+1:])
			if !yield(target, rel) {
				return
			}
		}
	}
}

// relation reads the parameters of a link. It returns the first rel, as the
// standard wants it, and what follows the link.
func relation(s string) (rel, rest string) {
	found := false
	for {
		s = strings.TrimLeft(s, " \t")
		if !strings.HasPrefix(s, ";") {
			return rel, s
		}
		s = strings.TrimLeft(s[1:], " \t")
		n := strings.IndexAny(s, "=;,")
		if n < 0 {
			return rel, ""
		}
		name := strings.TrimSpace(s[:n])
		if s = s[n:]; s[0] != '=' {
			continue // a parameter without a value, or the end of the link
		}
		var value string
		value, s = parameter(strings.TrimLeft(s[1:], " \t"))
		if !found && strings.EqualFold(name, "rel") {
			rel, found = value, true
		}
	}
}

// parameter reads the value of a parameter, quoted or not, and returns what
// follows it.
func parameter(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		n := strings.IndexAny(s, ";,")
		if n < 0 {
			n = len(s)
		}
		return strings.TrimSpace(s[:n]), s[n:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}
