package store

import (
	"cmp"
	"net"
	"net/url"
	"strings"
)

// Host is the host and port that the feed is read from, lower case: what the
// feeds that are leased at a time are counted by. It is "" for an address that
// names no host; all of these count as one. It is valid UTF-8 in any case.
func (f Feed) Host() string {
	u, err := url.Parse(cmp.Or(f.Location, f.URL))
	if err != nil || u.Hostname() == "" {
		return ""
	}
	port := cmp.Or(u.Port(), defaultPorts[u.Scheme])
	return net.JoinHostPort(strings.ToValidUTF8(strings.ToLower(u.Hostname()), "\ufffd"), port)
}

// defaultPorts are the ports of addresses that name none, by scheme.
var defaultPorts = map[string]string{"http": "80", "https": "443"}
