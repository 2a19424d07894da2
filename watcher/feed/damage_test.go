package feed_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/watcher/feed"
)

// The documents that are damaged here say the same in three formats, with a word
// for what each alphabet has. %s is their text.
var intact = map[string]string{
	"rss": `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Hafen %s</title><link>https://paper.example/</link>
<item><guid>1</guid><title>Eins %s</title><link>/1</link><description>&lt;p&gt;Der Kran &amp;amp; %s&lt;/p&gt;</description><pubDate>Tue, 06 Feb 2024 10:00:00 GMT</pubDate></item>
<item><guid>2</guid><title><![CDATA[Zwei %s]]></title><link>/2</link><dc:creator>%s</dc:creator></item>
<item><guid>3</guid><title>Drei</title><link>/3</link><description>%s</description></item>
</channel></rss>
`,
	"atom": `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Hafen %s</title><link href="https://paper.example/"/><id>urn:x:feed</id>
<entry><id>1</id><title>Eins %s</title><link href="/1"/><summary type="html">&lt;p&gt;Der Kran &amp;amp; %s&lt;/p&gt;</summary><updated>2024-02-06T10:00:00Z</updated></entry>
<entry><id>2</id><title type="html"><![CDATA[Zwei %s]]></title><link href="/2"/><author><name>%s</name></author></entry>
<entry><id>3</id><title>Drei</title><link href="/3"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">%s</div></content></entry>
</feed>
`,
	"rdf": `<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://paper.example/"><title>Hafen %s</title></channel>
<item rdf:about="1"><title>Eins %s</title><link>/1</link><description>&lt;p&gt;Der Kran &amp;amp; %s&lt;/p&gt;</description><dc:date>2024-02-06T10:00:00Z</dc:date></item>
<item rdf:about="2"><title><![CDATA[Zwei %s]]></title><link>/2</link><dc:creator>%s</dc:creator></item>
<item rdf:about="3"><title>Drei</title><link>/3</link><description>%s</description></item>
</rdf:RDF>
`,
}

// document is an intact document whose texts are in words.
func document(format, words string) string { return strings.ReplaceAll(intact[format], "%s", words) }

var origin = &url.URL{Scheme: "https", Host: "paper.example", Path: "/feed"}

func read(t *testing.T, body []byte, contentType string) *feed.Document {
	t.Helper()
	doc, err := feed.Parse(feed.Raw{Body: body, Base: origin, ContentType: contentType})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// same fails the test if the damaged document does not say what the intact one
// does.
func same(t *testing.T, intact string, damaged []byte, contentType string) {
	t.Helper()
	want := read(t, []byte(intact), "")
	if len(want.Items) != 3 || want.Degraded != "" {
		t.Fatalf("the intact document is %+v", want)
	}
	got := read(t, damaged, contentType)
	if d := cmp.Diff(want.Items, got.Items); d != "" || got.Title != want.Title {
		t.Errorf("title %q, want %q; items (-intact +damaged)\n%s", got.Title, want.Title, d)
	}
}

// eachFormat runs a test on the document in each format.
func eachFormat(t *testing.T, words string, f func(t *testing.T, doc string)) {
	t.Helper()
	for format := range intact {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			f(t, document(format, words))
		})
	}
}

const (
	western  = "Größe – „Übermut“ à la café"
	cyrillic = "Портовый кран стоит без движения"
	chinese  = "港口的起重机不动了，没有人知道这是为什么。"
	japanese = "港のクレーンが動かない、誰も理由を知らない。"
	korean   = "항구의 크레인이 멈췄다"
	polish   = "Dźwig w porcie stoi, żółta łódź"
	greek    = "Ο γερανός στο λιμάνι"
)

