package slack

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxLink is the longest address that Slack takes for a button; it names no
// limit for links.
const maxLink = 3000

// safeLink returns an address that can do nothing but be opened, and the host
// that it leads to: "" for both where raw is not such an address. It has scheme
// http or https, no user name (https://bank.example@evil.example), an ASCII
// host, and only printable ASCII that means nothing to Slack or a terminal.
func safeLink(raw string) (link, host string) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return "", ""
	}
	u.User = nil
	if u.Host, err = asciiHost(u.Host); err != nil {
		return "", ""
	}
	link = percentEncode(u.String())
	if len(link) > maxLink {
		return "", ""
	}
	return link, strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// asciiHost spells a host with other than ASCII letters in punycode, so that
// look-alikes are seen for what they are.
func asciiHost(host string) (string, error) {
	for i := range len(host) {
		if host[i] >= utf8.RuneSelf {
			return idna.Lookup.ToASCII(host)
		}
	}
	return host, nil
}

func percentEncode(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7F || strings.IndexByte("|<>\"`\\^{}", c) >= 0 {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
