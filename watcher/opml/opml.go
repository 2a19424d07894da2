// Package opml reads and writes lists of feeds in OPML, the format in which feed
// readers exchange them. It takes what real programs write, in any encoding, and
// writes OPML 2.0.
//
// It does not say which feeds are good, and reaches neither files nor servers.
package opml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
)

// Feed is a feed of a list.
type Feed struct {
	URL   string   // as written, without white space around it; never empty
	Title string   // one line; may be ""
	Tags  []string // the groups it is in and its categories, in lower case, each once; may be nil
	Page  string   // the page that it is the feed of (htmlUrl); may be ""
	Line  int      // where its outline begins, from 1
}

// The limits of what a list may hold, which no list that people keep comes near.
const (
	maxDepth = 64 // groups in groups
	maxText  = 1 << 10
	maxTags  = 32
)

// Error is why a document cannot be read.
type Error struct {
	Line, Col int // from 1, in the document as decoded
	Err       error
}

// Error says it in one line.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Looks reports whether a list of feeds is meant as OPML, and not as YAML: it
// begins with a tag.
func Looks(data []byte) bool {
	return wide(data) != nil || bytes.HasPrefix(bytes.TrimLeft(data, "\ufeff \t\r\n"), []byte("<"))
}

var errNotOPML = errors.New("it has no <opml>")

// Parse reads the feeds of a list, in its order: every outline with an address,
// tagged with the titles of the outlines around it and with its categories. An
// address that comes more than once comes more than once here. The error is an
// *Error; the feeds before the place where it is are returned.
func Parse(data []byte) ([]Feed, error) {
	d := xml.NewDecoder(bytes.NewReader(decode(data)))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // decoded already
	p := parser{decoder: d}
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && !p.opml:
			return nil, p.fault(errNotOPML)
		case errors.Is(err, io.EOF):
			return p.feeds, nil
		case err != nil && !p.opml:
			return nil, p.fault(errNotOPML)
		case err != nil:
			return p.feeds, p.fault(plain(err))
		}
		if err := p.take(token); err != nil {
			return p.feeds, p.fault(err)
		}
	}
}

// parser takes in a document.
type parser struct {
	decoder *xml.Decoder
	opml    bool
	groups  []string // the titles of the open outlines
	feeds   []Feed
}

func (p *parser) fault(err error) *Error {
	line, col := p.decoder.InputPos()
	return &Error{Line: line, Col: col, Err: err}
}

// plain is an error of the XML parser without its place, which Error has.
func plain(err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("damaged XML: %s", syntax.Msg)
	}
	return err
}

func (p *parser) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		name := strings.ToLower(t.Name.Local)
		switch {
		case !p.opml && name != "opml":
			return errNotOPML
		case name == "opml":
			p.opml = true
		case name == "outline" && len(p.groups) == maxDepth:
			return fmt.Errorf("more than %d outlines in each other", maxDepth)
		case name == "outline":
			p.outline(t.Attr)
		}
	case xml.EndElement:
		if strings.EqualFold(t.Name.Local, "outline") && len(p.groups) > 0 {
			p.groups = p.groups[:len(p.groups)-1]
		}
	}
	return nil
}

// outline begins an outline: a feed, a group, or both.
func (p *parser) outline(attrs []xml.Attr) {
	value := func(names ...string) string {
		for _, name := range names {
			for _, a := range attrs {
				if strings.EqualFold(a.Name.Local, name) && strings.TrimSpace(a.Value) != "" {
					return strings.TrimSpace(a.Value)
				}
			}
		}
		return ""
	}
	title := text(value("title", "text"))
	address := value("xmlUrl")
	if address == "" && isFeed(value("type")) {
		address = value("url") // as some programs write
	}
	if address == "" {
		p.groups = append(p.groups, title)
		return
	}
	if title == address {
		title = "" // which stands in for one
	}
	line, _ := p.decoder.InputPos()
	p.feeds = append(p.feeds, Feed{URL: address, Title: title, Tags: p.tags(value("category")), Page: value("htmlUrl"), Line: line})
	p.groups = append(p.groups, "") // what is in a feed's outline is not of a group
}

// isFeed reports whether a type is one of feeds.
func isFeed(kind string) bool {
	return slices.Contains([]string{"rss", "atom", "feed", "rss1", "application/rss+xml", "application/atom+xml"}, strings.ToLower(kind))
}

// tags are the groups that are open, and the categories, which are separated by
// commas and have parts, separated by slashes.
func (p *parser) tags(categories string) []string {
	var tags []string
	add := func(tag string) {
		tag = strings.ToLower(text(tag))
		if tag != "" && !slices.Contains(tags, tag) && len(tags) < maxTags {
			tags = append(tags, tag)
		}
	}
	for _, g := range p.groups {
		add(g)
	}
	for c := range strings.SplitSeq(categories, ",") {
		for part := range strings.SplitSeq(c, "/") {
			add(part)
		}
	}
	return tags
}

// text is a title in one line. Many programs escape once too often.
func text(s string) string {
	s = strings.Join(strings.Fields(html.UnescapeString(s)), " ")
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return s
}