func TestCharsetDamage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ charset, words string }{
		{"windows-1252", western}, {"iso-8859-15", "Größe à la café"}, {"windows-1251", cyrillic}, {"koi8-r", cyrillic}, {"windows-1250", polish},
		{"iso-8859-2", polish}, {"windows-1253", greek}, {"iso-8859-7", greek}, {"gbk", chinese}, {"gb18030", chinese}, {"big5", "港口的起重機不動了"},
		{"shift_jis", japanese}, {"euc-jp", japanese}, {"iso-2022-jp", japanese}, {"euc-kr", korean},
	} {
		t.Run(c.charset, func(t *testing.T) {
			t.Parallel()
			for format := range intact {
				doc := document(format, c.words)
				declared := strings.Replace(doc, "UTF-8", c.charset, 1)
				silent := strings.Replace(doc, ` encoding="UTF-8"`, "", 1)
				same(t, doc, encode(t, c.charset, []byte(declared)), "text/xml")
				same(t, doc, encode(t, c.charset, []byte(silent)), "text/xml; charset="+c.charset)
				same(t, doc, encode(t, c.charset, []byte(declared)), "text/xml; charset=x-fake")
				if c.charset != "iso-2022-jp" { // whose bytes are UTF-8 in any case
					same(t, doc, []byte(declared), "text/xml; charset="+c.charset)
				}
				if c.charset == "windows-1252" || c.charset == "gbk" || c.charset == "gb18030" {
					same(t, doc, encode(t, c.charset, []byte(silent)), "")
					same(t, doc, encode(t, c.charset, []byte(doc)), "text/xml; charset=utf-8")
				}
			}
		})
	}
	for _, charset := range []string{"utf-16le", "utf-16be", "utf-16le-bom", "utf-32le"} {
		t.Run(charset, func(t *testing.T) {
			t.Parallel()
			eachFormat(t, western+cyrillic+chinese, func(t *testing.T, doc string) {
				same(t, doc, encode(t, charset, []byte(doc)), "")
				same(t, doc, encode(t, charset, []byte(strings.Replace(doc, "UTF-8", "UTF-16", 1))), "text/xml; charset=utf-8")
			})
		})
	}
}

func TestDamage(t *testing.T) {
	t.Parallel()
	const declaration = `<?xml version="1.0" encoding="UTF-8"?>`
	before := func(s string) func(string) string { return func(doc string) string { return s + doc } }
	after := func(s string) func(string) string { return func(doc string) string { return doc + s } }
	instead := func(s string) func(string) string {
		return func(doc string) string { return strings.Replace(doc, declaration, s, 1) }
	}
	within := func(s string) func(string) string {
		return func(doc string) string { return strings.Replace(doc, "Eins ", "Eins "+s, 1) }
	}
	for _, d := range []struct {
		name   string
		damage func(string) string
	}{
		{"two byte order marks", before("\ufeff\ufeff")},
		{"blank lines in front", before("\r\n\n  ")},
		{"a script's warning in front", before("<br />\n<b>Warning</b>: include(x.php): failed to open stream in <b>/srv/feed.php</b> on line <b>3</b><br />\n")},
		{"plain text in front", before("Notice: undefined index: a < b && c\n")},
		{"a comment of 5 KB in front of the root", instead(declaration + "<!--" + strings.Repeat("x <rss> ", 640) + "-->")},
		{"a document type of 5 KB", instead(declaration + "<!DOCTYPE x [" + strings.Repeat(`<!ENTITY a "b>">`, 320) + "]>")},
		{"XML 1.1", instead(`<?xml version="1.1" encoding="UTF-8"?>`)},
		{"a label that is none", instead(`<?xml version="1.0" encoding="x-fake"?>`)},
		{"a label that nearly is one", instead(`<?xml version="1.0" encoding="utf-8mb4"?>`)},
		{"a declaration without its end", instead(`<?xml version="1.0" encoding="UTF-8">`)},
		{"no declaration", instead("")},
		{"a declaration too many", before(declaration)},
		{"references to no character", within("&#x1a;&#0;&#xFFFF;&#xD800;&#99999999999;")},
		{"NUL", within("\x00")},
		{"control characters", within("\x01\x08\x0b\x1f")},
		{"a stray byte of another charset", func(doc string) string { return strings.Replace(doc, "Übermut", "\xdcbermut", 1) }},
		{"junk behind", after("<script>alert(1)</script>\n<!-- cached -->\x00")},
		{"a second document behind", func(doc string) string { return doc + doc }},
		{"an unescaped ampersand", func(doc string) string {
			return strings.Replace(doc, "https://paper.example/", "https://paper.example/?a&b=c", 1)
		}},
		{"gzip that nobody announced", func(doc string) string { return zipped(doc) }},
		{"gzip twice", func(doc string) string { return zipped(zipped(doc)) }},
	} {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			eachFormat(t, western, func(t *testing.T, doc string) { same(t, doc, []byte(d.damage(doc)), "") })
		})
	}
}

