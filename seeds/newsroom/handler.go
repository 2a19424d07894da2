package newsroom

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Handler serves the feeds:
//
//	/        the list of feeds, as HTML
//	/NAME    a feed, with the articles that have appeared by now
//	/a/ID    the sample page of an article that has appeared
//
// Feeds carry an ETag and, unless empty, a Last-Modified date, are answered with 304 where the
// client has them already, and are compressed for clients that accept gzip. All
// other paths are 404. The handler asks now for the time at every request; it is
// safe for concurrent use when now is. The feeds must not be changed while it
// runs.
func Handler(feeds []Feed, start time.Time, now func() time.Time) http.Handler {
	r := room{feeds: feeds, start: start, now: now}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", r.serveIndex)
	mux.HandleFunc("GET /{name}", r.serveFeed)
	mux.HandleFunc("GET /a/{id}", r.servePage)
	return mux
}

type room struct {
	feeds []Feed
	start time.Time
	now   func() time.Time
}

func (rm room) serveFeed(w http.ResponseWriter, r *http.Request) {
	feed, ok := rm.feed(r.PathValue("name"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	doc := document{
		feed:     feed,
		base:     "http://" + r.Host,
		start:    rm.start,
		articles: feed.Published(rm.start, rm.now()),
	}
	b, err := doc.encode()
	if err != nil {
		http.Error(w, "writing the feed: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", feed.Format.ContentType())
	// Weak, because the plain and the compressed form share it.
	h.Set("ETag", fmt.Sprintf(`W/"%x"`, sha256.Sum256(b))[:20]+`"`)
	h.Set("Vary", "Accept-Encoding")
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		b = compress(b)
	}
	http.ServeContent(w, r, "", doc.changed(), bytes.NewReader(b))
}

func (rm room) feed(name string) (Feed, bool) {
	for _, f := range rm.feeds {
		if f.Name == name {
			return f, true
		}
	}
	return Feed{}, false
}

// acceptsGzip reports whether the client lists gzip and does not weigh it with
// zero.
func acceptsGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.TrimSpace(name) == "gzip" {
			q = strings.TrimRight(strings.ReplaceAll(q, " ", ""), "0.")
			return q != "q="
		}
	}
	return false
}

func compress(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b) // a bytes.Buffer takes everything
	z.Close()
	return out.Bytes()
}
