package page

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Access is who may see the page. The zero Access lets everybody see it who asks for
// it by a name of loopback, which is for an address that only this machine reaches.
type Access struct {
	// Token is what people sign in with, and programs send as Authorization: Bearer;
	// "" takes none.
	Token string
	// ProxyHeader is the header in which a proxy says who signed in there; "" for no
	// proxy. It is believed from Proxies alone.
	ProxyHeader string
	Proxies     []netip.Prefix
	// Hosts are names by which the page is asked for, beside those of loopback.
	Hosts []string
}

// open reports whether nobody need sign in.
func (a *Access) open() bool { return a.Token == "" && a.ProxyHeader == "" }

// Named reports whether a request asks for a name that the page has. Where nobody
// signs in, a site that a browser visits could otherwise have its own name lead here
// and read what is shown.
func (a *Access) Named(r *http.Request) bool {
	name := r.Host
	if h, _, err := net.SplitHostPort(name); err == nil {
		name = h
	}
	name = strings.ToLower(strings.Trim(strings.TrimSuffix(name, "."), "[]"))
	if slices.ContainsFunc(a.Hosts, func(h string) bool { return strings.EqualFold(h, name) }) {
		return true
	}
	if !a.open() {
		return len(a.Hosts) == 0
	}
	ip, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// Allowed reports whether a request comes from somebody who may see the page.
func (a *Access) Allowed(r *http.Request, now time.Time) bool {
	if a.open() || a.byProxy(r) {
		return true
	}
	if a.Token == "" {
		return false
	}
	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		return a.isToken(token)
	}
	c, err := r.Cookie(sessionCookie)
	return err == nil && a.session(c.Value, now)
}

// byProxy reports whether a trusted proxy says who this is.
func (a *Access) byProxy(r *http.Request) bool {
	return a.ProxyHeader != "" && r.Header.Get(a.ProxyHeader) != "" && a.fromProxy(r)
}

func (a *Access) fromProxy(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && slices.ContainsFunc(a.Proxies, func(p netip.Prefix) bool { return p.Contains(peer.Addr().Unmap()) })
}

func (a *Access) isToken(token string) bool {
	// Hashes have one length, so the time tells nothing of the token's.
	got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(a.Token))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

const (
	sessionCookie = "tocsin_session"
	sessionLength = 12 * time.Hour
)

// A session is its end and a signature by the token: it outlives a restart, holds for
// every daemon with that token, and ends with it.
func (a *Access) newSession(now time.Time) string {
	end := strconv.FormatInt(now.Add(sessionLength).Unix(), 10)
	return end + "." + a.sign(end)
}

func (a *Access) sign(end string) string {
	mac := hmac.New(sha256.New, []byte(a.Token))
	fmt.Fprintf(mac, "tocsin session until %s", end)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// session reports whether a session is one of ours and still lasts.
func (a *Access) session(value string, now time.Time) bool {
	end, signature, _ := strings.Cut(value, ".")
	if subtle.ConstantTimeCompare([]byte(signature), []byte(a.sign(end))) != 1 {
		return false
	}
	unix, err := strconv.ParseInt(end, 10, 64)
	return err == nil && now.Unix() < unix
}

// cookie is the cookie of a session; an empty value ends it.
func (a *Access) cookie(r *http.Request, value string) *http.Cookie {
	c := &http.Cookie{
		Name: sessionCookie, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		MaxAge: int(sessionLength / time.Second),
		Secure: r.TLS != nil || a.fromProxy(r) && r.Header.Get("X-Forwarded-Proto") == "https",
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}
