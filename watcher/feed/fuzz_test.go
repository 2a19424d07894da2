package feed_test

import (
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"tocsin/watcher/feed"
)

// FuzzParse holds what a caller relies on for any document at all.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(part(a, "document"), "text/xml; charset=koi8-r")
	}
	base := &url.URL{Scheme: "https", Host: "paper.example", Path: "/rss"}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		doc, err := feed.Parse(feed.Raw{Body: body, Base: base, ContentType: contentType, MaxBody: 1 << 20})
		if err != nil {
			var e *feed.Error
			if doc != nil || !errors.As(err, &e) || e.Reason == "" || strings.ContainsAny(e.Reason, "\n\x1b") {
				t.Errorf("%v beside %#v", doc, err)
			}
			if strings.Contains(err.Error(), "panicked") {
				t.Error(err)
			}
			return
		}
		checkDocument(t, doc)
	})
}

func checkDocument(t *testing.T, doc *feed.Document) {
	t.Helper()
	line(t, doc.Title)
	line(t, doc.Degraded)
	if len(doc.Items) > feed.MaxItems {
		t.Errorf("%d items", len(doc.Items))
	}
	seen := map[string]bool{}
	for _, it := range doc.Items {
		if it.Key == "" || seen[it.Key] {
			t.Errorf("key %q is empty or was there before", it.Key)
		}
		seen[it.Key] = true
		if u, err := url.Parse(it.Link); it.Link != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
			t.Errorf("link is %q", it.Link)
		}
		line(t, it.Title)
		line(t, it.Author)
		for _, c := range it.Categories {
			line(t, c)
		}
		if it.Title == "" && it.Summary != "" || it.Summary == "" && it.Content != "" || it.Content != "" && it.Content == it.Summary {
			t.Errorf("title %q, summary %q, content %q", it.Title, it.Summary, it.Content)
		}
		if !utf8.ValidString(it.Title + it.Summary + it.Content + it.Link + it.Key) {
			t.Errorf("not UTF-8: %+v", it)
		}
	}
}

func line(t *testing.T, s string) {
	t.Helper()
	if strings.ContainsAny(s, "\n\r\t") || strings.TrimSpace(s) != s {
		t.Errorf("%q is no line", s)
	}
}
