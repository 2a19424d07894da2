package config

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"tocsin/rules/yamlfile"
)

// callback is the public address of hubs' deliveries, with a slash at its end. It
// has a path since other things are served beside it.
func (l *loader) callback(f *fetchBlock) string {
	s := f.WebsubCallback
	if s.Value == "" {
		return ""
	}
	wrong := func(what string) {
		l.add(yamlfile.Errorf(s.Pos, "url", "fetch.websub_callback %s", what).WithHint("write one such as https://me.example/websub"))
	}
	u, err := url.Parse(s.Value)
	switch {
	case err != nil || CheckURL(s.Value) != nil:
		wrong("must be an https URL")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		wrong("can have no user, query or fragment")
	case strings.Trim(u.Path, "/") == "" || u.EscapedPath() != u.Path || strings.ContainsAny(u.Path, "{}"):
		wrong("must have a path of plain letters")
	case u.Scheme != "https" && !f.AllowPrivate.Value:
		wrong("must be https, so that nobody learns the addresses that hubs are given")
	default:
		return strings.TrimRight(s.Value, "/") + "/"
	}
	return ""
}

func (l *loader) web(b *webBlock, pushed bool) Web {
	w := Web{Listen: DefaultListen, Asked: pushed, FeedMetrics: b.FeedMetrics.Value, Profiles: l.profiles(b.Pprof)}
	if b.TokenFile.Value != "" {
		w.TokenFile = l.tokenFile(b.TokenFile, "web.token_file")
	}
	if !b.Listen.Given() {
		return w
	}
	w.Listen, w.Asked = b.Listen.Value, b.Listen.Value != ""
	if w.Listen == "" {
		if pushed {
			l.add(yamlfile.Errorf(b.Listen.Pos, "listen", "web.listen is off, and fetch.websub_callback needs it").WithHint("leave web.listen out for " + DefaultListen))
		}
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

// profiles is where profiles are served: the network and the address.
func (l *loader) profiles(s yamlfile.String) [2]string {
	if s.Value == "" {
		return [2]string{}
	}
	if path, isPath := strings.CutPrefix(s.Value, "unix:"); isPath && path != "" {
		return [2]string{"unix", l.relative(path)}
	}
	host, port, err := net.SplitHostPort(s.Value)
	if _, numeric := strconv.ParseUint(port, 10, 16); err != nil || numeric != nil || !isLoopback(host) {
		l.add(yamlfile.Errorf(s.Pos, "pprof", "web.pprof must be a socket or an address on loopback, since profiles tell what is secret").
			WithHint("write unix:/run/tocsin/pprof.sock, or 127.0.0.1:6060"))
	}
	return [2]string{"tcp", s.Value}
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
