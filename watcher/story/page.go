package story

import (
	"net/url"
	"slices"
	"strings"
)

// SamePage reports whether two addresses name the same page: byte for byte, or
// but for what Keys takes for no part of an address.
func SamePage(a, b string) bool {
	c := canonical(a)
	return a == b || c != "" && c == canonical(b)
}

// Pages returns how the addresses of an address's page may begin: with and
// without encryption and www, and without query, fragment and a slash at the
// end. What begins so need not be the same page; see SamePage. Of an address
// that is no http address, or names a whole site, it is the address itself.
func Pages(address string) []string {
	if canonical(address) == "" {
		return []string{address}
	}
	u, err := url.Parse(address)
	if err != nil {
		return []string{address}
	}
	host := strings.TrimPrefix(strings.ToLower(u.Host), "www.")
	paths := []string{strings.TrimRight(u.EscapedPath(), "/"), strings.TrimRight(u.Path, "/")}
	slices.Sort(paths)
	var pages []string
	for _, path := range slices.Compact(paths) {
		for _, start := range []string{"https://", "https://www.", "http://", "http://www."} {
			pages = append(pages, start+host+path)
		}
	}
	return pages
}
