package feed

import (
	"bytes"
	"strings"
)

// mark is a set of fields that a feed or an entry has once.
type mark uint16

const (
	titleMark mark = 1 << iota
	idMark
	publishedMark
	updatedMark
	descriptionMark
	summaryMark
	contentMark
)

// once are the fields that there is one of. Of several the first one that says
// something is read; the parser by itself takes the last one.
var once = map[string]mark{
	"title": titleMark, "id": idMark, "guid": idMark, "pubdate": publishedMark, "published": publishedMark,
	"updated": updatedMark, "description": descriptionMark, "summary": summaryMark, "content": contentMark,
}

// longTexts are the elements of an entry whose texts may be long.
var longTexts = map[string]bool{"description": true, "summary": true, "content": true, "encoded": true, "title": true}

// borrowed are the elements of other vocabularies from which something is read.
// The parser would keep all the others, too.
var borrowed = map[string]bool{
	"title": true, "creator": true, "author": true, "publisher": true, "owner": true, "id": true, "link": true,
	"date": true, "published": true, "updated": true, "issued": true, "modified": true, "created": true,
	"description": true, "summary": true, "subtitle": true, "content": true, "encoded": true, "group": true,
	"category": true, "keywords": true, "subject": true, "updateperiod": true, "updatefrequency": true,
	// Those of RSS under another prefix than the root's.
	"item": true, "entry": true, "channel": true, "guid": true, "pubdate": true, "language": true, "ttl": true,
}

// ownSpace is the namespace of what the parser is to hand on as it is.
const ownSpace = "urn:x-tocsin:as-delivered"

// field prepares a field of a feed or of an entry, whose element is not open yet.
func (c *cleaner) field(e *element, attrs []byte) {
	if e.as == nil {
		return
	}
	e.text = c.item >= 0 && longTexts[e.local]
	if !c.dialect.own(e.as) {
		e.drop = !borrowed[e.local]
		return
	}
	e.mark = once[e.local]
	e.drop = e.mark != 0 && *c.saidIn()&e.mark != 0
	if c.format != atomFormat || c.item < 0 {
		return
	}
	switch e.local {
	case "id":
		e.as, e.space = []byte("id"), ownSpace // the parser would rewrite it as an address
	case "link":
		if !bytes.Contains(attrs, []byte("href")) {
			e.as, e.space = []byte("link"), ownSpace // its address is its text
		}
	case "created":
		e.as, e.space = []byte("created"), dcterms // Atom 0.3, which the parser passes over
	}
}

// saidIn are the single fields that have come in what is being read.
func (c *cleaner) saidIn() *mark {
	if c.item >= 0 {
		return &c.said[1]
	}
	return &c.said[0]
}

// endField notes that a field has come, if something is in it.
func (c *cleaner) endField(e *element) {
	if e.mark != 0 && len(bytes.TrimSpace(c.out[e.inner:])) > 0 {
		*c.saidIn() |= e.mark
	}
}

// textType is the type of an Atom text for the parser. It would build the tree of
// what is said to be HTML and write it anew, which changes nothing of the text and
// takes longer than all the rest.
//
// What is no text at all is dropped, such as pictures.
func textType(e *element, value, attrs []byte) []byte {
	switch e.local {
	case "title", "subtitle", "tagline", "summary", "content", "rights", "copyright":
	default:
		return value
	}
	if bytes.Contains(attrs, []byte("base64")) {
		for name, mode := range attributes(attrs) {
			if string(name) == "mode" && strings.EqualFold(string(mode), "base64") {
				e.text = false
				return []byte("application/octet-stream")
			}
		}
	}
	switch kind := strings.ToLower(string(value)); {
	case strings.Contains(kind, "xhtml"):
		e.xhtml = true
		return []byte("xml")
	case kind == "html":
		return []byte("text")
	case strings.HasPrefix(kind, "image/"), strings.HasPrefix(kind, "audio/"), strings.HasPrefix(kind, "video/"), strings.Contains(kind, "svg"):
		e.drop = true
	}
	return value
}
