package feed

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/json"
	"github.com/mmcdole/gofeed/rss"

	"tocsin/watcher/feed/htmltext"
)

// document makes a Document of what gofeed read. common is what all entries have
// in common.
func (f parsed) document(common entry) *Document {
	doc := &Document{
		Title:    f.title(common.markup),
		Language: language(f.Language),
		Items:    make([]Item, 0, len(f.Items)),
	}
	if o, ok := f.original.(*rss.Feed); ok {
		doc.TTL = ttl(o.TTL)
		doc.Skip = skip(o.SkipHours, o.SkipDays)
	}
	doc.Period = period(extension(f.Extensions, "sy", "updatePeriod"), extension(f.Extensions, "sy", "updateFrequency"))
	if common.sitemap {
		f.nameSitemap(doc)
	}
	author := f.author()
	for i, it := range f.Items {
		e := common
		e.Item, e.original = it, f.entry(i)
		item := e.item()
		item.Author = cmp.Or(item.Author, author)
		doc.Items = append(doc.Items, item)
	}
	doc.Items = identify(doc.Items)
	if doc.Format = f.formatName(); common.sitemap {
		doc.Format = "news sitemap"
	}
	return doc
}

// title is the feed's title, in one line unless markup is wanted.
func (f parsed) title(markup bool) string {
	title := f.Title
	for _, vocabulary := range []string{"atom", "atom03", "dc"} {
		title = cmp.Or(title, extension(f.Extensions, vocabulary, "title"))
	}
	if markup {
		return title
	}
	return cut(htmltext.Line(title), maxTitle)
}

// nameSitemap takes the title and the language of a sitemap from its first piece
// of news, for it has none of its own.
func (f parsed) nameSitemap(doc *Document) {
	o, ok := f.original.(*rss.Feed)
	if !ok || len(o.Items) == 0 {
		return
	}
	if source := o.Items[0].Source; source != nil {
		doc.Title = cut(htmltext.Line(source.Title), maxTitle)
	}
	doc.Language = language(o.Items[0].Custom["language"])
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
