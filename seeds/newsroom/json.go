package newsroom

import (
	"encoding/json"
	"time"
)

type jsonRoot struct {
	Version string     `json:"version"`
	Title   string     `json:"title"`
	Home    string     `json:"home_page_url"`
	Self    string     `json:"feed_url"`
	Lang    string     `json:"language"`
	Items   []jsonItem `json:"items"`
}

type jsonItem struct {
	ID        string       `json:"id"`
	URL       string       `json:"url"`
	Title     string       `json:"title"`
	Summary   string       `json:"summary,omitempty"`
	HTML      string       `json:"content_html"`
	Published string       `json:"date_published"`
	Authors   []jsonAuthor `json:"authors,omitempty"`
}

type jsonAuthor struct {
	Name string `json:"name"`
}

func (d document) json() ([]byte, error) {
	root := jsonRoot{
		Version: "https://jsonfeed.org/version/1.1",
		Title:   d.feed.Title,
		Home:    d.base + "/",
		Self:    d.self(),
		Lang:    "en",
		Items:   []jsonItem{}, // the format wants a list, also when it is empty
	}
	for _, a := range d.articles {
		item := jsonItem{
			ID:        a.ID,
			URL:       d.link(a),
			Title:     a.Title,
			Summary:   a.Summary,
			HTML:      paragraphs(a.Body),
			Published: a.date(d.start).Format(time.RFC3339),
		}
		if a.Author != "" {
			item.Authors = []jsonAuthor{{a.Author}}
		}
		root.Items = append(root.Items, item)
	}
	b, err := json.MarshalIndent(root, "", "  ")
	return append(b, '\n'), err
}
