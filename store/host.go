package store

import (
	"cmp"
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// Host is the host and port that the feed is read from, lower case and as DNS
// spells it: what the feeds that are leased at a time are counted by. It is "" for
// an address that names no host; all of these count as one. It is valid UTF-8 in
// any case.
func (f Feed) Host() string {
	u, err := url.Parse(cmp.Or(f.Location, f.URL))
	if err != nil || u.Hostname() == "" {
		return ""
	}
	name := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ascii, err := idna.Lookup.ToASCII(name); err == nil {
		name = ascii
	}
	port := cmp.Or(u.Port(), defaultPorts[u.Scheme])
	return net.JoinHostPort(strings.ToValidUTF8(name, "\ufffd"), port)
}

// defaultPorts are the ports of addresses that name none, by scheme.
var defaultPorts = map[string]string{"http": "80", "https": "443"}
