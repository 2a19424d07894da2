package opml

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"slices"
	"strings"
)

// outline is an outline as it is written.
type outline struct {
	XMLName  xml.Name `xml:"outline"`
	Text     string   `xml:"text,attr"`
	Title    string   `xml:"title,attr,omitempty"`
	Type     string   `xml:"type,attr,omitempty"`
	URL      string   `xml:"xmlUrl,attr,omitempty"`
	Page     string   `xml:"htmlUrl,attr,omitempty"`
	Category string   `xml:"category,attr,omitempty"`
	Outlines []outline
}

// Encode writes a list: its title, and each feed in the group of its first tag,
// with the others as categories. Groups and what is in them are in the order in
// which they come. Parse reads the same feeds from it, group by group, so long as
// no tag holds a comma or a slash.
func Encode(title string, feeds []Feed) ([]byte, error) {
	doc := struct {
		XMLName  xml.Name  `xml:"opml"`
		Version  string    `xml:"version,attr"`
		Title    string    `xml:"head>title"`
		Outlines []outline `xml:"body>outline"`
	}{Version: "2.0", Title: title}
	for _, f := range feeds {
		o := outline{Text: cmp.Or(f.Title, f.URL), Title: f.Title, Type: "rss", URL: f.URL, Page: f.Page}
		if len(f.Tags) == 0 {
			doc.Outlines = append(doc.Outlines, o)
			continue
		}
		o.Category = strings.Join(f.Tags[1:], ",")
		i := slices.IndexFunc(doc.Outlines, func(g outline) bool { return g.URL == "" && g.Text == f.Tags[0] })
		if i < 0 {
			i = len(doc.Outlines)
			doc.Outlines = append(doc.Outlines, outline{Text: f.Tags[0]})
		}
		doc.Outlines[i].Outlines = append(doc.Outlines[i].Outlines, o)
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	if err := e.Encode(doc); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
