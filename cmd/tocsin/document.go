package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/net/html/charset"

	"tocsin/rules/learn"
	"tocsin/watcher/feed"
	"tocsin/watcher/feed/htmltext"
)

// maxDocument is how many bytes a file of example texts may have, when it is not
// compressed.
const maxDocument = 2 * learn.MaxText

// readDocuments reads the texts in a file: articles as JSON lines, or one text, which
// may be HTML. "-" is stdin. What is no text is a mistake on the command line; a line
// that is no article is a *lineError.
func (e *env) readDocuments(name string) ([]learn.Document, error) {
	data, err := e.readDocument(name)
	if err != nil {
		return nil, err
	}
	if name == "-" {
		name = "stdin"
	}
	switch head := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n"); {
	case len(head) == 0:
		return nil, usage("%s is empty", name)
	case isObject(head):
		return articleDocuments(name, data)
	case isPage(head):
		return []learn.Document{{Text: textOfPage(data)}}, nil
	}
	text, ok := plainText(data)
	if !ok {
		return nil, usage("%s is no text (it must be a text, HTML or articles as JSON lines; pdftotext and the like make texts)", name)
	}
	if !htmltext.IsPlain(text) && strings.Contains(text, "</") {
		text = htmltext.Text(text)
	}
	return []learn.Document{{Text: text}}, nil
}

// readDocument returns what is in a file, decompressed.
func (e *env) readDocument(name string) ([]byte, error) {
	in := e.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, usage("reading a text: %w", err)
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, usage("reading a text: %s is a folder (name the files in it: %s/*)", name, strings.TrimRight(name, "/"))
		}
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxDocument+1))
	if err == nil && bytes.HasPrefix(data, []byte{0x1f, 0x8b, 0x08}) {
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(data)); err == nil {
			data, err = io.ReadAll(io.LimitReader(z, maxDocument+1))
		}
		if err != nil {
			err = gzipTrouble(err)
		}
	}
	switch {
	case err != nil:
		return nil, usage("reading a text: %s: %w", name, err)
	case len(data) > maxDocument:
		return nil, usage("reading a text: %s is larger than %d MiB, and a handful of articles is enough", name, maxDocument>>20)
	}
	return data, nil
}

// isObject reports whether data begins with a JSON object, as articles do.
func isObject(data []byte) bool {
	if data[0] != '{' {
		return false
	}
	first, _, _ := bytes.Cut(data, []byte("\n"))
	var k keys
	return json.Unmarshal(first, &k) == nil || bytes.HasPrefix(bytes.TrimLeft(data[1:], " \t"), []byte(`"`))
}

// articleDocuments returns the articles of JSON lines.
func articleDocuments(name string, data []byte) ([]learn.Document, error) {
	f, err := newLineFile(name, io.NopCloser(bytes.NewReader(data)))
	if err != nil {
		return nil, err
	}
	var docs []learn.Document
	for a, err := range f.articles() {
		if err != nil {
			return nil, err
		}
		docs = append(docs, learn.Document{Title: a.Title, Text: strings.TrimSpace(a.Summary + "\n" + a.Body)})
	}
	return docs, nil
}

// isPage reports whether data is a page of HTML.
func isPage(data []byte) bool {
	head := strings.ToLower(string(data[:min(len(data), 1024)]))
	return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html") || strings.Contains(head, "<html")
}

// textOfPage returns the text of a page's article, or of the whole page where none
// is found.
func textOfPage(data []byte) string {
	text, err := feed.PageText(data)
	if err == nil {
		return text
	}
	whole, _ := plainText(data)
	return htmltext.Text(whole)
}

// plainText returns data as UTF-8; ok is false where it is no text.
func plainText(data []byte) (text string, ok bool) {
	if r, err := charset.NewReader(bytes.NewReader(data), "text/plain"); err == nil && !utf8.Valid(data) {
		if converted, err := io.ReadAll(r); err == nil {
			data = converted
		}
	}
	return strings.ToValidUTF8(string(data), "\ufffd"), !bytes.Contains(data, []byte{0}) && !bytes.HasPrefix(data, []byte("%PDF-"))
}
