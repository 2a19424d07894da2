package feed

import (
	"net"
	"net/http"
	"time"

	"code.dny.dev/ssrf"
)

// newTransport returns the connections of a Reader.
//
// It has no proxy, not even the environment's: a proxy would connect where the
// guard below lets nobody go.
func newTransport(o Options) *http.Transport {
	dialer := &net.Dialer{Timeout: o.Timeout, KeepAlive: 30 * time.Second}
	if !o.AllowPrivate {
		// The guard looks at the address that is dialled, after DNS, so
		// neither a redirect nor a name that changes its address gets by it.
		dialer.Control = ssrf.New(ssrf.WithAnyPort()).Safe
	}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // fetch decodes, also what was not asked for
		MaxIdleConns:           128,
		MaxIdleConnsPerHost:    o.PerHost,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    o.Timeout,
		MaxResponseHeaderBytes: 256 << 10,
	}
}
