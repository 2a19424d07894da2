package feed

import (
	"net/url"
	"strings"

	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/rss"
)

// link is where the entry can be read: its link, else what else may be an
// address of it, the likeliest first.
func (e entry) link() string {
	for _, c := range e.linkCandidates() {
		if link := absolute(c, e.base); link != "" {
			return link
		}
	}
	return ""
}

func (e entry) linkCandidates() []string {
	var list []string
	switch o := e.original.(type) {
	case *rss.Item:
		list = append(list, o.Links...) // the first one; gofeed takes the last
	case *atom.Entry:
		list = append(list, pages(o.Links)...)
		for _, x := range e.Extensions[ownSpace]["link"] {
			if rel := x.Attrs["rel"]; rel == "" || rel == "alternate" {
				list = append(list, x.Value)
			}
		}
	}
	list = append(list, e.Link)
	list = append(list, e.Links...)
	if e.permalink() {
		list = append(list, e.id())
	}
	for _, prefix := range []string{"atom", "atom03"} {
		for _, x := range e.Extensions[prefix]["link"] {
			if rel := x.Attrs["rel"]; rel == "" || rel == "alternate" {
				list = append(list, x.Attrs["href"])
			}
		}
	}
	if o, ok := e.original.(*atom.Entry); ok {
		for _, l := range o.Links {
			if l.Rel == "alternate" || l.Rel == "self" {
				list = append(list, l.Href)
			}
		}
	}
	return append(list, e.media()...)
}

// media are the addresses of the films and sounds that come with the entry.
func (e entry) media() []string {
	var list []string
	for _, enclosure := range e.Enclosures {
		list = append(list, enclosure.URL)
	}
	for _, vocabulary := range []string{"atom", "atom03"} {
		for _, x := range e.Extensions[vocabulary]["link"] {
			if x.Attrs["rel"] == "enclosure" {
				list = append(list, x.Attrs["href"])
			}
		}
	}
	media := e.Extensions["media"]
	contents := media["content"]
	for _, group := range media["group"] {
		contents = append(contents, group.Children["content"]...)
	}
	for _, x := range contents {
		if x.Attrs["medium"] != "image" && !strings.HasPrefix(x.Attrs["type"], "image/") {
			list = append(list, x.Attrs["url"])
		}
	}
	return list
}

// pages are the links to the entry itself that are made for browsers.
func pages(links []*atom.Link) []string {
	var list []string
	for _, l := range links {
		if l.Rel == "alternate" && (l.Type == "" || strings.Contains(l.Type, "html")) {
			list = append(list, l.Href)
		}
	}
	return list
}

// permalink reports whether the entry's ID is meant to be an address, or looks
// like one.
func (e entry) permalink() bool {
	id := e.id()
	if strings.HasPrefix(id, "http://") || strings.HasPrefix(id, "https://") {
		return true
	}
	o, ok := e.original.(*rss.Item)
	return ok && o.GUID != nil && strings.HasPrefix(id, "/") && !strings.EqualFold(o.GUID.IsPermalink, "false")
}

// absolute is ref as an http or https address, resolved against base; "" when it
// is none.
func absolute(ref string, base *url.URL) string {
	ref = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return -1 // a browser drops them, too
		}
		return r
	}, strings.TrimSpace(ref))
	if ref == "" {
		return ""
	}
	u, err := url.Parse(ref)
	if err != nil {
		u, err = url.Parse(strings.ReplaceAll(strings.ReplaceAll(ref, "%", "%25"), " ", "%20"))
	}
	if err != nil {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	u.Scheme, u.ForceQuery = strings.ToLower(u.Scheme), false
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return ""
	}
	return u.String()
}
