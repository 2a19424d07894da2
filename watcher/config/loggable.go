package config

import "net/url"

// StoreName is what the store is called in logs and messages: Store without what
// may be secret in it.
func (c *Config) StoreName() string {
	if isDatabase(c.Store) {
		return Loggable(c.Store)
	}
	return c.Store
}

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
