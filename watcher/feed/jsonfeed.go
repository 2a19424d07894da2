package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

// cleanJSON rewrites a JSON Feed as one that keeps to the specification's types,
// for gofeed refuses the whole feed over one field. What has the wrong type and
// no sensible reading is left out; an entry that is no object, too. Of a document
// that was cut off the whole entries remain, and degraded says so.
func cleanJSON(doc []byte) (cleaned, error) {
	s, err := splitJSON(doc)
	if version, _ := text(s.head["version"]); !jsonVersion.MatchString(version.(string)) {
		return cleaned{}, &Error{Problem: NotAFeed, Reason: "JSON, but not a feed"}
	}
	if err != nil && len(s.items) == 0 {
		return cleaned{}, &Error{Problem: Broken, Reason: "cut off before its first entry ends", Err: err}
	}
	out := cleaned{format: jsonFormat}
	switch {
	case err != nil:
		out.degraded = "cut off after " + entries(len(s.items))
	case s.surplus > 0:
		out.degraded = fmt.Sprintf("more than %d entries: %d left out", MaxItems, s.surplus)
	}
	feed := typed(s.head, feedFields)
	items := make([]map[string]any, len(s.items))
	for i, item := range s.items {
		items[i] = typed(item, itemFields)
	}
	feed["items"] = items
	out.doc, err = json.Marshal(feed)
	return out, err
}

// jsonVersion is how a JSON Feed names the version that it is of. Further ones
// will not take from what there is.
var jsonVersion = regexp.MustCompile(`jsonfeed\.org/version/[1-9](?:\.[0-9]+)?/?\s*$`)

// object is a JSON object whose values are not looked into yet.
type object = map[string]json.RawMessage

// split is a JSON Feed taken apart.
type split struct {
	head    object // without its items
	items   []object
	surplus int // items over MaxItems
}

// splitJSON takes a JSON Feed apart. What came before an error is returned with
// it.
func splitJSON(doc []byte) (split, error) {
	s := split{head: object{}}
	d := json.NewDecoder(bytes.NewReader(doc))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return s, errors.Join(errors.New("not a JSON object"), err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return s, err
		}
		name := key.(string)
		if name == "items" {
			if err := s.readItems(d); err != nil {
				return s, err
			}
			continue
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return s, err
		}
		if _, ok := feedFields[name]; ok {
			s.head[name] = value
		}
	}
	_, err := d.Token()
	return s, err
}

func (s *split) readItems(d *json.Decoder) error {
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return errors.Join(errors.New("items is not a list"), err)
	}
	for d.More() {
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		var item object
		switch {
		case value[0] != '{':
			// no entry
		case len(s.items) == MaxItems:
			s.surplus++
		case json.Unmarshal(value, &item) == nil:
			s.items = append(s.items, item)
		}
	}
	_, err := d.Token()
	return err
}

// reading makes a value of the type that gofeed wants; false leaves it out.
type reading func(json.RawMessage) (any, bool)

var feedFields = map[string]reading{
	"version": text, "title": text, "home_page_url": text, "feed_url": text, "description": text,
	"language": text, "author": person, "authors": listOf(person),
}

var itemFields = map[string]reading{
	"id": text, "url": text, "external_url": text, "title": text, "content_html": text, "content_text": text,
	"summary": text, "date_published": text, "date_modified": text, "language": text,
	"author": person, "authors": listOf(person), "tags": listOf(text), "attachments": listOf(attachment),
}

// typed is the object with only the fields that can be read.
func typed(o object, fields map[string]reading) map[string]any {
	out := map[string]any{}
	for name, read := range fields {
		if value, ok := read(o[name]); ok {
			out[name] = value
		}
	}
	return out
}

// text reads a string, and a number as one. Without one the value is "".
func text(raw json.RawMessage) (any, bool) {
	if len(raw) == 0 {
		return "", false
	}
	switch raw[0] {
	case '{', '[', 'n', 't', 'f': // an object, a list, null, true, false
		return "", false
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err == nil
	}
	return string(raw), true
}

// person reads an author: an object, a name, or the first of a list.
func person(raw json.RawMessage) (any, bool) {
	if name, ok := text(raw); ok {
		return map[string]any{"name": name}, true
	}
	var o object
	if json.Unmarshal(raw, &o) == nil && o != nil {
		name, ok := text(o["name"])
		return map[string]any{"name": name}, ok
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil && len(list) > 0 && list[0][0] != '[' {
		return person(list[0])
	}
	return nil, false
}

func attachment(raw json.RawMessage) (any, bool) {
	var o object
	if json.Unmarshal(raw, &o) != nil {
		return nil, false
	}
	url, ok := text(o["url"])
	kind, _ := text(o["mime_type"])
	return map[string]any{"url": url, "mime_type": kind}, ok
}

// maxList is how many authors, tags or attachments of an entry are read.
const maxList = 100

// listOf reads a list, and a single value as a list of one.
func listOf(read reading) reading {
	return func(raw json.RawMessage) (any, bool) {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			list = []json.RawMessage{raw}
		}
		out := []any{}
		for _, element := range list[:min(len(list), maxList)] {
			if value, ok := read(element); ok {
				out = append(out, value)
			}
		}
		return out, len(out) > 0
	}
}
