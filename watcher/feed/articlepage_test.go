package feed_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/watcher/feed"
)

// article is a page as papers have them: the text among much else.
func article(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("testdata", "page.html"))
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestReadPageReadsTheArticleAndNothingAroundIt(t *testing.T) {
	t.Parallel()
	page := article(t)
	latin1 := strings.NewReplacer("é", "\xe9", `<meta charset="utf-8">`, "").Replace(page)
	for _, tt := range []struct {
		name, body, contentType string
	}{
		{"a page in UTF-8", page, "text/html; charset=utf-8"},
		{"a page that names its encoding itself", page, "text/html"},
		{"a page in another encoding", latin1, "text/html; charset=iso-8859-1"},
		{"a compressed page", zipped(page), "text/html; charset=utf-8"},
		{"a page of no type", page, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, answerWith(200, tt.body, "Content-Type", tt.contentType))
			text, err := newReader(t, feed.Options{}).ReadPage(t.Context(), feed.PageRequest{URL: s.URL})
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"Café owners along the northern quay", "until the tide tables are redrawn", "the last sentence of the report"} {
				if !strings.Contains(text, want) {
					t.Errorf("%q is missing in %q", want, text)
				}
			}
			for _, not := range []string{"Subscribe", "cookies", "alert(", "<p>", "Imprint"} {
				if strings.Contains(text, not) {
					t.Errorf("%q is in %q", not, text)
				}
			}
		})
	}
}

func TestReadPageFails(t *testing.T) {
	t.Parallel()
	deep := "<html><body>" + strings.Repeat("<div>", 2000) + "text"
	for _, tt := range []struct {
		name    string
		h       http.HandlerFunc
		problem feed.Problem
	}{
		{"an error", answerWith(404, "gone fishing"), feed.Status},
		{"a bot wall", answerWith(200, "<html><title>Just a moment...</title><script>window._cf_chl_opt={}</script></html>"), feed.BotWall},
		{"a document of another type", answerWith(200, "%PDF-1.7", "Content-Type", "application/pdf"), feed.Broken},
		{"elements without end", answerWith(200, deep, "Content-Type", "text/html"), feed.Broken},
		{"too many elements", answerWith(200, "<html><body>"+strings.Repeat("<p>a paragraph</p>", 30_000), "Content-Type", "text/html"), feed.Broken},
		{"no text", answerWith(200, "<html><body></body></html>", "Content-Type", "text/html"), feed.Empty},
		{"too large", answerWith(200, strings.Repeat("x", 5<<20), "Content-Type", "text/html"), feed.TooLarge},
		{"a redirect to a file", answerWith(302, "", "Location", "file:///etc/passwd"), feed.Forbidden},
		{"a redirect to where clouds keep their keys", answerWith(302, "", "Location", "http://169.254.169.254/latest"), feed.Forbidden},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, tt.h)
			text, err := newReader(t, feed.Options{}).ReadPage(t.Context(), feed.PageRequest{URL: s.URL + "/a"})
			var e *feed.Error
			if !errors.As(err, &e) || e.Problem != tt.problem || text != "" {
				t.Errorf("%q and %v, want %s", text, err, tt.problem)
			}
		})
	}
}

func TestReadPageIsGuarded(t *testing.T) {
	t.Parallel()
	s := serve(t, answerWith(200, article(t)))
	r := feed.NewReader(feed.Options{})
	t.Cleanup(r.Close)
	for _, url := range []string{s.URL, "file:///etc/passwd", "gopher://a.example/"} {
		_, err := r.ReadPage(t.Context(), feed.PageRequest{URL: url})
		var e *feed.Error
		if !errors.As(err, &e) || e.Problem != feed.Forbidden {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestReadPageAsksLikeAReader(t *testing.T) {
	t.Parallel()
	var got *http.Request
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { got = r; fmt.Fprint(w, article(t)) })
	r := newReader(t, feed.Options{UserAgent: "tocsin/1.2"})
	if _, err := r.ReadPage(t.Context(), feed.PageRequest{URL: s.URL + "/a b?x=1 2#c", Header: http.Header{"X-Token": {"t0ken"}}}); err != nil {
		t.Fatal(err)
	}
	if got.RequestURI != "/a%20b?x=1%202" || got.UserAgent() != "tocsin/1.2" || got.Header.Get("X-Token") != "t0ken" ||
		got.Header.Get("Referer")+got.Header.Get("Cookie") != "" || !strings.HasPrefix(got.Header.Get("Accept"), "text/html") {
		t.Errorf("asked %s with %v", got.RequestURI, got.Header)
	}
}

func TestReadPageEndsOnPagesThatWereMadeForIt(t *testing.T) {
	t.Parallel()
	const n = 8_000
	for name, body := range map[string]string{
		"paragraphs":       strings.Repeat("<p>one, two, three, four, five, six, seven and eight words in this</p>", n),
		"links":            strings.Repeat("<p><a href=/x>words that are links, and nothing else here</a></p>", n/2),
		"nested divisions": strings.Repeat(strings.Repeat("<div>", 400)+"words, and more words here"+strings.Repeat("</div>", 400), n/400),
		"line breaks":      "<div>" + strings.Repeat("a<br>", n) + "</div>",
		"spans":            "<div>" + strings.Repeat("<span>a</span>", n) + "</div>",
		"attributes":       "<div " + strings.Repeat("a=b ", 500_000) + ">text</div>",
		"open formatting":  strings.Repeat("<b><i><p>text", n/4),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, answerWith(200, "<html><body>"+body, "Content-Type", "text/html"))
			text, err := newReader(t, feed.Options{}).ReadPage(t.Context(), feed.PageRequest{URL: s.URL})
			var e *feed.Error
			if (err == nil) != (text != "") || err != nil && !errors.As(err, &e) {
				t.Errorf("%d bytes and %v", len(text), err)
			}
		})
	}
}
