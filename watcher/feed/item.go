package feed

import (
	"cmp"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"

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
}

// item makes an Item of an entry. Its Key comes later: it takes all items.
func (e entry) item() Item {
	published, updated := e.dates()
	item := Item{
		ID:         e.id(),
		Link:       e.link(),
		Title:      cut(htmltext.Line(e.title()), maxTitle),
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

// id is the entry's ID. An RSS item may have Atom's.
func (e entry) id() string { return cmp.Or(e.GUID, e.extension("atom", "id"), e.Custom["id"]) }

func (e entry) title() string {
	return cmp.Or(e.Title, e.extension("dc", "title"), e.extension("media", "title"))
}

// texts are the entry's texts, the shorter one first. A single one is the
// summary.
func (e entry) texts() (summary, content string) {
	summary, content = htmltext.Text(e.Description), htmltext.Text(e.Content)
	switch {
	case content == summary:
		content = ""
	case summary == "", content != "" && len(content) < len(summary):
		summary, content = content, summary
	}
	if summary == "" {
		summary = htmltext.Text(e.otherText())
	}
	return summary, content
}

// otherText is the text of an entry that has none where its format keeps it:
// films and sounds have theirs in vocabularies of their own.
func (e entry) otherText() string {
	for _, group := range e.Extensions["media"]["group"] {
		if text := firstValue(group.Children["description"]); text != "" {
			return text
		}
	}
	text := cmp.Or(e.extension("media", "description"), e.extension("dc", "description"), e.Custom["summary"], e.Custom["content"])
	if i := e.ITunesExt; i != nil {
		text = cmp.Or(text, i.Summary, i.Subtitle)
	}
	return text
}

// extension is the text of the entry's first element of that name.
func (e entry) extension(prefix, name string) string {
	return firstValue(e.Extensions[prefix][name])
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
	for _, c := range e.Categories {
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
