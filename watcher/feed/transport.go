package feed

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// The networks that Options.AllowPrivate opens: loopback, those for private use
// (RFC 1918, RFC 4193) and those of carriers (RFC 6598). Link-local addresses,
// at which clouds keep the keys of their machines, stay closed.
var (
	privateV4 = []netip.Prefix{
		netip.MustParsePrefix("127.0.0.0/8"),
		netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"),
		netip.MustParsePrefix("100.64.0.0/10"),
	}
	privateV6 = []netip.Prefix{
		netip.MustParsePrefix("::1/128"),
		netip.MustParsePrefix("fc00::/7"),
	}
)

// guard returns what is asked before a connection is made. It looks at the
// address that is dialled, after DNS, so neither a redirect nor a name that
// changes its address gets by it.
func guard(allowPrivate bool) func(network, address string, c syscall.RawConn) error {
	options := []ssrf.Option{ssrf.WithAnyPort()}
	if allowPrivate {
		options = append(options, ssrf.WithAllowedV4Prefixes(privateV4...), ssrf.WithAllowedV6Prefixes(privateV6...))
	}
	return ssrf.New(options...).Safe
}

// The limits of the parts of a request, where its own is not shorter: a host that
// does not answer is given up sooner than one that takes its time to send.
const (
	connectLimit = 10 * time.Second // for the name and the connection, and as long for TLS
	headerLimit  = 20 * time.Second
)

// maxSessions is of how many hosts TLS sessions are remembered. Feeds are polled
// less often than connections live, so most polls begin with a handshake; with its
// session it takes one round trip less and no certificates.
const maxSessions = 4096

// newTransport returns the connections of a Reader.
//
// It has no proxy, not even the environment's: a proxy would connect where the
// guard below lets nobody go.
func newTransport(o Options) *http.Transport {
	dialer := &net.Dialer{Timeout: min(connectLimit, o.Timeout), KeepAlive: 30 * time.Second}
	dialer.Control = guard(o.AllowPrivate)
	t := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{ClientSessionCache: tls.NewLRUClientSessionCache(maxSessions)},
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second},
		DisableCompression:     true, // fetch decodes, also what was not asked for
		MaxIdleConns:           128,
		MaxIdleConnsPerHost:    o.PerHost,
		MaxConnsPerHost:        o.PerHost,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    min(connectLimit, o.Timeout),
		MaxResponseHeaderBytes: 256 << 10,
	}
	if headerLimit < o.Timeout {
		t.ResponseHeaderTimeout = headerLimit
	}
	return t
}
