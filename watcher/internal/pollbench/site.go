package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// manner is how a site answers.
type manner struct {
	noValidators bool            // every answer is whole, and none can be asked for by name
	delays       []time.Duration // by feed, before the answer; nil for none
	silent       map[int]bool    // the feeds that take requests and never answer
}

// feed is a feed that is served.
type feed struct {
	url string
	source
	packed []byte // the document, compressed
	etag   string
}

// site serves feeds, each on an address of its own.
type site struct {
	server *http.Server
	done   chan struct{}
	rooms  sync.WaitGroup // that serve

	mu     sync.Mutex
	feeds  []*feed
	manner manner
	asked  []time.Time // when each feed was asked first since the last reset; zero: never
	first  time.Time   // the first request since then
	last   time.Time   // the end of the last answer
	codes  map[int]int // answers since then, by status
}

// feedKey is how a listener's number is found in its requests.
type feedKey struct{}

// serve makes up n feeds and serves them; with an authority, over TLS.
func serve(n int, room *newsroom, a *authority) (*site, error) {
	s := &site{done: make(chan struct{}), asked: make([]time.Time, n), codes: make(map[int]int)}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	scheme := "http"
	if a != nil {
		scheme = "https"
		s.server.TLSConfig = &tls.Config{GetCertificate: a.certificate}
	}
	numbers := make(map[net.Addr]int)
	s.server.BaseContext = func(l net.Listener) context.Context {
		return context.WithValue(context.Background(), feedKey{}, numbers[l.Addr()])
	}
	var listeners []net.Listener
	for i := range n {
		l, err := net.Listen("tcp", address(i)+":0")
		if err != nil {
			s.close()
			return nil, err
		}
		listeners = append(listeners, l)
		numbers[l.Addr()] = i
		base := scheme + "://" + l.Addr().String()
		f := &feed{url: base + "/feed", source: room.source(i, base)}
		f.write()
		s.feeds = append(s.feeds, f)
	}
	for _, l := range listeners {
		s.rooms.Go(func() {
			if a != nil {
				s.server.ServeTLS(l, "", "")
				return
			}
			s.server.Serve(l)
		})
	}
	return s, nil
}

// address is the i-th address of loopback.
func address(i int) string { return fmt.Sprintf("127.%d.%d.%d", 10+i/62500, i/250%250, 1+i%250) }

// write makes the document of what the feed has.
func (f *feed) write() {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		panic(err) // there is such a level
	}
	doc := f.document()
	z.Write(doc)
	z.Close()
	f.packed = b.Bytes()
	h := fnv.New64a()
	h.Write(doc)
	f.etag = `W/"` + strconv.FormatUint(h.Sum64(), 16) + `"`
}

// ServeHTTP implements http.Handler.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i := r.Context().Value(feedKey{}).(int)
	f, m := s.begin(i)
	if m.silent[i] {
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
		return
	}
	if m.delays != nil {
		time.Sleep(m.delays[i])
	}
	h, code := w.Header(), http.StatusOK
	if !m.noValidators {
		h.Set("ETag", f.etag)
		h.Set("Last-Modified", f.items[0].published.UTC().Format(http.TimeFormat))
		if r.Header.Get("If-None-Match") == f.etag {
			code = http.StatusNotModified
		}
	}
	if code == http.StatusOK {
		h.Set("Content-Type", f.format.contentType())
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(f.packed)))
	}
	w.WriteHeader(code)
	if code == http.StatusOK {
		w.Write(f.packed)
	}
	s.end(code)
}

// begin notes a request, and returns the feed as it is.
func (s *site) begin(i int) (feed, manner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.asked[i].IsZero() {
		s.asked[i] = now
	}
	if s.first.IsZero() {
		s.first = now
	}
	return *s.feeds[i], s.manner
}

// end notes an answer.
func (s *site) end(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code]++
	s.last = time.Now()
}

// reset forgets all requests and has the site answer in a manner from now on.
func (s *site) reset(m manner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.manner = m
	clear(s.asked)
	clear(s.codes)
	s.first, s.last = time.Time{}, time.Time{}
}

// answered is an error unless there were so many answers of each status.
func (s *site) answered(want map[int]int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, code := range []int{http.StatusOK, http.StatusNotModified} {
		if s.codes[code] != want[code] {
			return fmt.Errorf("answers by status are %v, want %v", s.codes, want)
		}
	}
	return nil
}

// took is the time from the first request to the last answer.
func (s *site) took() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last.Sub(s.first)
}

// starts is when each feed was asked first; zero: not yet.
func (s *site) starts() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Time(nil), s.asked...)
}

// update changes every nth feed.
func (s *site) update(nth int, change func(*source)) (changed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := 0; i < len(s.feeds); i += nth {
		change(&s.feeds[i].source)
		s.feeds[i].write()
		changed++
	}
	return changed
}

// urls are where the feeds are.
func (s *site) urls() []string {
	var urls []string
	for _, f := range s.feeds {
		urls = append(urls, f.url)
	}
	return urls
}

func (s *site) close() {
	close(s.done)
	if err := s.server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		fmt.Println(err)
	}
	s.rooms.Wait()
}
