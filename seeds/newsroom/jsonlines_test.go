package newsroom_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/seeds/newsroom"
)

func TestReadJSONLines(t *testing.T) {
	t.Parallel()
	const in = `{"id": "a", "title": "One", "summary": "S", "body": "B", "url": "https://example.com/1", "source": "Src", "author": "A", "published": "2031-01-02", "themes": ["x"]}

{"id": "b", "published": "2031-01-02T03:04:05+01:00"}`
	got, err := newsroom.ReadJSONLines(strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	want := []newsroom.Article{
		{
			ID: "a", Title: "One", Summary: "S", Body: "B", URL: "https://example.com/1", Author: "A",
			Published: time.Date(2031, 1, 2, 0, 0, 0, 0, time.UTC),
		},
		{ID: "b", Published: time.Date(2031, 1, 2, 2, 4, 5, 0, time.UTC)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("articles (-want +got):\n%s", diff)
	}
}

func TestReadJSONLinesNamesTheLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want string }{
		{"no JSON", "{\"id\":\"a\"}\nnonsense", "line 2: "},
		{"no ID", "\n{\"title\":\"x\"}", "line 2: no id"},
		{"an ID twice", "{\"id\":\"a\"}\n{\"id\":\"a\"}", `line 2: id "a" is that of line 1`},
		{"a date that is none", `{"id":"a","published":"yesterday"}`, `line 1: published "yesterday" is neither`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := newsroom.ReadJSONLines(strings.NewReader(test.in))
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("error %v, want one that begins with %q", err, test.want)
			}
		})
	}
}

func FuzzReadJSONLines(f *testing.F) {
	f.Add(`{"id": "a", "title": "One", "published": "2031-01-02"}` + "\n{}")
	f.Fuzz(func(t *testing.T, in string) {
		articles, err := newsroom.ReadJSONLines(strings.NewReader(in))
		if err != nil {
			return
		}
		h := newsroom.Handler(newsroom.Spread(articles, 3), start, at(0))
		for _, path := range []string{"/feed-001", "/feed-002", "/feed-003"} {
			if code := get(t, h, path).StatusCode; code != 200 && code != 404 {
				t.Errorf("%s: status %d", path, code)
			}
		}
	})
}

func TestSpread(t *testing.T) {
	t.Parallel()
	articles := []newsroom.Article{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}, {ID: "e"}}
	for _, test := range []struct {
		name string
		n    int
		want []string
	}{
		{"in turn, in rotating formats", 4, []string{"rss a e", "atom b", "json c", "rss d"}},
		{"no feed is empty", 9, []string{"rss a", "atom b", "json c", "rss d", "atom e"}},
		{"none wanted", 0, nil},
		{"less than none wanted", -1, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range newsroom.Spread(articles, test.n) {
				s := f.Format.String()
				for _, a := range f.Articles {
					s += " " + a.ID
				}
				got = append(got, s)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("feeds (-want +got):\n%s", diff)
			}
		})
	}
}
