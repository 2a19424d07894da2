package feed_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/watcher/feed"
)

func TestParseFindsHubs(t *testing.T) {
	t.Parallel()
	const entry = `<entry><id>1</id><title>x</title><link rel="hub" href="https://entry.example/"/><link rel="self" href="https://entry.example/"/></entry>`
	for name, tt := range map[string]struct {
		doc  string
		hubs []string
		self string
	}{
		"Atom": {
			`<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="https://hub.example/?a=1&amp;b"/><link rel="self" href="/feed"/>` + entry + `</feed>`,
			[]string{"https://hub.example/?a=1&b"}, "https://paper.example/feed",
		},
		"Atom with several hubs, one twice, and a base": {
			`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://base.example/x/"><link href="hub" rel="HUB"/><link href='hub' rel='hub'/>` +
				`<link rel="hub self" href="https://two.example/"/><link rel="self" href="late"/>` + entry + `</feed>`,
			[]string{"https://base.example/x/hub", "https://two.example/"}, "https://two.example/",
		},
		"RSS with Atom's links": {
			`<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>T</title><link>https://paper.example/</link>` +
				`<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" type="application/rss+xml" href="https://paper.example/rss"></atom:link>` +
				`<item><title>x</title><atom:link rel="hub" href="https://item.example/"/></item></channel></rss>`,
			[]string{"https://hub.example/"}, "https://paper.example/rss",
		},
		"RSS with links after its items": {
			`<rss xmlns:a10="http://www.w3.org/2005/Atom"><channel><item><title>x</title></item><a10:link rel="hub" href="https://hub.example/"/></channel></rss>`,
			[]string{"https://hub.example/"}, "",
		},
		"RSS 1.0": {
			`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:atom="http://www.w3.org/2005/Atom">` +
				`<channel><title>T</title><atom:link rel="hub" href="https://hub.example/"/></channel><item rdf:about="1"><title>x</title></item></rdf:RDF>`,
			[]string{"https://hub.example/"}, "",
		},
		"JSON Feed": {
			`{"version": "https://jsonfeed.org/version/1.1", "feed_url": "https://paper.example/feed.json", "items": [{"id": "1", "content_text": "x"}],
				"hubs": [{"type": "rssCloud", "url": "https://cloud.example/"}, {"type": "WebSub", "url": "https://hub.example/"}, {"type": "WebSub", "url": "hub"}]}`,
			[]string{"https://hub.example/"}, "https://paper.example/feed.json",
		},
		"JSON Feed with hubs of the wrong type": {
			`{"version": "https://jsonfeed.org/version/1.1", "feed_url": 7, "hubs": {"url": 1}, "items": [{"id": "1", "content_text": "x"}]}`, nil, "",
		},
		"none": {`<rss><channel><item><title>x</title></item></channel></rss>`, nil, ""},
		"addresses that are none": {
			`<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="javascript:alert(1)"/><link rel="hub"/><link rel="self" href=""/>` + entry + `</feed>`, nil, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := feed.Parse(feed.Raw{Body: []byte(tt.doc), Base: &url.URL{Scheme: "https", Host: "paper.example", Path: "/feeds/"}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.hubs, d.Hubs); diff != "" {
				t.Error(diff)
			}
			if d.Self != tt.self {
				t.Errorf("calls itself %q, want %q", d.Self, tt.self)
			}
		})
	}
}
