package feed

import (
	"cmp"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

	"tocsin/watcher/feed/htmltext"
)

const (
	maxTitle        = 1000 // bytes of a title, a name or a category that the feed gives
	maxDerivedTitle = 100  // bytes of a title that is taken from the text
)

// entry is one entry as gofeed read it, with what else its meaning takes.
type entry struct {
	*gofeed.Item
	original any      // as its own format has it; see parsed.entry
	base     *url.URL // of the document; may be nil
	stashed  []string // the texts that were kept aside; see stash
	sitemap  bool     // it is a page in a sitemap
	markup   bool     // see Raw.Markup
}

// item makes an Item of an entry. Its Key comes later: it takes all items.
func (e entry) item() Item {
	published, updated := e.dates()
	item := Item{
		ID:         e.id(),
		Link:       e.link(),
		Title:      e.title(),
		Author:     e.author(),
		Categories: e.categories(),
		Published:  published,
		Updated:    updated,
	}
	item.Summary, item.Content = e.texts()
	if item.Title == "" {
		item.Title = beginning(item.Summary)
		item.Untitled = true
	}
	return item
}

// id is the entry's ID. An RSS item may have Atom's, and Atom's is the one that
// the parser did not touch. News in a sitemap are known by their addresses.
func (e entry) id() string {
	id := cmp.Or(e.extension(ownSpace, "id"), e.GUID, e.extension("atom", "id"), e.extension("atom03", "id"), e.Custom["id"])
	if id == "" && e.sitemap {
		id = strings.TrimSpace(e.Link)
	}
	return id
}

func (e entry) title() string {
	title := cmp.Or(e.Title, e.extension("atom", "title"), e.extension("atom03", "title"), e.extension("dc", "title"), e.extension("media", "title"))
	title = unstash(e.stashed, title)
	if e.markup {
		return title
	}
	return cut(htmltext.Line(title), maxTitle)
}

// text is a text of the entry as it is handed out.
func (e entry) text(html string) string {
	html = strings.ToValidUTF8(unstash(e.stashed, html), "\ufffd") // it may have been in Base64
	if e.markup {
		return html
	}
	return htmltext.Text(html)
}

// texts are the entry's texts, the shorter one first. A single one is the
// summary.
func (e entry) texts() (summary, content string) {
	summary, content = e.text(e.description()), e.text(e.Content)
	switch {
	case content == summary:
		content = ""
	case summary == "", content != "" && len(content) < len(summary):
		summary, content = content, summary
	}
	if summary == "" {
		summary = e.text(e.otherText())
	}
	return summary, content
}

// description is the text that the format itself calls one; gofeed's common one
// may be Dublin Core's, which is for an entry that has nothing else.
func (e entry) description() string {
	if o, ok := e.original.(*rss.Item); ok {
		return o.Description
	}
	return e.Description
}

// otherText is the text of an entry that has none where its format keeps it:
// films and sounds have theirs in vocabularies of their own.
func (e entry) otherText() string {
	for _, group := range e.Extensions["media"]["group"] {
		if text := firstValue(group.Children["description"]); text != "" {
			return text
		}
	}
	text := cmp.Or(e.extension("media", "description"), e.extension("dc", "description"))
	for _, vocabulary := range []string{"atom", "atom03"} {
		text = cmp.Or(text, e.extension(vocabulary, "summary"), e.extension(vocabulary, "content"))
	}
	text = cmp.Or(text, e.Custom["summary"], e.Custom["content"])
	if i := e.ITunesExt; i != nil {
		text = cmp.Or(text, i.Summary, i.Subtitle)
	}
	return text
}

// extension is the text of the entry's first element of that name.
func (e entry) extension(prefix, name string) string { return extension(e.Extensions, prefix, name) }

// extension is the text of the first element of that name. Names are XML's, and
// still some feeds write them in other letters.
func extension(all ext.Extensions, prefix, name string) string {
	elements := all[prefix]
	if list, ok := elements[name]; ok {
		return firstValue(list)
	}
	for other, list := range elements {
		if strings.EqualFold(other, name) {
			return firstValue(list)
		}
	}
	return ""
}

func firstValue(list []ext.Extension) string {
	for _, x := range list {
		if x.Value != "" {
			return x.Value
		}
	}
	return ""
}

// categories are the entry's categories, each once.
func (e entry) categories() []string {
	var list []string
	seen := map[string]bool{}
	all := e.Categories
	if e.sitemap {
		all = strings.Split(strings.Join(all, ","), ",")
	}
	for _, c := range all {
		c = cut(htmltext.Line(c), maxTitle)
		if key := strings.ToLower(c); c != "" && !seen[key] {
			seen[key] = true
			list = append(list, c)
		}
	}
	return list
}

// beginning is the first words of a text: its first line, cut between words.
func beginning(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if len(line) <= maxDerivedTitle {
		return line
	}
	end := maxDerivedTitle
	for end > 0 && !utf8.RuneStart(line[end]) {
		end--
	}
	if space := strings.LastIndexByte(line[:end], ' '); space > 0 {
		end = space
	}
	return line[:end] + "…"
}
