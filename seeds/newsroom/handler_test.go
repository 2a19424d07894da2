package newsroom_test

import (
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/seeds/newsroom"
)

var start = time.Date(2031, 3, 4, 12, 0, 0, 0, time.UTC)

// get asks the handler and returns its answer; headers come in pairs.
func get(t *testing.T, h http.Handler, path string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func read(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func at(offset time.Duration) func() time.Time {
	return func() time.Time { return start.Add(offset) }
}

func small() []newsroom.Feed {
	return []newsroom.Feed{{
		Name:  "one",
		Title: "One",
		Articles: []newsroom.Article{
			{ID: "old", Title: "Old", After: -time.Hour},
			{ID: "now", Title: "Now"},
			{ID: "late", Title: "Late", After: 10 * time.Second},
			{ID: "dated", Title: "Dated", After: 20 * time.Second, Published: start.Add(-48 * time.Hour)},
		},
	}}
}

func TestFeedGrowsWithTime(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		after time.Duration
		want  []string
	}{
		{"at the start, what was there before and what appears with it", 0, []string{"now", "old"}},
		{"a moment before the next article", 10*time.Second - 1, []string{"now", "old"}},
		{"at the moment of the next article, newest first", 10 * time.Second, []string{"late", "now", "old"}},
		{"an article with a date of its own, by that date", 20 * time.Second, []string{"late", "now", "old", "dated"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newsroom.Handler(small(), start, at(test.after))
			var doc struct {
				GUIDs []string `xml:"channel>item>guid"`
			}
			if err := xml.Unmarshal([]byte(read(t, get(t, h, "/one").Body)), &doc); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, doc.GUIDs); diff != "" {
				t.Errorf("articles (-want +got):\n%s", diff)
			}
		})
	}
}

func TestConditionalRequests(t *testing.T) {
	t.Parallel()
	now := start
	h := newsroom.Handler(small(), start, func() time.Time { return now })
	first := get(t, h, "/one")
	etag, modified := first.Header.Get("ETag"), first.Header.Get("Last-Modified")
	if etag == "" || modified == "" {
		t.Fatalf("validators: ETag %q, Last-Modified %q", etag, modified)
	}

	tenLater := start.Add(10 * time.Second).Format(http.TimeFormat)
	for _, test := range []struct {
		name    string
		later   time.Duration
		headers []string
		want    int
	}{
		{"the same tag", 0, []string{"If-None-Match", etag}, 304},
		{"the same tag, compressed", 0, []string{"If-None-Match", etag, "Accept-Encoding", "gzip"}, 304},
		{"the same date", 0, []string{"If-Modified-Since", modified}, 304},
		{"another tag beside the same date", 0, []string{"If-None-Match", `"x"`, "If-Modified-Since", modified}, 200},
		{"the tag after a new article", 10 * time.Second, []string{"If-None-Match", etag}, 200},
		{"the date after a new article", 10 * time.Second, []string{"If-Modified-Since", modified}, 200},
		{"the date after an article with an older date", 20 * time.Second, []string{"If-Modified-Since", tenLater}, 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			now = start.Add(test.later)
			res := get(t, h, "/one", test.headers...)
			if res.StatusCode != test.want {
				t.Errorf("status %d, want %d", res.StatusCode, test.want)
			}
			if body := read(t, res.Body); (body == "") != (test.want == 304) {
				t.Errorf("status %d with a body of %d bytes", res.StatusCode, len(body))
			}
		})
	}
}

func TestCompression(t *testing.T) {
	t.Parallel()
	h := newsroom.Handler(small(), start, at(0))
	plain := read(t, get(t, h, "/one").Body)
	for _, test := range []struct {
		accept string
		gzip   bool
	}{
		{"gzip", true},
		{"br, gzip;q=0.8", true},
		{"gzip;q=0", false},
		{"gzip; q=0.000", false},
		{"identity", false},
		{"x-gzipped", false},
	} {
		t.Run(test.accept, func(t *testing.T) {
			t.Parallel()
			res := get(t, h, "/one", "Accept-Encoding", test.accept)
			body := io.Reader(res.Body)
			if got := res.Header.Get("Content-Encoding") == "gzip"; got != test.gzip {
				t.Fatalf("compressed: %v, want %v", got, test.gzip)
			}
			if test.gzip {
				z, err := gzip.NewReader(res.Body)
				if err != nil {
					t.Fatal(err)
				}
				body = z
			}
			if diff := cmp.Diff(plain, read(t, body)); diff != "" {
				t.Errorf("document (-plain +compressed):\n%s", diff)
			}
		})
	}
}

func TestPathsThatAreNotThere(t *testing.T) {
	t.Parallel()
	h := newsroom.Handler(small(), start, at(0))
	for _, path := range []string{"/two", "/a/none", "/a/late", "/one/more", "/favicon.ico"} {
		if got := get(t, h, path).StatusCode; got != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, got)
		}
	}
}

func TestPagesAreEscapedAndSayThatTheyAreSamples(t *testing.T) {
	t.Parallel()
	feeds := small()
	feeds[0].Articles[0].Title = "<script>alert(1)</script>"
	feeds[0].Articles[0].Body = "a < b\n\n<img src=x>"
	page := read(t, get(t, newsroom.Handler(feeds, start, at(0)), "/a/old").Body)
	for _, want := range []string{"is a sample", "&lt;script&gt;", "<p>a &lt; b</p>", "&lt;img src=x&gt;"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

func TestIndexLeadsToEveryFeed(t *testing.T) {
	t.Parallel()
	feeds := newsroom.Demo()
	h := newsroom.Handler(feeds, start, at(0))
	index := read(t, get(t, h, "/").Body)
	for _, f := range feeds {
		if !strings.Contains(index, `<a href="/`+f.Name+`">`) {
			t.Errorf("the index has no link to %s", f.Name)
		}
	}
}

func TestEveryDemoFeedIsValid(t *testing.T) {
	t.Parallel()
	feeds := newsroom.Demo()
	h := newsroom.Handler(feeds, start, at(time.Hour))
	for _, f := range feeds {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			res := get(t, h, "/"+f.Name)
			if got := res.Header.Get("Content-Type"); got != f.Format.ContentType() {
				t.Errorf("Content-Type %q, want %q", got, f.Format.ContentType())
			}
			if got := titles(t, f.Format, read(t, res.Body)); len(got) != len(f.Articles) {
				t.Errorf("%d entries, want %d: %q", len(got), len(f.Articles), got)
			}
		})
	}
}

// titles parses the document and returns the titles of its entries.
func titles(t *testing.T, format newsroom.Format, doc string) []string {
	t.Helper()
	var out []string
	switch format {
	case newsroom.JSON:
		var v struct{ Items []struct{ Title string } }
		if err := json.Unmarshal([]byte(doc), &v); err != nil {
			t.Fatal(err)
		}
		for _, item := range v.Items {
			out = append(out, item.Title)
		}
	default:
		var v struct {
			RSS  []string `xml:"channel>item>title"`
			Atom []string `xml:"entry>title"`
		}
		if err := xml.Unmarshal([]byte(doc), &v); err != nil {
			t.Fatal(err)
		}
		out = append(v.RSS, v.Atom...)
	}
	return out
}
