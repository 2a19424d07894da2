// Package discover finds the feeds of a site: what its pages and its robots.txt
// name, what they link to that looks like a feed, and the places where feeds
// usually are; and which of these are feeds.
//
// It asks nobody itself: who gets documents is handed to Find. It keeps nothing,
// follows no links into the depth of a site, and judges no articles.
package discover

import (
	"net/url"
	"strings"
)

// Source is where a candidate was found.
type Source uint8

// The sources, the better ones first.
const (
	Given    Source = iota // it is the address that was asked about
	Declared               // the page says that it is a feed
	Linked                 // the page links to it, and it looks like a feed
	Guessed                // feeds usually are there
	Sitemap                // the site names it as a sitemap, or sitemaps usually are there
)

// String says it in a few words for people.
func (s Source) String() string {
	return [...]string{"given", "declared by the page", "linked by the page", "a usual place", "a sitemap"}[s]
}

// Candidate is an address that may be a feed's.
type Candidate struct {
	URL      string // http or https, without credentials and fragment
	Title    string // what the page calls it, in one line; may be ""
	Source   Source
	Comments bool // it looks like a feed of readers' comments
}

// guesses are the places where feeds usually are, the likeliest first.
var guesses = []string{"feed", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json", "feeds", "atom", "index.rdf"}

// localGuesses are those that are tried beside a page that is not the site's first.
const localGuesses = 4

// Guesses returns the places where the feeds of the page at that address usually
// are: those beside it, and those of its site.
func Guesses(page *url.URL) []Candidate {
	var all []Candidate
	add := func(dir string, names []string) {
		for _, name := range names {
			all = append(all, Candidate{URL: place(page, dir+name), Source: Guessed})
		}
	}
	if dir := folder(page); dir != "/" {
		add(dir, guesses[:localGuesses])
	}
	add("/", guesses)
	return unique(all)
}

// folder is the path of the folder that the page is in, with a slash at the end.
// A site's part is one even without a slash: /blog.
func folder(page *url.URL) string {
	p := page.EscapedPath()
	if len(p) > 1 && strings.LastIndexByte(p, '/') == 0 && !strings.Contains(p, ".") {
		return p + "/"
	}
	if i := strings.LastIndexByte(p, '/'); i > 0 {
		return p[:i+1]
	}
	return "/"
}

// place is the address of a path on the page's site.
func place(page *url.URL, path string) string {
	u, err := (&url.URL{Scheme: page.Scheme, Host: page.Host, Path: "/"}).Parse(path)
	if err != nil {
		return ""
	}
	return u.String()
}

// unique leaves out candidates whose address came before, and those without one.
func unique(list []Candidate) []Candidate {
	seen := map[string]bool{"": true}
	var kept []Candidate
	for _, c := range list {
		if !seen[c.URL] {
			seen[c.URL] = true
			kept = append(kept, c)
		}
	}
	return kept
}
