package story

import (
	"slices"
	"testing"
)

func TestKeysSayWhichArticlesTellTheSameStory(t *testing.T) {
	t.Parallel()
	type article struct{ title, url string }
	for _, tt := range []struct {
		name string
		a, b article
		same bool
	}{
		{"one address with other tracking",
			article{"One", "https://www.paper.example/ai/deal?utm_source=rss&id=7#top"},
			article{"Another", "http://paper.example/ai/deal/?id=7&fbclid=x"}, true},
		{"one headline with other punctuation and case",
			article{"Lab’s cloud deal “opens”, sources say", "https://a.example/1"},
			article{"LAB'S CLOUD DEAL OPENS - SOURCES SAY", "https://b.example/2"}, true},
		{"a headline outside ASCII",
			article{"Kartellamt prüft große Cloud-Verträge erneut", "https://a.example/1"},
			article{"Kartellamt prüft GROSSE Cloud Verträge erneut", "https://b.example/2"}, false},
		{"another article of one site",
			article{"Lab opens its cloud deal", "https://a.example/?p=1"},
			article{"Lab closes its cloud deal", "https://a.example/?p=2"}, false},
		{"a title too short to tell an event",
			article{"Live updates", "https://a.example/monday"},
			article{"Live updates", "https://a.example/tuesday"}, false},
		{"a site's front page is no article",
			article{"Lab opens its cloud deal", "https://a.example/"},
			article{"Ministry looks at chip sales", "https://a.example"}, false},
		{"other words",
			article{"Lab opens its cloud deal", "https://a.example/1"},
			article{"Lab opens its chip deal", "https://b.example/1"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, b := Keys(tt.a.title, tt.a.url), Keys(tt.b.title, tt.b.url)
			same := slices.ContainsFunc(a, func(k string) bool { return slices.Contains(b, k) })
			if same != tt.same {
				t.Errorf("same story: %v, want %v\nkeys of a: %q\nkeys of b: %q", same, tt.same, a, b)
			}
		})
	}
}

func TestKeysOfNothing(t *testing.T) {
	t.Parallel()
	for _, u := range []string{"", "mailto:desk@a.example", "javascript:alert(1)", "://", "/relative"} {
		if k := Keys("Live", u); len(k) != 0 {
			t.Errorf("Keys(Live, %q) = %q, want none", u, k)
		}
	}
}
