package newsroom_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/seeds/newsroom"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// hostile is a feed with everything that a format has to escape or to leave out.
func hostile(format newsroom.Format, relative bool) newsroom.Feed {
	return newsroom.Feed{
		Name:     "sample",
		Title:    "Rust & Ore",
		Format:   format,
		Relative: relative,
		Articles: []newsroom.Article{
			{ID: "s-1", Title: "Plain", After: -time.Hour, URL: "https://example.com/a?b=c&d=e"},
			{
				ID:      "s-2",
				Title:   "AT&amp;T <!channel> \"quoted\" ]]> é",
				Summary: "Less < more & “so on”",
				Body:    "First.\n\nSecond ]]> with a bell:\a <script>",
				Author:  "O'Neill & Daughter",
			},
			{ID: "s-3", Title: "Dated", After: -time.Minute, Published: start.Add(-48 * time.Hour)},
			{ID: "s-4", Title: "Not yet", After: time.Second},
		},
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		file string
		feed newsroom.Feed
	}{
		{"rss.xml", hostile(newsroom.RSS, false)},
		{"rss_relative.xml", hostile(newsroom.RSS, true)},
		{"atom.xml", hostile(newsroom.Atom, false)},
		{"atom_relative.xml", hostile(newsroom.Atom, true)},
		{"feed.json", hostile(newsroom.JSON, false)},
		{"empty.json", newsroom.Feed{Name: "sample", Format: newsroom.JSON}},
	} {
		t.Run(test.file, func(t *testing.T) {
			t.Parallel()
			h := newsroom.Handler([]newsroom.Feed{test.feed}, start, at(0))
			got := read(t, get(t, h, "/sample").Body)
			golden := filepath.Join("testdata", test.file)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("document (-want +got):\n%s", diff)
			}
		})
	}
}
