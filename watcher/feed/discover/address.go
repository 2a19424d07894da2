package discover

import (
	"net/url"
	"regexp"
	"strings"
)

// maxAddress is how many bytes an address may have.
const maxAddress = 2 << 10

// address is what an attribute of a page refers to, without credentials and
// fragment; "" when that can be no feed. feed: is what some sites write so that a
// feed reader opens.
func address(ref string, base *url.URL) string {
	ref = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return -1 // as browsers do
		}
		return r
	}, strings.TrimSpace(ref))
	if len(ref) >= len("feed:") && strings.EqualFold(ref[:len("feed:")], "feed:") {
		if ref = ref[len("feed:"):]; strings.HasPrefix(ref, "//") {
			ref = "http:" + ref
		}
	}
	if ref == "" || len(ref) > maxAddress {
		return ""
	}
	u, err := url.Parse(strings.ReplaceAll(ref, " ", "%20"))
	if err != nil {
		return ""
	}
	u = base.ResolveReference(u)
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || len(u.String()) > maxAddress {
		return ""
	}
	return u.String()
}

var (
	// feedPart is a part of a path that says that it is a feed.
	feedPart = regexp.MustCompile(`(?i)^(rss2?|atom|rdf|feeds?|news-?feed|rss-?feeds?)([._-]?(rss2?|atom|xml|rdf|json|php|aspx?|cfm))?$`)
	// feedFile is the end of a path that does.
	feedFile = regexp.MustCompile(`(?i)(\.rss2?|\.atom|\.rdf|(^|[/._-])(rss2?|atom|feed|index)\.xml|[/._-]feed\.json)$`)
	// feedQuery is a query that does.
	feedQuery = regexp.MustCompile(`(?i)(^|&)(feed|format|type|alt|output|view)=(rss2?|atom|rdf|feed|jsonfeed)(&|$)`)
	// feedHost is the begin of a host for feeds.
	feedHost = regexp.MustCompile(`(?i)^(feeds?|rss)\.`)
	// page is the end of a path that is a page's, or something else that is none.
	page = regexp.MustCompile(`(?i)\.(x?html?|pdf|png|jpe?g|gif|svg|ico|css|js|mp3|mp4|zip)$`)
	// inAnother is an address in another one: a service that reads feeds, or
	// shares pages.
	inAnother = regexp.MustCompile(`(?i)https?(:|%3a)`)
	comments  = regexp.MustCompile(`(?i)comment|kommentar|coment[aá]r|reacties`)
)

// looksLikeFeed reports whether an address says that it is a feed's.
func looksLikeFeed(address string) bool {
	u, err := url.Parse(address)
	if err != nil || page.MatchString(u.Path) || inAnother.MatchString(u.RequestURI()) {
		return false
	}
	if feedFile.MatchString(u.Path) || feedQuery.MatchString(u.RawQuery) || feedHost.MatchString(u.Host) && len(u.Path) > 1 {
		return true
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if feedPart.MatchString(part) {
			return true
		}
	}
	return false
}

// pathOf is the path and the query of an address.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.RequestURI()
}
