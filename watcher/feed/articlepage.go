package feed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"codeberg.org/readeck/go-readability"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"tocsin/watcher/feed/htmltext"
)

const (
	acceptPage = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
	// maxPage is how many bytes a page may have.
	maxPage = 4 << 20
	// maxPageElements is how many elements a page may have: what takes the reading of
	// one its time.
	maxPageElements = 20_000
	// maxPageText is how many bytes of a page's text are handed out.
	maxPageText = 256 << 10
)

// PageRequest is one read of the page of an article.
type PageRequest struct {
	URL    string      // http or https
	Header http.Header // sent along, to that host only; may be nil
}

// ReadPage reads the page of an article and returns its text, without what is
// around it, as Item has texts. Pages are asked for as feeds are, with the same
// guards and limits. The error is ctx's when ctx ended; else it is an *Error.
func (r *Reader) ReadPage(ctx context.Context, req PageRequest) (text string, err error) {
	c := call{Request: Request{URL: req.URL, Header: req.Header}, accept: acceptPage, maxBody: min(r.opts.MaxBody, maxPage)}
	a, err := r.fetch(ctx, c, time.Time{})
	if err != nil {
		return "", ended(ctx, err)
	}
	body, err := unzip(a.body, c.maxBody)
	if err != nil {
		return "", err
	}
	if isWall(a.header, body) {
		return "", &Error{Problem: BotWall, Code: a.code, Reason: wantsBrowser}
	}
	return pageText(body, a.header.Get("Content-Type"), a.url)
}

// PageText returns the text of the article on a page that somebody saved, as
// ReadPage does of one that was fetched. The error is an *Error.
func PageText(page []byte) (string, error) {
	return pageText(page, "text/html", new(url.URL))
}

// pageText is the text of the article on a page. The error is an *Error.
func pageText(body []byte, contentType string, at *url.URL) (text string, err error) {
	if kind, _, _ := mime.ParseMediaType(contentType); kind != "" && kind != "text/html" && kind != "application/xhtml+xml" {
		return "", &Error{Problem: Broken, Reason: fmt.Sprintf("a page of type %q, not HTML", oneLine(kind))}
	}
	// One page must not end the daemon.
	defer func() {
		if p := recover(); p != nil {
			text, err = "", &Error{Problem: Broken, Reason: "a page that cannot be taken apart", Err: fmt.Errorf("readability panicked: %v", p)}
		}
	}()
	utf8, err := charset.NewReader(bytes.NewReader(body), contentType)
	if err != nil {
		return "", &Error{Problem: Broken, Reason: "a page in an unknown encoding", Err: err}
	}
	doc, err := html.Parse(utf8)
	if err != nil {
		return "", &Error{Problem: Broken, Reason: "a page whose elements nest too deep", Err: err}
	}
	p := readability.NewParser()
	p.MaxElemsToParse = maxPageElements
	article, err := p.ParseDocument(doc, at)
	if err != nil {
		return "", &Error{Problem: Broken, Reason: "a page with too many elements", Err: err}
	}
	text = strings.TrimSpace(cut(htmltext.Text(article.Content), maxPageText))
	if text == "" {
		return "", &Error{Problem: Empty, Reason: "a page without an article", Err: errors.New("readability found nothing")}
	}
	return text, nil
}
