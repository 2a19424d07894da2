package feed

import (
	"cmp"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/rss"

	"tocsin/watcher/feed/htmltext"
)

// author is who wrote the entry, as one line; "" when the entry does not say.
func (e entry) author() string {
	if o, ok := e.original.(*rss.Item); ok && o.Author != "" {
		return name(o.Author)
	}
	return cmp.Or(people(e.Authors), name(e.extension("dc", "creator")), e.atomAuthor())
}

// author is who wrote the entries that do not say.
func (f parsed) author() string {
	if o, ok := f.original.(*rss.Feed); ok && o.ManagingEditor != "" {
		return name(o.ManagingEditor)
	}
	dc := func(element string) string { return name(extension(f.Extensions, "dc", element)) }
	return cmp.Or(people(f.Authors), dc("creator"), dc("publisher"), f.owner())
}

// owner is whose podcast the feed is.
func (f parsed) owner() string {
	if f.ITunesExt == nil {
		return ""
	}
	if o := f.ITunesExt.Owner; o != nil {
		return cmp.Or(name(o.Name), name(o.Email))
	}
	return ""
}

// atomAuthor is who wrote an RSS item, in Atom's words.
func (e entry) atomAuthor() string {
	for _, vocabulary := range []string{"atom", "atom03"} {
		for _, author := range e.Extensions[vocabulary]["author"] {
			if n := cmp.Or(firstValue(author.Children["name"]), firstValue(author.Children["email"])); n != "" {
				return name(n)
			}
		}
	}
	return ""
}

// people are the names of persons in one line.
func people(list []*gofeed.Person) string {
	var names []string
	for _, p := range list {
		if p == nil {
			continue
		}
		if n := cmp.Or(htmltext.Line(p.Name), htmltext.Line(p.Email)); n != "" {
			names = append(names, n)
		}
	}
	return cut(strings.Join(names, ", "), maxTitle)
}

// name is the name in what RSS calls an author: "a@b.example (Ada)",
// "Ada <a@b.example>", or just one of them.
func name(s string) string {
	s = strings.TrimSpace(s)
	if address, rest, ok := strings.Cut(s, " ("); ok && strings.Contains(address, "@") && strings.HasSuffix(rest, ")") {
		if n := htmltext.Line(strings.TrimSuffix(rest, ")")); n != "" {
			return cut(n, maxTitle)
		}
		return htmltext.Line(address)
	}
	for _, brackets := range []string{"<>", "()"} {
		n, address, ok := strings.Cut(s, brackets[:1])
		if ok && strings.Contains(address, "@") && strings.HasSuffix(address, brackets[1:]) && strings.TrimSpace(n) != "" {
			return cut(htmltext.Line(n), maxTitle)
		}
	}
	return cut(htmltext.Line(s), maxTitle)
}
