package config

import "net/url"

// Loggable returns an address without what may be secret in it: the user and
// password, and the query, of which tokens are often a part.
func Loggable(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(unreadable address)"
	}
	u.User = nil
	if u.RawQuery != "" {
		u.RawQuery = "…"
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}
