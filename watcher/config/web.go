package config

import (
	"net"
	"net/url"
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

func (l *loader) web(f *File) Web {
	listen := f.Web.Listen
	if !listen.Given() {
		return Web{Listen: DefaultListen}
	}
	if _, _, err := net.SplitHostPort(listen.Value); listen.Value != "" && err != nil {
		l.add(yamlfile.Errorf(listen.Pos, "value", "web.listen must be an address with a port, not %q", listen.Value).WithHint("write one such as " + DefaultListen))
	}
	if listen.Value == "" && f.Fetch.WebsubCallback.Value != "" {
		l.add(yamlfile.Errorf(listen.Pos, "value", "web.listen is off, and fetch.websub_callback needs it").WithHint("leave web.listen out for " + DefaultListen))
	}
	return Web{Listen: listen.Value}
}
