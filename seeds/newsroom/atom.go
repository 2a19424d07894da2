package newsroom

import (
	"encoding/xml"
	"time"
)

type atomRoot struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Base    string      `xml:"xml:base,attr,omitempty"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Link    atomLink    `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomEntry struct {
	ID        string      `xml:"id"`
	Title     atomText    `xml:"title"`
	Link      atomLink    `xml:"link"`
	Published string      `xml:"published"`
	Updated   string      `xml:"updated"`
	Author    *atomPerson `xml:"author"`
	Summary   *atomText   `xml:"summary"`
	Content   *atomText   `xml:"content"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

type atomPerson struct {
	Name string `xml:"name"`
}

func (d document) atom() ([]byte, error) {
	root := atomRoot{
		Lang:    "en",
		ID:      "urn:newsroom:" + d.feed.Name,
		Title:   d.feed.Title,
		Updated: d.updated().Format(time.RFC3339),
		Link:    atomLink{Rel: "self", Href: d.self()},
	}
	if d.feed.Relative {
		root.Base = d.base + "/"
	}
	for _, a := range d.articles {
		date := a.date(d.start).Format(time.RFC3339)
		root.Entries = append(root.Entries, atomEntry{
			ID:        "urn:newsroom:" + a.ID,
			Title:     atomText{"text", a.Title},
			Link:      atomLink{Href: d.link(a)},
			Published: date,
			Updated:   date,
			Author:    atomAuthor(a.Author),
			Summary:   atomHTML(a.Summary),
			Content:   atomHTML(a.Body),
		})
	}
	return marshalXML(root)
}

func atomAuthor(name string) *atomPerson {
	if name == "" {
		return nil
	}
	return &atomPerson{name}
}

func atomHTML(text string) *atomText {
	if text == "" {
		return nil
	}
	return &atomText{"html", paragraphs(text)}
}
