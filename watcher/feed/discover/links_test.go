package discover_test

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/text/encoding/htmlindex"

	"tocsin/watcher/feed/discover"
)

var update = flag.Bool("update", false, "write what is found into the golden files")

// TestLinks reads the pages of testdata. A file's comment says in lines of
// "key: value" how its page is sent: "at" is its address, "content-type" that of
// HTTP, "encoded" the charset of its bytes. Other lines say what the file is about.
func TestLinks(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			settings := map[string]string{"at": "https://paper.example/"}
			for line := range strings.Lines(string(a.Comment)) {
				if key, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
					settings[key] = value
				}
			}
			page := a.Files[0].Data
			if name := settings["encoded"]; name != "" {
				e, err := htmlindex.Get(name)
				if err != nil {
					t.Fatal(err)
				}
				if page, err = e.NewEncoder().Bytes(page); err != nil {
					t.Fatal(err)
				}
			}
			got := show(discover.Links(page, settings["content-type"], address(t, settings["at"])))
			if *update {
				a.Files = []txtar.File{a.Files[0], {Name: "want", Data: []byte(got)}}
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(a.Files[1].Data), got); d != "" {
				t.Error(d)
			}
		})
	}
}

func address(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// show writes candidates out, a line each.
func show(list []discover.Candidate) string {
	var b strings.Builder
	for _, c := range list {
		fmt.Fprintf(&b, "%s (%s", c.URL, c.Source)
		if c.Comments {
			b.WriteString(", comments")
		}
		fmt.Fprintf(&b, ") %q\n", c.Title)
	}
	return b.String()
}

func TestLinksOfHostilePagesAreFew(t *testing.T) {
	t.Parallel()
	at := address(t, "https://paper.example/")
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, strings.ReplaceAll(format, "%d", "%[1]d"), i)
		}
		return b.String()
	}
	for name, page := range map[string]string{
		"ten thousand links":              many(10_000, `<a href="/feed/%d">x</a>`),
		"ten thousand declared feeds":     many(10_000, `<link rel=alternate type=application/rss+xml href="/%d">`),
		"nothing but open elements":       strings.Repeat("<div>", 1<<17),
		"nothing but open links":          strings.Repeat("<a href=/rss>", 1<<17),
		"a tag with a million attributes": "<link " + many(50_000, "a%d=b ") + ">",
		"an attribute without end":        `<link rel=alternate href="` + strings.Repeat("x", 5<<20),
		"an address of a megabyte":        `<link rel=alternate type=application/rss+xml href="/` + strings.Repeat("x", 1<<18) + `">`,
		"a text of megabytes in a link":   `<a href=/rss>` + strings.Repeat("RSS ", 1<<17),
		"comments without end":            strings.Repeat("<!--", 1<<17),
		"a page beyond the limit":         strings.Repeat(" ", 8<<20) + `<link rel=alternate type=application/rss+xml href=/late>`,
		"zero bytes":                      strings.Repeat("\x00", 1<<17),
		"script without end":              "<script>" + strings.Repeat("</scrip", 1<<17),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := discover.Links([]byte(page), "text/html", at)
			if len(got) > 24 || strings.Contains(show(got), "late") {
				t.Errorf("%d candidates", len(got))
			}
			for _, c := range got {
				if len(c.URL) > 4<<10 || len(c.Title) > 200 {
					t.Errorf("an address of %d bytes, a title of %d", len(c.URL), len(c.Title))
				}
			}
		})
	}
}

func FuzzLinks(f *testing.F) {
	f.Add([]byte(`<base href=x><link rel="alternate" type="application/rss+xml" href="/feed"><a href="feed:x">RSS</a>`), "text/html; charset=utf-7")
	f.Add([]byte("<a href='//['>rss<a href=http:///feed>"), "")
	at := &url.URL{Scheme: "https", Host: "paper.example", Path: "/a/b"}
	f.Fuzz(func(t *testing.T, page []byte, contentType string) {
		for _, c := range discover.Links(page, contentType, at) {
			u, err := url.Parse(c.URL)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
				t.Errorf("%q is no address of a feed", c.URL)
			}
		}
	})
}

func TestSitemapsAreThoseOfNewsFirst(t *testing.T) {
	t.Parallel()
	got := discover.Sitemaps([]byte("\ufeffUser-agent: *\nSITEMAP : /sitemap.xml\r\nsitemap:https://other.example/google-news.xml # daily\nSitemap: ftp://x/\nDisallow: /sitemap: x\nSitemap: /sitemap.xml\n"),
		address(t, "https://paper.example/robots.txt"))
	want := "https://other.example/google-news.xml (a sitemap) \"\"\nhttps://paper.example/sitemap.xml (a sitemap) \"\"\n"
	if d := cmp.Diff(want, show(got)); d != "" {
		t.Error(d)
	}
}

func TestIndexNamesSitemapsOfNews(t *testing.T) {
	t.Parallel()
	at := address(t, "https://paper.example/sitemap.xml")
	for doc, want := range map[string]string{
		`<?xml version="1.0"?><sitemapindex><sitemap><loc>/posts.xml</loc></sitemap><sitemap><loc> https://paper.example/news.xml?a=1&amp;b=2 </loc></sitemap></sitemapindex>`: "https://paper.example/news.xml?a=1&b=2 (a sitemap) \"\"\n",
		`<urlset><url><loc>https://paper.example/news/1</loc></url></urlset>`:                                                                                                  "",
		`<html><a href=x>news</a></html>`:                                                "",
		"<sitemapindex>" + strings.Repeat("<sitemap><loc>/news</loc></sitemap>", 10_000): "https://paper.example/news (a sitemap) \"\"\n",
		"": "",
	} {
		if d := cmp.Diff(want, show(discover.Index([]byte(doc), at))); d != "" {
			t.Errorf("%.60s: %s", doc, d)
		}
	}
}

func TestGuessesAreBesideThePageAndOnItsSite(t *testing.T) {
	t.Parallel()
	for page, want := range map[string][]string{
		"https://paper.example":               {"https://paper.example/feed", "https://paper.example/rss"},
		"https://paper.example/blog":          {"https://paper.example/blog/feed", "https://paper.example/blog/rss"},
		"https://paper.example/about.html":    {"https://paper.example/feed", "https://paper.example/rss"},
		"https://paper.example:8443/a/b?c=d":  {"https://paper.example:8443/a/feed", "https://paper.example:8443/a/rss"},
		"https://paper.example/a%2Fb/c%20d/e": {"https://paper.example/a%2Fb/c%20d/feed", "https://paper.example/a%2Fb/c%20d/rss"},
	} {
		var got []string
		for _, c := range discover.Guesses(address(t, page)) {
			got = append(got, c.URL)
		}
		if len(got) < 10 || len(got) > 14 {
			t.Fatalf("%s: %d guesses", page, len(got))
		}
		if d := cmp.Diff(want, got[:2]); d != "" {
			t.Errorf("%s: %s", page, d)
		}
	}
}
