package feed

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/json"
	"github.com/mmcdole/gofeed/rss"

	"tocsin/watcher/feed/htmltext"
)

// document makes a Document of what gofeed read.
func (f parsed) document(base *url.URL) *Document {
	doc := &Document{
		Title:    cut(htmltext.Line(f.Title), maxTitle),
		Language: language(f.Language),
		Items:    make([]Item, 0, len(f.Items)),
	}
	if o, ok := f.original.(*rss.Feed); ok {
		doc.TTL = ttl(o.TTL)
	}
	author := f.author()
	for i, it := range f.Items {
		e := entry{Item: it, original: f.entry(i), base: base}
		item := e.item()
		item.Author = cmp.Or(item.Author, author)
		doc.Items = append(doc.Items, item)
	}
	doc.Items = identify(doc.Items)
	doc.Format = f.formatName()
	return doc
}

// entry is the i-th entry as its own format has it: an *rss.Item, an *atom.Entry
// or a *json.Item.
func (f parsed) entry(i int) any {
	switch o := f.original.(type) {
	case *rss.Feed:
		return o.Items[i]
	case *atom.Feed:
		return o.Entries[i]
	case *json.Feed:
		return o.Items[i]
	}
	return nil
}

// ttl is an RSS ttl, in minutes.
func ttl(s string) time.Duration {
	minutes, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || minutes < 0 {
		return 0
	}
	return time.Duration(min(minutes, int(maxWait/time.Minute))) * time.Minute
}

// language is a language tag in the form that BCP 47 compares, or "" when it can
// be none.
func language(s string) string {
	s = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), "_", "-"))
	primary, _, _ := strings.Cut(s, "-")
	if len(primary) < 2 || len(primary) > 8 || len(s) > 35 ||
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return ""
	}
	return s
}
