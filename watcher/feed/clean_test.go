package feed

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tokens are the tokens of a strict reading, without what cleaning takes out.
func tokens(t *testing.T, doc []byte) []xml.Token {
	t.Helper()
	var list []xml.Token
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, doc)
		}
		switch tok := tok.(type) {
		case xml.Comment, xml.ProcInst, xml.Directive:
		case xml.CharData:
			// Text around a comment comes in pieces.
			if last := len(list) - 1; last >= 0 {
				if text, ok := list[last].(xml.CharData); ok {
					list[last] = xml.CharData(string(text) + string(tok))
					continue
				}
			}
			list = append(list, xml.CopyToken(tok))
		default:
			list = append(list, xml.CopyToken(tok))
		}
	}
}

func TestCleaningKeepsWhatIsWellFormed(t *testing.T) {
	t.Parallel()
	doc := `<?xml version="1.0"?><!-- c --><rss version='2.0' xmlns:x="y"><channel>
<title>a &amp; b &#228; <!-- not this -->c</title><x:date x:a='say "hi"' b="it's" c=""/>
<item><title><![CDATA[<b>&nbsp;]]> tail</title><d>1 &gt; 0 &lt; 2</d></item></channel></rss>`
	c, err := cleanXML([]byte(doc), nil)
	if err != nil {
		t.Fatal(err)
	}
	root := doc[strings.Index(doc, "<rss"):]
	if d := cmp.Diff(tokens(t, []byte(root)), tokens(t, c.doc)); d != "" {
		t.Error(d)
	}
}

func TestCleaningMakesWellFormed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"an end without a beginning", "<rss><a></b></a></rss>", "<rss><a></a></rss>"},
		{"a beginning without an end", "<rss><a><b></a></rss>", "<rss><a><b></b></a></rss>"},
		{"an end in other letters", "<rss><Title>x</title></rss>", "<rss><Title>x</Title></rss>"},
		{"what follows the root", "<rss></rss><script>", "<rss></rss>"},
		{"attributes as in HTML", `<rss><a b=c d e='"' "f" g:h:i=j k='<'></rss>`, `<rss><a b="c" d="" e='"' f="" k="&lt;"></a></rss>`},
		{"less-than signs", "<rss>a < b <3 <c</rss>", "<rss>a &lt; b &lt;3 &lt;c</rss>"},
		{"the end of a CDATA section without its beginning", "<rss>a]]>b</rss>", "<rss>a]]&gt;b</rss>"},
		{"a name that cannot be one", "<rss><a:b:c>x</rss>", "<rss>&lt;a:b:c>x</rss>"},
		{"an entry whose end is forgotten", "<rss><item><a>1<item>2</item></rss>", "<rss><item><a>1</a></item><item>2</item></rss>"},
		{"a feed within an entry keeps its entries", "<feed><entry><feed><entry></entry></feed></entry></feed>", "<feed><entry><feed><entry></entry></feed></entry></feed>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := cleanXML([]byte(tt.in), nil)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.TrimPrefix(string(c.doc), `<?xml version="1.0" encoding="UTF-8"?>`)
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestTooManyEntries(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, before, entry, after string }{
		{"RSS", "<rss><channel>", "<item><title>x</title></item>", "</channel></rss>"},
		{"JSON", `{"version":"https://jsonfeed.org/version/1","items":[{"id":0}`, `,{"id":1}`, "]}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc := tt.before + strings.Repeat(tt.entry, MaxItems+7-strings.Count(tt.before, `"id"`)) + tt.after
			c, err := clean([]byte(doc), nil)
			if err != nil {
				t.Fatal(err)
			}
			n := strings.Count(string(c.doc), "<item>") + strings.Count(string(c.doc), `"id"`)
			if n != MaxItems || c.degraded != "more than 5000 entries: 7 left out" {
				t.Errorf("%d entries, %q", n, c.degraded)
			}
		})
	}
}

// TestTheParserCanBeStopped uses a document that the parser does not end with:
// its work on unknown elements grows with the square of their number.
func TestTheParserCanBeStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	endless := `<rss><channel><x:a xmlns:x="y">` + strings.Repeat("t<b/>", 1<<20) + `</x:a></channel></rss>`
	_, err := parse(ctx, Raw{Body: []byte(endless)})
	var e *Error
	if !errors.As(err, &e) || e.Problem != Timeout {
		t.Errorf("error is %v", err)
	}
}

// TestNestedBases uses a document that takes gofeed by itself minutes.
func TestNestedBases(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x/", 1000)
	doc := `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>` +
		strings.Repeat(`<a xml:base="`+long+`">`, 200) + strings.Repeat(`<b xml:base="y"/>`, 40_000) + strings.Repeat(`</a>`, 200) +
		`</entry></feed>`
	d, err := Parse(Raw{Body: []byte(doc)})
	if err != nil || len(d.Items) != 1 {
		t.Errorf("got %v, %v", d, err)
	}
}

// FuzzLexer holds that the tokens of anything are the whole of it.
func FuzzLexer(f *testing.F) {
	f.Add([]byte(`<?xml?><!DOCTYPE a [<!ENTITY b "c">]><a b="c>" d='e'><!-- f --><![CDATA[g]]></a h>i < j`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		l := lexer{doc: doc}
		var out []byte
		for {
			tok, ok := l.next()
			if !ok {
				break
			}
			if len(tok.raw) == 0 {
				t.Fatal("a token of nothing")
			}
			out = append(out, tok.raw...)
		}
		if !bytes.Equal(doc, out) {
			t.Errorf("%q became %q", doc, out)
		}
	})
}

// FuzzCleanXML holds that the parser finds nothing to complain of in what was
// cleaned.
func FuzzCleanXML(f *testing.F) {
	f.Add([]byte(`<rss a='b' c=d e><item>1 < 2 &amp; <b>x</i><![CDATA[y]]>]]></item><item></rss>`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		c, err := cleanXML(append([]byte("<rss><channel>"), bytes.ToValidUTF8(doc, nil)...), nil)
		if err != nil {
			return
		}
		d := xml.NewDecoder(bytes.NewReader(c.doc))
		d.Strict = false // HTML's entities may be there
		for {
			if _, err := d.Token(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatalf("%v\n%q\n%q", err, doc, c.doc)
			}
		}
	})
}
