package feed

import (
	"strings"
	"testing"
)

// TestHostileDocuments reads documents that were made to cost the reader minutes
// or its memory. That they end is the test; what they hold is read as far as it
// goes.
func TestHostileDocuments(t *testing.T) {
	t.Parallel()
	item := func(s string) string {
		return "<rss><channel><item><guid>1</guid>" + s + "</item></channel></rss>"
	}
	times := strings.Repeat
	for _, tt := range []struct {
		name, doc string
		items     int // -1 for an error
	}{
		{"tags nested deep", item(times("<a>", 1<<20)), -1},
		{"ends without begins in deep nesting", item(times("<a>", 200) + times("</b>", 1<<19) + times("</a>", 200)), 1},
		{"an element with pieces of text between elements", item(`<x:date xmlns:x="y">` + times("t<b/>", 1<<19) + `</x:date>`), 1},
		{"many films of one entry", item(`<m:group xmlns:m="http://search.yahoo.com/mrss/">` + times(`t<m:content url="x"/>`, 1<<17) + `</m:group>`), 1},
		{"many elements between entries", "<rss><channel>" + times("<x:date>1</x:date>", 1<<18) + "<item><guid>1</guid></item></channel></rss>", 1},
		{"many namespaces at the root", "<rss " + times(`xmlns:a="b" xmlns:c="d" `, 1<<16) + "><channel>" + times("<item><guid>1</guid></item>", 5000) + "</channel></rss>", 1},
		{"namespaces of each entry", "<rss><channel>" + times(`<item xmlns:n="x"><n:title>1</n:title></item>`, 5000) + "</channel></rss>", 1},
		{"an attribute of a megabyte", item(`<link href="` + times("a", 1<<20) + `"/>`), 1},
		{"many attributes", item("<a " + times("b='c' ", 1<<15) + "/>"), 1},
		{"entities of entities", `<!DOCTYPE a [<!ENTITY b "` + times("x", 1<<16) + `"><!ENTITY c "` + times("&b;", 1<<10) + `">]>` + item("<title>"+times("&c;", 1<<10)+"</title>"), 1},
		{"tags that do not end", item(times("<a ", 1<<18)), 1},
		{"values that do not end", item(times(`<a b="`, 1<<17)), 1},
		{"comments in comments", times("<!--", 1<<20), -1},
		{"references that do not end", item("<title>" + times("&#1", 1<<19) + "</title>"), 1},
		{"a text of less-than signs", item("<description>" + times("&lt;a ", 1<<18) + "</description>"), 1},
		{"a page of scripts", "<html>" + times("<script>", 1<<18), -1},
		{"lists in lists", `{"version":"https://jsonfeed.org/version/1","items":[` + times("[", 1<<20), -1},
		{"an entry of lists", `{"version":"https://jsonfeed.org/version/1","items":[{"id":` + times("[", 9000) + times("]", 9000) + `}]}`, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc, err := Parse(Raw{Body: []byte(tt.doc)})
			switch {
			case (err != nil) != (tt.items < 0):
				t.Errorf("error is %v", err)
			case err == nil && len(doc.Items) != tt.items:
				t.Errorf("%d items", len(doc.Items))
			}
		})
	}
}
