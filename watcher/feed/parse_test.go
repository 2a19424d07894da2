package feed_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"tocsin/watcher/feed"
)

var update = flag.Bool("update", false, "write what is read into the golden files")

// TestParse reads the documents of testdata. A file's comment says in lines of
// "key: value" how its document is sent:
//
//	base: the address it comes from (default http://paper.example/feeds/rss)
//	content-type: of HTTP
//	encoded: the charset of the bytes; utf-16le, utf-16be and utf-32le, too
//	wrapped: bom, bom-bom or gzip
//	bytes: yes, if the document is written as a Go string is, with \xe9
//
// Other lines say what the file is about.
func TestParse(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := show(feed.Parse(raw(t, a)))
			if *update {
				a.Files = []txtar.File{a.Files[0], {Name: "want", Data: []byte(got)}}
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(part(a, "want")), got); d != "" {
				t.Error(d)
			}
		})
	}
}

func part(a *txtar.Archive, name string) []byte {
	for _, f := range a.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

// raw is a file's document as it is sent.
func raw(t *testing.T, a *txtar.Archive) feed.Raw {
	t.Helper()
	settings := map[string]string{"base": "http://paper.example/feeds/rss"}
	for line := range strings.Lines(string(a.Comment)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			settings[key] = value
		}
	}
	base, err := url.Parse(settings["base"])
	if err != nil {
		t.Fatal(err)
	}
	body := part(a, "document")
	if settings["bytes"] != "" {
		body = unquote(body)
	}
	body = encode(t, settings["encoded"], body)
	switch settings["wrapped"] {
	case "bom":
		body = append([]byte("\ufeff"), body...)
	case "bom-bom":
		body = append([]byte("\ufeff\ufeff"), body...)
	case "gzip":
		body = []byte(zipped(string(body)))
	}
	return feed.Raw{Body: body, Base: base, ContentType: settings["content-type"]}
}

// unquote replaces \xNN by the byte.
func unquote(b []byte) []byte {
	var out []byte
	for {
		before, after, ok := bytes.Cut(b, []byte(`\x`))
		out = append(out, before...)
		if !ok {
			return out
		}
		var n byte
		fmt.Sscanf(string(after[:2]), "%02x", &n)
		out, b = append(out, n), after[2:]
	}
}

func encode(t *testing.T, charset string, b []byte) []byte {
	t.Helper()
	var e encoding.Encoding
	switch charset {
	case "":
		return b
	case "utf-16le":
		e = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case "utf-16be":
		e = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case "utf-16le-bom":
		e = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case "utf-32le":
		e = utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)
	default:
		var err error
		if e, err = htmlindex.Get(charset); err != nil {
			t.Fatal(err)
		}
	}
	out, err := e.NewEncoder().Bytes(b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// show writes out what was read, without what is empty.
func show(doc *feed.Document, err error) string {
	var b strings.Builder
	line := func(indent, key string, value any) {
		if s := fmt.Sprint(value); s != "" && s != "0s" && s != "[]" {
			fmt.Fprintf(&b, "%s%s: %s\n", indent, key, strings.ReplaceAll(s, "\n", "\n"+indent+"  "))
		}
	}
	if err != nil {
		var e *feed.Error
		if errors.As(err, &e) {
			line("", "error", string(e.Problem)+": "+e.Reason)
			return b.String()
		}
		return "error of a wrong type: " + err.Error()
	}
	line("", "title", doc.Title)
	line("", "language", doc.Language)
	line("", "ttl", doc.TTL)
	line("", "period", doc.Period)
	if doc.Skip != (feed.Skip{}) {
		line("", "skip", fmt.Sprintf("hours %024b days %07b", doc.Skip.Hours, doc.Skip.Days))
	}
	line("", "degraded", doc.Degraded)
	for _, it := range doc.Items {
		fmt.Fprintf(&b, "item %s\n", it.Key)
		if it.ID != it.Key {
			line("  ", "id", it.ID)
		}
		line("  ", "link", it.Link)
		if it.Untitled {
			line("  ", "untitled", it.Title)
		} else {
			line("  ", "title", it.Title)
		}
		line("  ", "summary", it.Summary)
		line("  ", "content", it.Content)
		line("  ", "author", it.Author)
		line("  ", "categories", strings.Join(it.Categories, " | "))
		line("  ", "published", date(it.Published))
		line("  ", "updated", date(it.Updated))
	}
	return b.String()
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
