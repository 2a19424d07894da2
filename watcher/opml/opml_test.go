package opml_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"tocsin/watcher/opml"
)

// body is a document with these outlines.
func body(outlines string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><opml version="1.0"><head><title>Mine</title></head><body>` + outlines + `</body></opml>`
}

// show writes feeds out, a line each.
func show(feeds []opml.Feed) string {
	var b strings.Builder
	for _, f := range feeds {
		fmt.Fprintf(&b, "%s %q %q %s\n", f.URL, f.Title, f.Tags, f.Page)
	}
	return b.String()
}

func TestParse(t *testing.T) {
	t.Parallel()
	latin, err := charmap.ISO8859_1.NewEncoder().String(`<?xml version="1.0" encoding="ISO-8859-1"?>` + body(`<outline text="Dépêches" xmlUrl="https://a.example/"/>`)[len(`<?xml version="1.0" encoding="UTF-8"?>`):])
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.Replace(body(`<outline text="Δελτία" xmlUrl="https://a.example/"/>`), "UTF-8", "UTF-16", 1))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ doc, want string }{
		"groups in groups are tags, categories too, each once": {
			body(`<outline text="Press"><outline text="EU &amp; law"><outline title="A" text="a" xmlUrl="https://a.example/" category="/law/courts,press"/></outline><outline text="B" xmlUrl="https://b.example/"/></outline><outline text="C" xmlUrl="https://c.example/"/>`),
			"https://a.example/ \"A\" [\"press\" \"eu & law\" \"law\" \"courts\"] \nhttps://b.example/ \"B\" [\"press\"] \nhttps://c.example/ \"C\" [] \n",
		},
		"types are missing or wrong, and attributes in any case": {
			body(`<outline XMLURL="https://a.example/" TEXT="A" HtmlUrl="https://a.example/home"/><outline type="link" xmlurl="https://b.example/"/><outline type="RSS" url="https://c.example/" text="https://c.example/"/><outline type="link" url="https://no.example/"/>`),
			"https://a.example/ \"A\" [] https://a.example/home\nhttps://b.example/ \"\" [] \nhttps://c.example/ \"\" [] \n",
		},
		"entities are HTML's, and escaped once too often": {
			body(`<outline text="Caf&eacute; &amp;amp; B&amp;#252;cher &amp;quot;x&amp;quot; AT&T" xmlUrl="https://a.example/?a=1&b=2&amp;c=3"/>`),
			"https://a.example/?a=1&b=2&c=3 \"Café & Bücher \\\"x\\\" AT&T\" [] \n",
		},
		"white space and control characters are nobody's": {
			"\ufeff\n " + body("<outline text=' A\n  b\x01\x1f' xmlUrl=' https://a.example/\n'/>"),
			"https://a.example/ \"A b\" [] \n",
		},
		"feeds in a feed's outline are feeds": {
			body(`<outline text="A" xmlUrl="https://a.example/"><outline text="B" xmlUrl="https://b.example/"/></outline>`),
			"https://a.example/ \"A\" [] \nhttps://b.example/ \"B\" [] \n",
		},
		"outlines that are not closed": {
			body(`<outline text="G"><outline text="A" xmlUrl="https://a.example/"><outline text="B" xmlUrl="https://b.example/"/>`),
			"https://a.example/ \"A\" [\"g\"] \nhttps://b.example/ \"B\" [\"g\"] \n",
		},
		"Latin-1 that says so":          {latin, "https://a.example/ \"Dépêches\" [] \n"},
		"Latin-1 that says it is UTF-8": {strings.Replace(latin, "ISO-8859-1", "UTF-8", 1), "https://a.example/ \"Dépêches\" [] \n"},
		"UTF-8 that says it is Latin-1": {strings.Replace(body(`<outline text="Dépêches" xmlUrl="https://a.example/"/>`), "UTF-8", "ISO-8859-1", 1), "https://a.example/ \"Dépêches\" [] \n"},
		"UTF-16":                        {wide, "https://a.example/ \"Δελτία\" [] \n"},
		"UTF-16 without its mark":       {wide[2:], "https://a.example/ \"Δελτία\" [] \n"},
		"an unknown encoding":           {strings.Replace(latin, "ISO-8859-1", "x-klingon", 1), "https://a.example/ \"Dépêches\" [] \n"},
		"no outline":                    {body(""), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := opml.Parse([]byte(tt.doc))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, show(got)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParseNamesThePlaceOfWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		doc   string
		line  int
		feeds int
		want  string
	}{
		"another document":       {"<html>\n<body>", 1, 0, "it has no <opml>"},
		"no XML":                 {"hello", 1, 0, "it has no <opml>"},
		"nothing":                {"", 1, 0, "it has no <opml>"},
		"it breaks off":          {"<opml><body>\n<outline xmlUrl='https://a.example/'/>\n<outline ", 3, 1, "damaged XML: unexpected EOF"},
		"outlines without depth": {"<opml>" + strings.Repeat("<outline>", 1_000_000), 1, 0, "more than 64 outlines in each other"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			feeds, err := opml.Parse([]byte(tt.doc))
			var e *opml.Error
			if !errors.As(err, &e) || e.Line != tt.line || e.Error() != tt.want || len(feeds) != tt.feeds {
				t.Errorf("%d feeds, error %+v", len(feeds), err)
			}
		})
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	feeds := []opml.Feed{
		{URL: "https://a.example/?a=1&b=\"2\"", Title: `A <b> & "c" 'd'`, Tags: []string{"press & law", "eu", "us"}, Page: "https://a.example/"},
		{URL: "https://b.example/", Title: "Δελτία 🗞", Tags: []string{"press & law"}},
		{URL: "https://c.example/", Tags: nil},
		{URL: "https://d.example/", Title: "D", Tags: []string{"eu"}},
	}
	doc, err := opml.Encode("My <feeds>", feeds)
	if err != nil {
		t.Fatal(err)
	}
	got, err := opml.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(show(feeds), show(got)); d != "" {
		t.Errorf("%s\n%s", d, doc)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(body(`<outline text="a"><outline xmlUrl="https://a.example/" category="a,/b/c"/></outline>`)))
	f.Add([]byte("\xff\xfe<\x00o\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		feeds, err := opml.Parse(data)
		var e *opml.Error
		if err != nil && !errors.As(err, &e) {
			t.Error(err)
		}
		for _, x := range feeds {
			if x.URL == "" || x.Line < 1 || len(x.Tags) > 32 {
				t.Errorf("%+v", x)
			}
		}
	})
}