// TestCutAnywhere cuts documents at every byte. What is whole is read, and the
// document says that it is not.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	eachFormat(t, western, func(t *testing.T, doc string) {
		want := read(t, []byte(doc), "")
		end := rootEnd(doc)
		for n := range len(doc) {
			cut := doc[:n]
			whole := strings.Count(cut, "</item>") + strings.Count(cut, "</entry>")
			got, err := feed.Parse(feed.Raw{Body: []byte(cut), Base: origin})
			if whole == 0 {
				var e *feed.Error
				if got != nil || !errors.As(err, &e) {
					t.Fatalf("cut after %d bytes: got %+v, %v", n, got, err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("cut after %d bytes: %v", n, err)
			}
			if (got.Degraded == "") != (n >= end) {
				t.Errorf("cut after %d of %d bytes: degraded is %q", n, end, got.Degraded)
			}
			if d := cmp.Diff(want.Items[:whole], got.Items); d != "" || got.Title != want.Title {
				t.Fatalf("cut after %d bytes: title %q\n%s", n, got.Title, d)
			}
		}
	})
}

// rootEnd is where the root of a document ends.
func rootEnd(doc string) int { return strings.LastIndexByte(doc, '>') + 1 }

// TestCutJSONAnywhere does so with a JSON Feed.
func TestCutJSONAnywhere(t *testing.T) {
	t.Parallel()
	doc := `{"version": "https://jsonfeed.org/version/1.1", "title": "Größe", "items": [{"id": "1", "title": "Eins", "authors": [{"name": "Ada"}]},
{"id": 2, "content_text": "a } b ] \" c"}, {"id": "3", "tags": ["x"]}], "language": "de"}`
	want := read(t, []byte(doc), "")
	ends := []int{strings.Index(doc, "},\n") + 1, strings.Index(doc, "}, {") + 1, strings.Index(doc, "}], \"l") + 1}
	for n := range len(doc) {
		whole := 0
		for _, end := range ends {
			if n >= end {
				whole++
			}
		}
		got, err := feed.Parse(feed.Raw{Body: []byte(doc[:n]), Base: origin})
		switch {
		case whole == 0 && err == nil:
			t.Fatalf("cut after %d bytes: got %+v", n, got)
		case whole == 0:
		case err != nil || got.Degraded == "":
			t.Fatalf("cut after %d bytes: %+v, %v", n, got, err)
		default:
			if d := cmp.Diff(want.Items[:whole], got.Items); d != "" {
				t.Fatalf("cut after %d bytes:\n%s", n, d)
			}
		}
	}
}

// TestCutGzip cuts compressed documents: never a panic, always an error or a
// document.
func TestCutGzip(t *testing.T) {
	t.Parallel()
	packed := zipped(document("rss", western))
	for n := range len(packed) {
		if doc, err := feed.Parse(feed.Raw{Body: []byte(packed[:n])}); (doc == nil) == (err == nil) {
			t.Fatalf("cut after %d bytes: %+v, %v", n, doc, err)
		}
	}
}
