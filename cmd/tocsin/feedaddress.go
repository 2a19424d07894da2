package main

import (
	"net/url"
	"strings"

	"tocsin/watcher/config"
)

// addressKey is the same for addresses of one feed that people write differently:
// with http or https, the host in any case, its usual port, and a fragment.
func addressKey(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	host := strings.ToLower(u.Host)
	host = strings.TrimSuffix(strings.TrimSuffix(host, ":80"), ":443")
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return host + path + "?" + u.RawQuery
}

// withoutFeedScheme is an address without the feed: that some programs write so
// that feed readers open.
func withoutFeedScheme(address string) string {
	if len(address) < len("feed:") || !strings.EqualFold(address[:len("feed:")], "feed:") {
		return address
	}
	if address = address[len("feed:"):]; strings.HasPrefix(address, "//") {
		return "http:" + address
	}
	return address
}

// withScheme is an address as people type it, as the web has it: https where they
// leave that out.
func withScheme(address string) string {
	address = withoutFeedScheme(strings.TrimSpace(address))
	if !strings.Contains(address, "://") {
		return "https://" + strings.TrimPrefix(address, "//")
	}
	return address
}

// shownTarget is where a feed's address leads, for people to write down. What may
// be secret in it is left out where the feed's own address holds something of the
// kind, for it may have come along.
func shownTarget(from, to string) string {
	u, err := url.Parse(from)
	if err != nil || u.User != nil || u.RawQuery != "" {
		return config.Loggable(to)
	}
	return to
}

// withoutPassword is an address without the user and the password in it, and
// whether there were any.
func withoutPassword(address string) (bare string, had bool) {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address, false
	}
	u.User = nil
	return u.String(), true
}
