package config

import (
	"net"
	"net/netip"
	"strconv"

	"tocsin/rules/yamlfile"
)

func (l *loader) web(b *webBlock) Web {
	w := Web{Listen: DefaultListen}
	if b.TokenFile.Value != "" {
		w.TokenFile = l.tokenFile(b.TokenFile, "web.token_file")
	}
	if !b.Listen.Given() {
		return w
	}
	w.Listen, w.Asked = b.Listen.Value, b.Listen.Value != ""
	if w.Listen == "" {
		return w
	}
	host, port, err := net.SplitHostPort(w.Listen)
	if _, numeric := strconv.ParseUint(port, 10, 16); err != nil || numeric != nil {
		l.add(yamlfile.Errorf(b.Listen.Pos, "listen", "web.listen must be an address such as %s", DefaultListen))
		return w
	}
	if w.TokenFile == "" && !isLoopback(host) {
		l.add(yamlfile.Errorf(b.Listen.Pos, "listen", "web.listen is reached from other machines, which needs web.token_file").
			WithHint("listen on " + net.JoinHostPort("127.0.0.1", port) + ", or name a file with a token"))
	}
	return w
}

// isLoopback reports whether only this machine reaches a host that is listened
// on. A name that is not localhost may be anything.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host == "localhost"
	}
	return ip.Unmap().IsLoopback()
}
