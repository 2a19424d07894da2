package main

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"time"
)

// format is how a feed writes its documents.
type format int

const (
	rss format = iota
	atom
	jsonFeed
	formats // how many there are
)

// item is an entry of a feed.
type item struct {
	id        string // unique in the feed
	title     string
	summary   string // plain
	body      string // HTML
	published time.Time
}

// source is a feed as it is now.
type source struct {
	title  string
	base   string // where its site is, without a slash at the end
	format format
	items  []item // the newest first
}

func (f format) contentType() string {
	switch f {
	case atom:
		return "application/atom+xml; charset=utf-8"
	case jsonFeed:
		return "application/feed+json; charset=utf-8"
	}
	return "application/rss+xml; charset=utf-8"
}

// document is the feed in its format.
func (s *source) document() []byte {
	switch s.format {
	case atom:
		return s.atom()
	case jsonFeed:
		return s.json()
	}
	return s.rss()
}

func (s *source) link(it *item) string { return s.base + "/news/" + it.id }

func (s *source) rss() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
	<title>%s</title>
	<atom:link href="%s/feed" rel="self" type="application/rss+xml" />
	<link>%[2]s</link>
	<description>%[1]s, all the news</description>
	<language>en-US</language>
`, s.title, s.base)
	for i := range s.items {
		it := &s.items[i]
		fmt.Fprintf(&b, `	<item>
		<title>%s</title>
		<link>%s</link>
		<dc:creator><![CDATA[Newsdesk]]></dc:creator>
		<pubDate>%s</pubDate>
		<category><![CDATA[News]]></category>
		<category><![CDATA[World]]></category>
		<guid isPermaLink="false">%s</guid>
		<description><![CDATA[<p>%s</p>]]></description>
		<content:encoded><![CDATA[%s]]></content:encoded>
	</item>
`, it.title, s.link(it), it.published.Format(time.RFC1123Z), it.id, it.summary, it.body)
	}
	b.WriteString("</channel>\n</rss>\n")
	return []byte(b.String())
}

func (s *source) atom() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
	<title>%s</title>
	<link rel="self" href="%s/feed"/>
	<id>%[2]s/</id>
`, s.title, s.base)
	for i := range s.items {
		it := &s.items[i]
		fmt.Fprintf(&b, `	<entry>
		<title>%s</title>
		<link rel="alternate" type="text/html" href="%s"/>
		<id>%s</id>
		<published>%s</published>
		<updated>%[4]s</updated>
		<author><name>Newsdesk</name></author>
		<category term="News"/>
		<summary type="html">%s</summary>
		<content type="html">%s</content>
	</entry>
`, it.title, s.link(it), it.id, it.published.Format(time.RFC3339), it.summary, html.EscapeString(it.body))
	}
	b.WriteString("</feed>\n")
	return []byte(b.String())
}

func (s *source) json() []byte {
	type entry struct {
		ID        string   `json:"id"`
		URL       string   `json:"url"`
		Title     string   `json:"title"`
		Summary   string   `json:"summary"`
		HTML      string   `json:"content_html"`
		Published string   `json:"date_published"`
		Tags      []string `json:"tags"`
	}
	root := struct {
		Version string  `json:"version"`
		Title   string  `json:"title"`
		Home    string  `json:"home_page_url"`
		Items   []entry `json:"items"`
	}{Version: "https://jsonfeed.org/version/1.1", Title: s.title, Home: s.base}
	for i := range s.items {
		it := &s.items[i]
		root.Items = append(root.Items, entry{
			ID: it.id, URL: s.link(it), Title: it.title, Summary: it.summary, HTML: it.body,
			Published: it.published.Format(time.RFC3339), Tags: []string{"News"},
		})
	}
	b, err := json.Marshal(root)
	if err != nil {
		panic(err) // strings alone
	}
	return b
}
