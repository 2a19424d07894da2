package feed

import (
	"cmp"
	"encoding/json"
	"html"
	"slices"
	"strings"
)

// maxHubs is how many hubs of a document are read; nobody needs the others.
const maxHubs = 8

// links is what a document says of its own address and of the hubs that bring its
// news (W3C WebSub), absolute.
type links struct {
	hubs []string
	self string
}

// add notes an address for each of the relations that a link has.
func (l *links) add(rel, address string) {
	if address == "" {
		return
	}
	for name := range strings.FieldsSeq(rel) {
		switch {
		case strings.EqualFold(name, "self") && l.self == "":
			l.self = address
		case strings.EqualFold(name, "hub") && len(l.hubs) < maxHubs && !slices.Contains(l.hubs, address):
			l.hubs = append(l.hubs, address)
		}
	}
}

// feedLink notes what a link of the feed itself says, in whatever vocabulary it
// stands.
func (c *cleaner) feedLink(attrs []byte) {
	var rel, href string
	for name, value := range attributes(attrs) {
		switch string(name) {
		case "rel":
			rel = html.UnescapeString(string(value))
		case "href":
			href = html.UnescapeString(string(value))
		}
	}
	c.links.add(rel, absolute(href, innerBase(cmp.Or(c.top().base, c.base), attrs)))
}

// links is what the head of a JSON Feed says. rssCloud, the other type of hub
// that there is, is not spoken.
func (s *split) links() (l links) {
	self, _ := text(s.head["feed_url"])
	l.add("self", absolute(self.(string), nil))
	var hubs []struct{ Type, URL string }
	if json.Unmarshal(s.hubs, &hubs) != nil {
		return l
	}
	for _, h := range hubs {
		if strings.EqualFold(h.Type, "WebSub") {
			l.add("hub", absolute(h.URL, nil))
		}
	}
	return l
}
