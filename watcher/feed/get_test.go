package feed_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"tocsin/watcher/feed"
)

func TestGetTakesWhateverComes(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new?page=1", http.StatusMovedPermanently)
			return
		}
		answerWith(200, zipped("<p>a page"), "Content-Type", "text/html", "Content-Encoding", "gzip")(w, r)
	})
	a, err := newReader(t, feed.Options{}).Get(t.Context(), feed.Request{URL: strings.Replace(s.URL, "//", "//ada:s3cret@", 1) + "/old"}, now)
	if err != nil {
		t.Fatal(err)
	}
	if string(a.Body) != "<p>a page" || a.ContentType != "text/html" || a.URL.String() != s.URL+"/new?page=1" {
		t.Errorf("%q of type %q from %s", a.Body, a.ContentType, a.URL)
	}
}

func TestGetHasTheGuardsOfRead(t *testing.T) {
	t.Parallel()
	s := serve(t, answerWith(200, strings.Repeat("x", 2000)))
	for _, tt := range []struct {
		name    string
		reader  *feed.Reader
		url     string
		problem feed.Problem
	}{
		{"no private address", feed.NewReader(feed.Options{}), s.URL, feed.Forbidden},
		{"no other scheme", newReader(t, feed.Options{}), "file:///etc/passwd", feed.Forbidden},
		{"no endless body", newReader(t, feed.Options{MaxBody: 1000}), s.URL, feed.TooLarge},
	} {
		_, err := tt.reader.Get(t.Context(), feed.Request{URL: tt.url}, now)
		var e *feed.Error
		if !errors.As(err, &e) || e.Problem != tt.problem {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.problem)
		}
	}
}

func TestFormatsHaveTheirNames(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`<rss version="0.91"><channel><title>x</title></channel></rss>`:                                                                                   "RSS 0.91",
		`<rss version="2.0 &#27;[31m"><channel><title>x</title></channel></rss>`:                                                                          "RSS",
		`<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>`:                                                                               "Atom 1.0",
		`{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": []}`:                                                                      "JSON Feed 1.1",
		`{"version": "https://jsonfeed.org/version/1", "title": "x", "items": []}`:                                                                        "JSON Feed 1",
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>x</title></channel></rdf:RDF>`: "RSS 1.0",
	} {
		d, err := feed.Parse(feed.Raw{Body: []byte(doc)})
		if err != nil || d.Format != want {
			t.Errorf("%s: %v, %v, want %s", doc, d, err, want)
		}
	}
}
