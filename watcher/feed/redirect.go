package feed

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxHops is how many redirects are followed.
const maxHops = 10

// maxDrain is how much of a redirect's body is read to keep the connection.
const maxDrain = 4 << 10

// trail is the way of one read through redirects.
type trail struct {
	start     *url.URL
	hops      []*url.URL // asked so far, start first
	home      bool       // never left the host that the request's headers are for
	permanent bool       // every redirect so far was
}

func newTrail(start *url.URL) *trail {
	return &trail{start: start, hops: []*url.URL{start}, home: true, permanent: true}
}

// at is the address of the current hop.
func (t *trail) at() *url.URL { return t.hops[len(t.hops)-1] }

// moved is the new address when the trail was permanent all the way, else "".
func (t *trail) moved() string {
	if len(t.hops) == 1 || !t.permanent {
		return ""
	}
	return t.at().String()
}

// follow goes where a redirect leads. The error is an *Error.
func (t *trail) follow(resp *http.Response) error {
	refuse := func(p Problem, reason string) error {
		return &Error{Problem: p, Reason: reason, Code: resp.StatusCode}
	}
	location := resp.Header.Get("Location")
	if location == "" {
		return refuse(Status, fmt.Sprintf("redirect (%d) without an address", resp.StatusCode))
	}
	next, err := t.at().Parse(location)
	switch {
	case err != nil:
		return refuse(Status, "redirects to what is not an address")
	case checkAddress(next) != nil:
		return refuse(Forbidden, "redirects to "+checkAddress(next).Reason)
	case t.at().Scheme == "https" && next.Scheme == "http":
		return refuse(Forbidden, "redirects from https to http")
	}
	t.home = t.home && sameHome(t.start, next)
	next.User, next.Fragment, next.RawFragment = nil, "", ""
	if t.home {
		next.User = t.start.User // never what a server put into the address
	}
	switch {
	case t.seen(next):
		return refuse(Status, "redirects in a circle")
	case len(t.hops) > maxHops:
		return refuse(Status, fmt.Sprintf("more than %d redirects", maxHops))
	}
	permanent, _ := redirects(resp.StatusCode)
	t.permanent = t.permanent && permanent
	t.hops = append(t.hops, next)
	return nil
}

func (t *trail) seen(next *url.URL) bool {
	for _, u := range t.hops {
		if u.String() == next.String() {
			return true
		}
	}
	return false
}

// SameHome reports whether credentials for the address a may be sent to b: it is
// the same host and port, or the same host after its step from http to https. It
// is false when one of them is no address.
func SameHome(a, b string) bool {
	u, err := url.Parse(a)
	if err != nil {
		return false
	}
	v, err := url.Parse(b)
	return err == nil && sameHome(u, v)
}

// sameHome reports whether what is meant for a may be sent to b: the same host
// and port, or the same host after its step from http to https.
func sameHome(a, b *url.URL) bool {
	if hostName(a) != hostName(b) {
		return false
	}
	upgrade := a.Scheme == "http" && b.Scheme == "https" && port(a) == "80" && port(b) == "443"
	return upgrade || a.Scheme == b.Scheme && port(a) == port(b)
}

// redirects tells redirects from other answers.
func redirects(code int) (permanent, ok bool) {
	switch code {
	case http.StatusMovedPermanently, http.StatusPermanentRedirect:
		return true, true
	case http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect:
		return false, true
	}
	return false, false
}

func basicAuth(u *url.Userinfo) string {
	password, _ := u.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+password))
}

// drain reads the rest of a small body, so that its connection can be used
// again, and closes it.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, maxDrain) // what is left is nobody's loss
	body.Close()
}
