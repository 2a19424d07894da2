package discover_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/watcher/feed"
	"tocsin/watcher/feed/discover"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// rss is a feed whose newest item is that old.
func rss(title string, age time.Duration) string {
	return fmt.Sprintf("<rss version='2.0'><channel><title>%s</title><item><title>x</title><pubDate>%s</pubDate></item></channel></rss>",
		title, now.Add(-age).Format(time.RFC1123Z))
}

// site answers with what is at a path; "-> PATH" is a permanent redirect, a
// problem of package feed an error.
type site struct {
	pages map[string]string
	other string // what everything else is
	asked []string
}

func (s *site) Get(ctx context.Context, req feed.Request, _ time.Time) (*feed.Answer, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	u, err := url.Parse(req.URL)
	if err != nil {
		return nil, err
	}
	who := ""
	if u.User != nil {
		who = u.User.Username() + "@"
		u.User = nil
	}
	s.asked = append(s.asked, who+u.RequestURI())
	a := &feed.Answer{}
	body := s.at(u)
	if to, ok := strings.CutPrefix(body, "-> "); ok {
		if u, err = u.Parse(to); err != nil {
			return nil, err
		}
		a.Moved, body = u.String(), s.at(u)
	}
	switch p := feed.Problem(body); p {
	case "":
		return nil, &feed.Error{Problem: feed.Status, Code: 404, Reason: "404 Not Found"}
	case "429":
		return nil, &feed.Error{Problem: feed.Status, Code: 429, Reason: "429 Too Many Requests"}
	case feed.Timeout, feed.Unreachable, feed.Forbidden, feed.Status:
		return nil, &feed.Error{Problem: p, Reason: "as told"}
	}
	a.URL, a.Body = u, []byte(body)
	return a, nil
}

func (s *site) at(u *url.URL) string {
	if u.Host != "paper.example" {
		return "forbidden"
	}
	if body, ok := s.pages[u.RequestURI()]; ok {
		return body
	}
	return s.other
}

// link is a declared feed.
func link(href string) string {
	return `<link rel="alternate" type="application/rss+xml" href="` + href + `">`
}

// manyLinks is a page that names n feeds, and links to as many.
func manyLinks(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s<a href=/feed/%d>RSS</a>", link(fmt.Sprintf("/rss/%d", i)), i)
	}
	return b.String()
}

func TestFind(t *testing.T) {
	t.Parallel()
	const day, year = 24 * time.Hour, 365 * 24 * time.Hour
	for name, tt := range map[string]struct {
		start string // path; default /
		site  site
		all   bool
		want  []string // found, as PATH title
		asked []string // nil does not look
		stop  string
		err   string
	}{
		"a feed is itself": {
			start: "/feed", site: site{pages: map[string]string{"/feed": rss("Paper", day)}},
			want: []string{"/feed Paper"}, asked: []string{"/feed"},
		},
		"a feed that has moved for good is where it is now": {
			start: "/old", site: site{pages: map[string]string{"/old": "-> /new", "/new": rss("Paper", day)}},
			want: []string{"/new Paper"},
		},
		"what the page names is asked, and usual places are not": {
			site: site{pages: map[string]string{"/": link("/a") + link("/b"), "/a": "no feed", "/b": rss("B", day)}},
			want: []string{"/b B"}, asked: []string{"/", "/a", "/b", "/robots.txt", "/news-sitemap.xml", "/sitemap-news.xml", "/sitemap.xml"},
		},
		"usual places are asked where the page names only comments": {
			site: site{pages: map[string]string{"/": link("/comments/feed"), "/comments/feed": rss("C", day), "/rss.xml": rss("R", day)}},
			want: []string{"/rss.xml R", "/comments/feed C"},
		},
		"usual places are asked where everything is wanted": {
			all:  true,
			site: site{pages: map[string]string{"/": link("/a"), "/a": rss("A", day), "/atom.xml": rss("B", day)}},
			want: []string{"/a A", "/atom.xml B"},
		},
		"the best come first: alive, with articles, declared": {
			site: site{pages: map[string]string{
				"/":      link("/empty") + link("/dead") + link("/no-dates") + link("/alive") + `<a href="/rss">RSS</a>`,
				"/empty": "<rss version='2.0'><channel><title>E</title></channel></rss>",
				"/dead":  rss("D", 2*year), "/alive": rss("A", day), "/rss": rss("L", day),
				"/no-dates": "<rss version='2.0'><channel><title>N</title><item><title>x</title></item></channel></rss>",
			}},
			want: []string{"/no-dates N", "/alive A", "/rss L", "/dead D", "/empty E"},
		},
		"one document at two addresses is one feed": {
			site: site{pages: map[string]string{"/": link("/a") + link("/a/") + link("/b"), "/a": rss("A", day), "/a/": rss("A", day), "/b": "-> /a"}},
			want: []string{"/a A"},
		},
		"sitemaps of robots.txt are asked, and their list is followed": {
			site: site{pages: map[string]string{"/": "x", "/robots.txt": "Sitemap: /index.xml\n",
				"/index.xml": "<sitemapindex><sitemap><loc>/pages.xml</loc></sitemap><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>",
				"/news.xml":  rss("stands for a sitemap of news", day)}},
			want: []string{"/news.xml stands for a sitemap of news"},
		},
		"a site that answers everything with a page has no feed": {
			site: site{other: "<!DOCTYPE html><html><body>Welcome" + link("/a") + "</body></html>"},
		},
		"a page that names more than a site has gets no more than its share": {
			site: site{pages: map[string]string{"/": manyLinks(10_000)}, other: "x"}, stop: "30 documents are enough",
		},
		"a site that sends everybody to its first page is asked no more than others": {
			site: site{pages: map[string]string{"/": "Welcome"}, other: "-> /"},
		},
		"a page that is kept from us does not hide the feeds": {
			site: site{pages: map[string]string{"/": "status", "/feed": rss("F", day)}},
			want: []string{"/feed F"},
		},
		"a page that is not there is told where there is nothing else": {
			site: site{}, err: "404 Not Found",
		},
		"a site that does not answer is not asked twice": {
			site: site{other: "unreachable"}, asked: []string{"/"}, err: "as told",
		},
		"a forbidden site is not asked twice": {
			site: site{other: "forbidden"}, asked: []string{"/"}, err: "as told",
		},
		"a site that answers late three times is left alone": {
			site: site{pages: map[string]string{"/": link("/a") + link("/b"), "/a": rss("A", day)}, other: "timeout"},
			want: []string{"/a A"}, asked: []string{"/", "/a", "/b", "/robots.txt", "/news-sitemap.xml"}, stop: "the site does not answer: as told",
		},
		"a site that wants to be left alone is": {
			site: site{pages: map[string]string{"/": link("/a") + link("/b") + link("/c"), "/a": rss("A", day), "/b": "429"}},
			want: []string{"/a A"}, asked: []string{"/", "/a", "/b"}, stop: "the site wants to be left alone: 429 Too Many Requests",
		},
		"addresses elsewhere are asked too, and may be refused": {
			site: site{pages: map[string]string{"/": link("https://inside.example/a") + link("/b"), "/b": rss("B", day)}},
			want: []string{"/b B"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.start == "" {
				tt.start = "/"
			}
			r, err := discover.Find(t.Context(), &tt.site, feed.Request{URL: "https://paper.example" + tt.start}, tt.all, now)
			if tt.err != "" {
				if err == nil || err.Error() != tt.err {
					t.Errorf("error %v, want %s", err, tt.err)
				}
			} else if err != nil {
				t.Fatal(err)
			} else {
				if d := cmp.Diff(tt.want, found(r)); d != "" {
					t.Error(d)
				}
				if kept := tt.site.pages["/"] == "status"; kept != (r.Problem != "") {
					t.Errorf("problem with the page: %q", r.Problem)
				}
				if r.Stopped != tt.stop || r.Asked != len(tt.site.asked) {
					t.Errorf("stopped %q after %d of %d", r.Stopped, r.Asked, len(tt.site.asked))
				}
			}
			if tt.asked != nil {
				if d := cmp.Diff(tt.asked, tt.site.asked); d != "" {
					t.Error(d)
				}
			}
			if len(tt.site.asked) > 30 {
				t.Errorf("asked %d times", len(tt.site.asked))
			}
		})
	}
}

