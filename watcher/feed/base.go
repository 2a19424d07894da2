package feed

import (
	"bytes"
	"html"
	"net/url"
	"strings"
)

// maxBase is how long an xml:base may be, resolved. Longer ones are ignored.
const maxBase = 2 << 10

// Links are made absolute by xml:base here, and xml:base is taken out of the
// document: gofeed takes every base for a folder, which makes wrong links of
// right ones, and a document of nested bases takes it minutes.

// innerBase is the base within an element that has an xml:base; outer where it
// has none or a useless one.
func innerBase(outer *url.URL, attrs []byte) *url.URL {
	if !bytes.Contains(attrs, []byte("xml:base")) {
		return outer
	}
	for name, value := range attributes(attrs) {
		if string(name) != "xml:base" || len(value) > maxBase {
			continue
		}
		u, err := url.Parse(strings.TrimSpace(html.UnescapeString(string(value))))
		if err != nil {
			continue
		}
		if outer != nil {
			u = outer.ResolveReference(u)
		}
		if u.IsAbs() && u.Host != "" && len(u.String()) <= maxBase {
			return u
		}
	}
	return outer
}

// isLink reports whether an attribute is one that links are read from.
func isLink(element string, attr []byte) bool {
	switch element {
	case "link":
		return string(attr) == "href"
	case "enclosure":
		return string(attr) == "url"
	}
	return false
}

// resolved is an escaped link, resolved against base and escaped again.
func resolved(base *url.URL, link []byte) []byte {
	abs := absolute(html.UnescapeString(string(link)), base)
	if abs == "" {
		return link
	}
	return []byte(html.EscapeString(abs))
}
