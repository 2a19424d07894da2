package config

import (
	"net"
	"net/netip"
	"net/url"
	"regexp"
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
	w.Hosts = l.hosts(b.Hosts)
	w.ProxyHeader, w.Proxies = l.proxy(b)
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
	if w.TokenFile == "" && w.ProxyHeader == "" && !isLoopback(host) {
		l.add(yamlfile.Errorf(b.Listen.Pos, "listen", "web.listen is reached from other machines, which needs web.token_file or web.proxy_header").
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

// hosts are the names of the page, without ports.
func (l *loader) hosts(names []yamlfile.String) []string {
	var hosts []string
	for _, n := range names {
		if n.Value == "" || strings.ContainsAny(n.Value, "/:@ \t") {
			l.add(yamlfile.Errorf(n.Pos, "host", "web.hosts must be names of machines").WithHint("write one such as tocsin.me.example"))
			continue
		}
		hosts = append(hosts, strings.ToLower(n.Value))
	}
	return hosts
}

// loopback are the addresses of this machine alone.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// proxy is the header of a proxy, and from where it is believed.
func (l *loader) proxy(b *webBlock) (header string, from []netip.Prefix) {
	header = b.ProxyHeader.Value
	if header == "" {
		for _, p := range b.Proxies[:min(1, len(b.Proxies))] {
			l.add(yamlfile.Warningf(p.Pos, "proxies", "web.proxies has no effect without web.proxy_header"))
		}
		return "", nil
	}
	if !headerName.MatchString(header) || strings.EqualFold(header, "Authorization") || strings.EqualFold(header, "Cookie") {
		l.add(yamlfile.Errorf(b.ProxyHeader.Pos, "header", "web.proxy_header must be the name of a header that only the proxy sets").WithHint("write one such as X-Forwarded-User"))
	}
	if len(b.Proxies) == 0 {
		return header, loopback
	}
	for _, p := range b.Proxies {
		network, err := netip.ParsePrefix(p.Value)
		if ip, e := netip.ParseAddr(p.Value); e == nil {
			network, err = netip.PrefixFrom(ip, ip.BitLen()), nil
		}
		if err != nil {
			l.add(yamlfile.Errorf(p.Pos, "proxies", "web.proxies must be addresses or networks").WithHint("write one such as 10.1.0.0/16"))
			continue
		}
		from = append(from, network.Masked())
	}
	return header, from
}

var headerName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)

// isLoopback reports whether only this machine reaches a host that is listened
// on. A name that is not localhost may be anything.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host == "localhost"
	}
	return ip.Unmap().IsLoopback()
}