// found writes out what was found.
func found(r *discover.Report) (list []string) {
	for _, f := range r.Feeds {
		list = append(list, strings.TrimPrefix(f.URL, "https://paper.example")+" "+f.Document.Title)
	}
	return list
}

func TestFindSendsCredentialsToTheSiteAlone(t *testing.T) {
	t.Parallel()
	s := &site{pages: map[string]string{"/": link("/a") + link("http://paper.example/b"), "/a": rss("A", 0)}}
	r, err := discover.Find(t.Context(), s, feed.Request{URL: "https://ada:s3cret@paper.example/"}, false, now)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"ada@/", "ada@/a", "/b", "ada@/robots.txt"}
	if d := cmp.Diff(want, s.asked[:4]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"/a A"}, found(r)); d != "" {
		t.Error(d)
	}
	s = &site{other: rss("A", 0)}
	if r, err = discover.Find(t.Context(), s, feed.Request{URL: "https://ada:s3cret@paper.example/x"}, false, now); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"/x A"}, found(r)); d != "" {
		t.Error(d)
	}
}

// endedAfter ends a context with the request after the n-th.
type endedAfter struct {
	*site
	n    int
	stop context.CancelFunc
}

func (e *endedAfter) Get(ctx context.Context, req feed.Request, now time.Time) (*feed.Answer, error) {
	if e.n--; e.n < 0 {
		e.stop()
	}
	return e.site.Get(ctx, req, now)
}

func TestFindEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for n, want := range [][]string{nil, nil, {"/a A"}} {
		s := &site{pages: map[string]string{"/": link("/a") + link("/b"), "/a": rss("A", 0)}}
		ctx, cancel := context.WithCancel(t.Context())
		r, err := discover.Find(ctx, &endedAfter{s, n, cancel}, feed.Request{URL: "https://paper.example/"}, false, now)
		if n == 0 {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
			continue
		}
		if err != nil || r.Stopped == "" || len(s.asked) != n {
			t.Fatalf("%d: %v, asked %q", n, err, s.asked)
		}
		if d := cmp.Diff(want, found(r)); d != "" {
			t.Error(d)
		}
	}
}

func TestFindRefusesWhatIsNoAddress(t *testing.T) {
	t.Parallel()
	_, err := discover.Find(t.Context(), &site{}, feed.Request{URL: "https://ada:s3cret@[/"}, false, now)
	var e *feed.Error
	if !errors.As(err, &e) || e.Problem != feed.Forbidden || strings.Contains(e.Error(), "s3cret") {
		t.Error(err)
	}
}
