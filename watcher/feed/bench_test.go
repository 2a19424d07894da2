package feed_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"tocsin/watcher/feed"
)

// typical is a document as most feeds have: 22 entries in 43 KB.
func typical(format string) []byte {
	paragraph := `&lt;p&gt;The harbour master said on Tuesday that &lt;a href="https://paper.example/cranes"&gt;three cranes&lt;/a&gt; stand still, &amp;amp; nobody knows why: &amp;#8220;we are looking into it&amp;#8221;.&lt;/p&gt;`
	var b strings.Builder
	switch format {
	case "rss":
		b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Harbour news</title><link>https://paper.example/</link><description>From the quay</description><language>en-GB</language><ttl>15</ttl>`)
	case "atom":
		b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour news</title><link href="https://paper.example/"/><updated>2024-02-06T10:00:00Z</updated><id>https://paper.example/</id>`)
	}
	for i := range 22 {
		switch format {
		case "rss":
			fmt.Fprintf(&b, `
<item><title><![CDATA[Cranes stand still & ferries wait, day %d]]></title><link>https://paper.example/news/%d?utm_source=rss&amp;utm_medium=feed</link><guid isPermaLink="false">https://paper.example/?p=%d</guid>
<dc:creator><![CDATA[Ada Quay]]></dc:creator><pubDate>Tue, 06 Feb 2024 10:%02d:00 +0000</pubDate><category><![CDATA[Harbour]]></category><category><![CDATA[Cranes]]></category>
<media:thumbnail url="https://paper.example/%d.jpg" width="240" height="135"/><description>%s</description><content:encoded>%s</content:encoded></item>`, i, i, i, i, i, paragraph, strings.Repeat(paragraph, 5))
		case "atom":
			fmt.Fprintf(&b, `
<entry><title type="html">Cranes stand still &amp;amp; ferries wait, day %d</title><link rel="alternate" type="text/html" href="https://paper.example/news/%d?utm_source=rss&amp;utm_medium=feed"/><id>https://paper.example/?p=%d</id>
<author><name>Ada Quay</name></author><published>2024-02-06T10:%02d:00Z</published><updated>2024-02-06T11:%02d:00Z</updated><category term="Harbour"/><category term="Cranes"/>
<summary type="html">%s</summary><content type="html">%s</content></entry>`, i, i, i, i, i, paragraph, strings.Repeat(paragraph, 5))
		}
	}
	switch format {
	case "rss":
		b.WriteString("\n</channel></rss>\n")
	case "atom":
		b.WriteString("\n</feed>\n")
	}
	return []byte(b.String())
}

// BenchmarkParse reads a typical document.
func BenchmarkParse(b *testing.B) {
	base := &url.URL{Scheme: "https", Host: "paper.example", Path: "/rss"}
	for _, format := range []string{"rss", "atom"} {
		b.Run(format, func(b *testing.B) {
			body := typical(format)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				doc, err := feed.Parse(feed.Raw{Body: body, Base: base, ContentType: "text/xml; charset=utf-8"})
				if err != nil || len(doc.Items) != 22 {
					b.Fatal(doc, err)
				}
			}
		})
	}
}
