package newsroom

import (
	"encoding/xml"
	"time"
)

type rssRoot struct {
	XMLName   xml.Name   `xml:"rss"`
	Version   string     `xml:"version,attr"`
	ContentNS string     `xml:"xmlns:content,attr"`
	DublinNS  string     `xml:"xmlns:dc,attr"`
	Channel   rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	Language    string    `xml:"language"`
	BuildDate   string    `xml:"lastBuildDate"`
	Items       []rssItem `xml:"item"`
}

type rssItem struct {
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	GUID        rssGUID  `xml:"guid"`
	PubDate     string   `xml:"pubDate"`
	Creator     string   `xml:"dc:creator,omitempty"`
	Description string   `xml:"description,omitempty"` // HTML, escaped
	Content     *rssHTML `xml:"content:encoded"`
}

type rssGUID struct {
	Permalink bool   `xml:"isPermaLink,attr"`
	ID        string `xml:",chardata"`
}

type rssHTML struct {
	HTML string `xml:",cdata"`
}

func (d document) rss() ([]byte, error) {
	root := rssRoot{
		Version:   "2.0",
		ContentNS: "http://purl.org/rss/1.0/modules/content/",
		DublinNS:  "http://purl.org/dc/elements/1.1/",
		Channel: rssChannel{
			Title:       d.feed.Title,
			Link:        d.base + "/",
			Description: d.feed.Title + ", a sample feed",
			Language:    "en",
			BuildDate:   d.updated().Format(time.RFC1123Z),
		},
	}
	for _, a := range d.articles {
		item := rssItem{
			Title:       a.Title,
			Link:        d.link(a),
			GUID:        rssGUID{ID: a.ID},
			PubDate:     a.date(d.start).Format(time.RFC1123Z),
			Creator:     a.Author,
			Description: paragraphs(a.Summary),
		}
		if a.Body != "" {
			item.Content = &rssHTML{paragraphs(a.Body)}
		}
		root.Channel.Items = append(root.Channel.Items, item)
	}
	return marshalXML(root)
}

// marshalXML writes v as an indented XML document.
func marshalXML(v any) ([]byte, error) {
	b, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(b, '\n')...), nil
}
