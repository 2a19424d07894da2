package story

import (
	"slices"
	"strings"
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

func TestPages(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, asked, kept string
		same, under       bool // the same page; found under one of the pages
	}{
		{"itself", "https://a.example/x", "https://a.example/x", true, true},
		{"another scheme", "http://a.example/x", "https://a.example/x", true, true},
		{"www", "https://www.a.example/x", "http://a.example/x", true, true},
		{"a slash at the end", "https://a.example/x/", "https://a.example/x", true, true},
		{"a slash at the end of the one kept", "https://a.example/x", "https://www.a.example/x/", true, true},
		{"a campaign", "https://a.example/x?utm_source=mail&id=5", "https://a.example/x?id=5", true, true},
		{"a campaign of the one kept", "https://a.example/x", "https://a.example/x/?utm_source=rss#top", true, true},
		{"capitals in the host", "HTTPS://A.example/x", "https://a.example/x", true, true},
		{"letters as they are", "https://a.example/ü", "https://a.example/%C3%BC", true, true},
		{"letters escaped", "https://a.example/%C3%BC", "https://a.example/ü", true, true},
		{"no path but a query", "https://a.example/?p=5", "http://a.example?p=5", true, true},
		{"another query", "https://a.example/x?id=5", "https://a.example/x?id=6", false, true},
		{"another page", "https://a.example/x", "https://a.example/xy", false, false},
		{"capitals in the path", "https://a.example/x", "https://a.example/X", false, false},
		{"another port", "https://a.example:8080/x", "https://a.example/x", false, false},
		{"a whole site", "https://a.example/", "https://a.example/", true, true},
		{"a whole site otherwise", "https://a.example/", "https://www.a.example/", false, false},
		{"no web address", "urn:isbn:1", "urn:isbn:1", true, true},
		{"another one", "urn:isbn:1", "urn:isbn:2", false, false},
		{"no address at all", "%zz", "%zz", true, true},
	} {
		if got := SamePage(tt.asked, tt.kept); got != tt.same {
			t.Errorf("%s: %s and %s are the same page: %v, want %v", tt.name, tt.asked, tt.kept, got, tt.same)
		}
		under := false
		for _, page := range Pages(tt.asked) {
			rest, begins := strings.CutPrefix(tt.kept, page)
			under = under || begins && (rest == "" || strings.ContainsAny(rest[:1], "/?#"))
		}
		if under != tt.under {
			t.Errorf("%s: %s is found under %q: %v, want %v", tt.name, tt.kept, Pages(tt.asked), under, tt.under)
		}
	}
}
