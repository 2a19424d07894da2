package discover

import (
	"bufio"
	"bytes"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// The limits of what is read of lists of sitemaps, and of what is made of it.
const (
	maxRobots       = 512 << 10 // bytes, as search engines have it
	maxSitemaps     = 4         // of those that robots.txt names
	maxNewsSitemaps = 2         // of those that a list of sitemaps names
)

// news tells by its address what may be a sitemap of news, which is a feed. Of
// other sitemaps few are, and many are large.
var news = regexp.MustCompile(`(?i)news|nachrichten|actualit|noticia|notizie`)

// usualSitemaps is where sitemaps are that robots.txt does not name.
var usualSitemaps = []string{"/news-sitemap.xml", "/sitemap-news.xml", "/sitemap.xml"}

// Sitemaps returns the sitemaps that a robots.txt names, those of news first.
func Sitemaps(robots []byte, at *url.URL) []Candidate {
	var first, others []Candidate
	lines := bufio.NewScanner(bytes.NewReader(robots[:min(len(robots), maxRobots)]))
	for lines.Scan() { // ends at a line that is too long to be meant
		key, value, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "\ufeff"), ":")
		if !ok || !strings.EqualFold(strings.TrimSpace(key), "sitemap") {
			continue
		}
		value, _, _ = strings.Cut(value, "#") // a comment
		c := Candidate{URL: address(value, at), Source: Sitemap}
		if news.MatchString(c.URL) {
			first = append(first, c)
		} else {
			others = append(others, c)
		}
	}
	all := unique(append(first, others...))
	return all[:min(len(all), maxSitemaps)]
}

// GuessedSitemaps returns the places where the site's sitemaps usually are.
func GuessedSitemaps(page *url.URL) []Candidate {
	var all []Candidate
	for _, path := range usualSitemaps {
		all = append(all, Candidate{URL: place(page, path), Source: Sitemap})
	}
	return all
}

// Index returns the sitemaps of news that a list of sitemaps names; none for
// another document.
func Index(doc []byte, at *url.URL) []Candidate {
	var all []Candidate
	z := html.NewTokenizer(bytes.NewReader(doc[:min(len(doc), maxPage)]))
	index, loc := false, false
	for len(all) < maxNewsSitemaps {
		switch z.Next() {
		case html.ErrorToken:
			return all
		case html.StartTagToken:
			name, _ := z.TagName()
			switch tag := string(name); {
			case !index && tag != "sitemapindex":
				return nil
			default:
				index, loc = true, tag == "loc"
			}
		case html.EndTagToken:
			loc = false
		case html.TextToken:
			if text := string(z.Text()); loc && news.MatchString(text) {
				if u := address(text, at); u != "" {
					all = append(all, Candidate{URL: u, Source: Sitemap})
				}
			}
		}
	}
	return unique(all)
}
