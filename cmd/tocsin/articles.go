package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"tocsin/rules"
	"tocsin/watcher/feed/htmltext"
)

// article is an article as a line of JSON writes it:
//
//	{"id": …, "title": …, "summary": …, "body": …, "source": …, "url": …, "author": …,
//	 "lang": …, "tags": […], "categories": […], "published": …}
//
// All keys may be missing, which null means too, and further keys are ignored;
// so is published, since no rule looks at the time.
//
// What holds HTML in title, summary or body is made text, as it is when it comes
// from a feed. A text in which there is nothing of HTML stays as it is.
type article struct {
	rules.Article
	line   int             // of the file
	id     json.RawMessage // as it came, a string or a number; "" where it is missing
	keys   keys            // all of them, for those that a command knows besides
	origin [3]htmltext.Origin
}

const listOfStrings = "a list of strings"

// keys are the members of a JSON object, as they came.
type keys map[string]json.RawMessage

// parseArticle reads an article.
func parseArticle(l line) (*article, error) {
	a := &article{line: l.number}
	if text := bytes.TrimSpace(l.text); text[0] != '{' {
		return nil, fmt.Errorf("an article is a JSON object, and this is %s", jsonKind(text))
	}
	if err := json.Unmarshal(l.text, &a.keys); err != nil {
		return nil, fmt.Errorf("this is no JSON object: %w", err)
	}
	if err := a.readID(); err != nil {
		return nil, err
	}
	var texts [3]string // by rules.Field
	for _, member := range []struct {
		key  string
		text *string
	}{
		{"title", &texts[rules.Title]}, {"summary", &texts[rules.Summary]}, {"body", &texts[rules.Body]},
		{"source", &a.Source}, {"url", &a.URL}, {"author", &a.Author}, {"lang", &a.Lang},
	} {
		if err := a.keys.readString(member.key, member.text); err != nil {
			return nil, err
		}
	}
	if err := a.keys.read("tags", &a.Tags, listOfStrings); err != nil {
		return nil, err
	}
	if err := a.keys.read("categories", &a.Categories, listOfStrings); err != nil {
		return nil, err
	}
	for field, text := range [3]*string{rules.Title: &a.Title, rules.Summary: &a.Summary, rules.Body: &a.Body} {
		*text = texts[field]
		if !htmltext.IsPlain(*text) {
			*text, a.origin[field] = htmltext.Trace(*text)
		}
	}
	return a, nil
}

// readID reads the ID, and keeps it as it came.
func (a *article) readID() error {
	raw, ok := a.keys["id"]
	switch {
	case !ok || string(raw) == "null":
		a.id = json.RawMessage(`""`)
		return nil
	case raw[0] == '"':
		a.id = raw
		return json.Unmarshal(raw, &a.ID)
	case raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9':
		a.id, a.ID = raw, string(raw)
		return nil
	}
	return fmt.Errorf("id must be a string or a number, not %s", jsonKind(raw))
}

// readString reads the member of that name, which must be a string.
func (k keys) readString(name string, to *string) error {
	// Most are what they stand for, and these are most of what there is to read.
	if raw := k[name]; len(raw) > 0 && raw[0] == '"' && !bytes.Contains(raw, []byte(`\`)) && utf8.Valid(raw) {
		*to = string(raw[1 : len(raw)-1])
		return nil
	}
	return k.read(name, to, "a string")
}

// read reads the member of that name; to stays as it is where there is none.
// what says what it must be.
func (k keys) read(name string, to any, what string) error {
	raw, ok := k[name]
	if !ok {
		return nil
	}
	switch err := json.Unmarshal(raw, to); {
	case err != nil && raw[0] == '[' && what == listOfStrings:
		return fmt.Errorf("%s must be %s, and holds something else", name, what)
	case err != nil:
		return fmt.Errorf("%s must be %s, not %s", name, what, jsonKind(raw))
	}
	return nil
}

// jsonKind names the kind of a JSON value by how it begins.
func jsonKind(raw []byte) string {
	switch c := raw[0]; {
	case c == '{':
		return "an object"
	case c == '[':
		return "a list"
	case c == '"':
		return "a string"
	case c == '-' || '0' <= c && c <= '9':
		return "a number"
	case string(raw) == "true", string(raw) == "false", string(raw) == "null":
		return string(raw)
	}
	return "no JSON"
}

// original returns the bytes of a span in the field's text as it came, HTML and
// all.
func (a *article) original(s rules.Span) (from, to int) {
	return a.origin[s.Field].Span(s.From, s.To)
}
