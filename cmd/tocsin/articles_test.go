package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
)

func TestParseArticle(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, line string
		id         string // as it comes back
		want       rules.Article
	}{
		{"nothing", `{}`, `""`, rules.Article{}},
		{"everything", `{"id":"a","title":"T","summary":"S","body":"B","source":"N","url":"U","author":"A","lang":"L","tags":["t"],"categories":["c"],"published":"2031-01-02"}`, `"a"`,
			rules.Article{ID: "a", Title: "T", Summary: "S", Body: "B", Source: "N", URL: "U", Author: "A", Lang: "L", Tags: []string{"t"}, Categories: []string{"c"}}},
		{"null is missing", `{"id":null,"title":null,"body":null,"source":null,"tags":null,"published":null}`, `""`, rules.Article{}},
		{"a number as the id", `{"id": 12.50e3 }`, `12.50e3`, rules.Article{ID: "12.50e3"}},
		{"an id with escapes", `{"id":"\u0041\/"}`, `"\u0041\/"`, rules.Article{ID: "A/"}},
		{"further keys of any kind", `{"story":{"a":[1]},"themes":5,"title":"T"}`, `""`, rules.Article{Title: "T"}},
		{"keys in capitals are further keys", `{"title":"T","TITLE":"U","ID":5}`, `""`, rules.Article{Title: "T"}},
		{"published is not looked at", `{"published":{"no":"date"}}`, `""`, rules.Article{}},
		{"escapes in a text", `{"title":"a\tb\u00e9\ud83d\udd14 \\"}`, `""`, rules.Article{Title: "a\tbé🔔 \\"}},
		{"half a pair of surrogates", `{"title":"a\ud83d"}`, `""`, rules.Article{Title: "a�"}},
		{"bytes that are no UTF-8", "{\"title\":\"a\xff\"}", `""`, rules.Article{Title: "a�"}},
		{"plain text stays as it is", `{"title":"AT&T  < x > y","summary":" a\n\nb ","body":"Vec<T> & <me@a.example>"}`, `""`,
			rules.Article{Title: "AT&T  < x > y", Summary: " a\n\nb ", Body: "Vec<T> & <me@a.example>"}},
		{"HTML becomes text", `{"title":"AT&amp;T","summary":"<p>One</p><p>two</p>","body":"<script>x</script>B"}`, `""`,
			rules.Article{Title: "AT&T", Summary: "One\ntwo", Body: "B"}},
		{"white space around", " \t{\"title\":\"T\"} \r\n", `""`, rules.Article{Title: "T"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, err := parseArticle(line{1, []byte(tt.line)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, a.Article); diff != "" {
				t.Error(diff)
			}
			if got := string(a.id); got != tt.id {
				t.Errorf("id %s, want %s", got, tt.id)
			}
		})
	}
}

func TestParseArticleRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ line, want string }{
		{`[1]`, "an article is a JSON object, and this is a list"},
		{`"{}"`, "an article is a JSON object, and this is a string"},
		{`null`, "an article is a JSON object, and this is null"},
		{"id,title", "an article is a JSON object, and this is no JSON"},
		{`{"a":1`, "this is no JSON object: unexpected end of JSON input"},
		{`{} {}`, "this is no JSON object: invalid character '{' after top-level value"},
		{"{\x1b}", `this is no JSON object: invalid character '\x1b' looking for beginning of object key string`},
		{`{"id":true}`, "id must be a string or a number, not true"},
		{`{"title":5}`, "title must be a string, not a number"},
		{`{"url":{}}`, "url must be a string, not an object"},
		{`{"tags":"x"}`, "tags must be a list of strings, not a string"},
		{`{"categories":["x",5]}`, "categories must be a list of strings, and holds something else"},
	} {
		t.Run(tt.line, func(t *testing.T) {
			t.Parallel()
			if _, err := parseArticle(line{1, []byte(tt.line)}); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestArticlesOfAFile(t *testing.T) {
	t.Parallel()
	const two = "{\"id\":1}\n{\"id\":2}\n"
	longest := strings.Repeat(" ", maxLine)
	for _, tt := range []struct {
		name, text string
		want       string // the lines with their IDs, and the error
	}{
		{"nothing", "", ""},
		{"lines", two, "1=1 2=2"},
		{"without a last line feed", "{\"id\":1}\n{\"id\":2}", "1=1 2=2"},
		{"with line feeds of Windows", "{\"id\":1}\r\n{\"id\":2}\r\n", "1=1 2=2"},
		{"blank lines count and say nothing", "\n{\"id\":1}\n \t\r\n\n{\"id\":2}\n\n", "2=1 5=2"},
		{"a byte order mark", "\ufeff" + two, "1=1 2=2"},
		{"compressed", compress(two), "1=1 2=2"},
		{"compressed in two parts", compress("{\"id\":1}\n") + compress("{\"id\":2}"), "1=1 2=2"},
		{"compressed, with a byte order mark", compress("\ufeff" + two), "1=1 2=2"},
		{"compressed, and broken off", compress(two)[:20], "1=1 f:2: the gzip data breaks off"},
		{"compressed, and damaged", compress(two)[:30] + "\x00\x00\x00\x00\x00\x00\x00\x00", "1=1 2=2 f:3: reading: gzip: invalid checksum"},
		{"a mistake ends it", "{\"id\":1}\n\n5\n{\"id\":2}\n", "1=1 f:3: an article is a JSON object, and this is a number"},
		{"the longest line", "{}\n" + longest + "\n{}", "1= 3="},
		{"a line that is too long", "{}\n" + longest + " \n{}", "1= f:2: the line is longer than 16 MiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, err := newLineFile("f", io.NopCloser(strings.NewReader(tt.text)))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for a, err := range f.articles() {
				if err != nil {
					got = append(got, err.Error())
				} else {
					got = append(got, fmt.Sprintf("%d=%s", a.line, a.ID))
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGzipWithoutAHeaderIsRefused(t *testing.T) {
	t.Parallel()
	_, err := newLineFile("f", io.NopCloser(strings.NewReader("\x1f\x8b\x08")))
	var coded codedError
	if !errors.As(err, &coded) || coded.code != exitUsage || err.Error() != "f: the gzip data breaks off" {
		t.Errorf("got %v", err)
	}
}

func compress(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

// A reader of spans gets the words out of what it gave.
func TestOriginalLeadsToWhatWasGiven(t *testing.T) {
	t.Parallel()
	const body = `<p class=\"exclusive\">OpenAI&rsquo;s <b>exclusive</b> deal</p>`
	a, err := parseArticle(line{1, []byte(`{"title":"A  deal","body":"` + body + `"}`)})
	if err != nil {
		t.Fatal(err)
	}
	given := strings.ReplaceAll(body, `\"`, `"`)
	at := strings.Index(a.Body, "exclusive deal")
	from, to := a.original(rules.Span{Field: rules.Body, From: at, To: at + len("exclusive deal")})
	if got, want := given[from:to], "exclusive</b> deal"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if from, to := a.original(rules.Span{Field: rules.Title, From: 3, To: 7}); from != 3 || to != 7 {
		t.Errorf("plain text: got %d to %d", from, to)
	}
}
