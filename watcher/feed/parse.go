package feed

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/json"
	"github.com/mmcdole/gofeed/rss"
)

// parseLimit is how long a document may take. Real ones take milliseconds; some
// that were made for it take the parser minutes, for its work with namespaces and
// with elements that it does not know grows with the square of the document.
const parseLimit = 10 * time.Second

// Raw is a document as a server sent it.
type Raw struct {
	Body        []byte
	Base        *url.URL // what relative links refer to; nil leaves them out
	ContentType string   // of HTTP, for its charset; may be ""
	MaxBody     int64    // the limit after decompression; 0 means DefaultMaxBody
	// Markup leaves titles, summaries and contents as the feed has them, which is
	// mostly HTML. It is for who wants to see them; what they say is the same.
	Markup bool
}

// Parse makes a Document of a document: RSS 0.9 to 2.0, RSS 1.0 (RDF) and 1.1,
// Atom 0.3 and 1.0, CDF, JSON Feed, or a sitemap with news, in any encoding,
// compressed with gzip or not, and in the page that a browser makes of it. It does
// no I/O and ends within seconds whatever the document holds. The error is an
// *Error: TooLarge, Empty, NotAFeed, Broken, or Timeout for a document that takes
// too long.
func Parse(d Raw) (*Document, error) { return parse(context.Background(), d) }

// parse is Parse for as long as ctx lasts.
func parse(ctx context.Context, d Raw) (*Document, error) {
	body, err := unzip(d.Body, cmp.Or(d.MaxBody, DefaultMaxBody))
	if err != nil {
		return nil, err
	}
	c, err := clean(decode(body, d.ContentType), d.Base)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, parseLimit)
	defer cancel()
	f, err := runParser(ctx, c)
	switch {
	case ctx.Err() != nil:
		return nil, &Error{Problem: Timeout, Reason: fmt.Sprintf("not parsed within %s", parseLimit), Err: ctx.Err()}
	case err != nil:
		return nil, parserError(err)
	}
	doc := f.document(entry{base: d.Base, stashed: c.texts, sitemap: c.sitemap, markup: d.Markup})
	doc.Degraded = c.degraded
	return doc, nil
}

// clean makes text fit for the parser.
func clean(doc []byte, base *url.URL) (cleaned, error) {
	switch start := bytes.TrimLeft(doc, " \t\r\n\x00"); {
	case bytes.HasPrefix(start, []byte("{")):
		return cleanJSON(start)
	case bytes.HasPrefix(start, []byte("[")):
		return cleaned{}, &Error{Problem: NotAFeed, Reason: "JSON, but not a feed"}
	}
	return cleanXML(doc, base)
}

// parsed is a feed as gofeed hands it out: in the terms that all formats share,
// and in its own, which say more.
type parsed struct {
	*gofeed.Feed
	original any // *rss.Feed, *atom.Feed or *json.Feed
}

// runParser has gofeed parse a document until ctx ends.
func runParser(ctx context.Context, c cleaned) (f parsed, err error) {
	// One document must not end the daemon. The depth that cleanXML allows is
	// what keeps the stack from running out, which could not be recovered.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("parser panicked: %v", p)
		}
	}()
	r := &untilDone{ctx: ctx, r: bytes.NewReader(c.doc)}
	// The parsers are called by their names: gofeed.Parser finds out by itself
	// which one to call, and sees only the first 4 KiB.
	switch c.format {
	case atomFormat:
		return translate((&atom.Parser{}).Parse(r))(&gofeed.DefaultAtomTranslator{})
	case jsonFormat:
		return translate((&json.Parser{}).Parse(r))(&gofeed.DefaultJSONTranslator{})
	}
	return translate((&rss.Parser{}).Parse(r))(&gofeed.DefaultRSSTranslator{DisableContentImageScan: true})
}

// translate brings a feed of some format into the common terms.
func translate[F any](original F, err error) func(gofeed.Translator) (parsed, error) {
	return func(t gofeed.Translator) (parsed, error) {
		if err != nil {
			return parsed{}, err
		}
		f, err := t.Translate(original)
		return parsed{Feed: f, original: original}, err
	}
}

// untilDone reads until its context ends. It is how the parser is stopped, which
// knows no context and reads as it goes.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u *untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

// parserError says what is wrong with a document in one line.
func parserError(err error) *Error {
	e := &Error{Problem: Broken, Reason: "damaged: " + oneLine(err.Error()), Err: err}
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		e.Reason = fmt.Sprintf("damaged XML in line %d: %s", syntax.Line, oneLine(syntax.Msg))
	}
	return e
}
