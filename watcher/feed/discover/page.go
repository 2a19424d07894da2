package discover

import (
	"bytes"
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// The limits of what is read of a page, and of what is made of it. What comes
// beyond them is passed over.
const (
	maxPage     = 4 << 20 // bytes
	maxDeclared = 16      // candidates
	maxLinked   = 8
	maxFound    = 2000 // of either, of which the best are taken
	maxTitle    = 120  // bytes
)

// Links returns what a page names as its feeds, and what it links to that looks
// like one; the likeliest first, and feeds of comments last. at is the page's
// address.
func Links(doc []byte, contentType string, at *url.URL) []Candidate {
	r := reader{at: at, base: at}
	r.read(doc[:min(len(doc), maxPage)], contentType)
	declared, linked := r.candidates()
	declared = declared[:min(len(declared), maxDeclared)]
	linked = linked[:min(len(linked), maxLinked)]
	all := unique(append(declared, linked...))
	slices.SortStableFunc(all, func(a, b Candidate) int { return compareBool(a.Comments, b.Comments) })
	return all
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// reader takes in a page.
type reader struct {
	at, base *url.URL
	based    bool // base is the page's own: the first one counts
	links    []*link
	anchors  []*link
	open     *link // the <a> whose text is being read
}

// link is a link as the page has it.
type link struct {
	href, kind, rel, title string
	text                   strings.Builder
}

// read takes the tags of a page as they come. It uses the tokenizer and not the
// parser: what is looked for needs no tree, and a page may nest without end.
func (r *reader) read(doc []byte, contentType string) {
	utf8, err := charset.NewReader(bytes.NewReader(doc), contentType)
	if err != nil {
		return
	}
	z := html.NewTokenizer(utf8)
	for {
		switch z.Next() {
		case html.ErrorToken:
			r.close()
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			if tag := string(name); more {
				r.tag(tag, attributes(z))
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "a" {
				r.close()
			}
		case html.TextToken:
			r.text(z.Text())
		}
	}
}

// attributes are those of a tag that matter here; the first of a name counts.
func attributes(z *html.Tokenizer) map[string]string {
	m := make(map[string]string)
	for {
		key, value, more := z.TagAttr()
		switch name := string(key); name {
		case "href", "rel", "type", "title", "alt":
			if _, there := m[name]; !there {
				m[name] = string(value)
			}
		}
		if !more {
			return m
		}
	}
}

func (r *reader) tag(name string, attrs map[string]string) {
	href := attrs["href"]
	switch {
	case name == "base" && href != "" && !r.based:
		if u := address(href, r.at); u != "" {
			r.base, _ = url.Parse(u)
			r.based = true
		}
	case name == "link" && href != "" && len(r.links) < maxFound:
		r.links = append(r.links, &link{href: href, kind: attrs["type"], rel: attrs["rel"], title: attrs["title"]})
	case name == "a" || name == "area":
		r.close()
		if href != "" && len(r.anchors) < maxFound {
			r.open = &link{href: href, kind: attrs["type"], rel: attrs["rel"], title: attrs["title"]}
		}
		if name == "area" {
			r.close()
		}
	case name == "img":
		r.text([]byte(attrs["alt"]))
	}
}

// text adds to the text of the link that is open.
func (r *reader) text(b []byte) {
	if r.open != nil && r.open.text.Len() < maxTitle {
		r.open.text.Write(b[:min(len(b), 2*maxTitle)])
		r.open.text.WriteByte(' ')
	}
}

// close ends the link that is open. It is kept only if it looks like a feed, for
// pages have many links.
func (r *reader) close() {
	l := r.open
	r.open = nil
	if l == nil {
		return
	}
	u := address(l.href, r.base)
	named := feedText.MatchString(oneLine(l.text.String())) && !inAnother.MatchString(pathOf(u))
	if u != "" && (l.declares() || named || looksLikeFeed(u)) {
		r.anchors = append(r.anchors, l)
	}
}

// feedText is the text of a link to a feed.
var feedText = regexp.MustCompile(`(?i)^(rss|atom|xml|json|web)?[ -]?(feeds?|rss|atom)( feeds?)?( \(?(rss|atom|xml)\)?)?$`)

// candidates makes addresses of the links, each kind with the likeliest first.
func (r *reader) candidates() (declared, linked []Candidate) {
	for _, l := range r.links {
		switch c := r.candidate(l, Declared); {
		case l.declares():
			declared = append(declared, c)
		case l.has("alternate") && l.vague() && looksLikeFeed(c.URL):
			c.Source = Linked
			linked = append(linked, c)
		}
	}
	for _, l := range r.anchors {
		linked = append(linked, r.candidate(l, Linked))
	}
	declared, linked = unique(declared), unique(linked)
	slices.SortStableFunc(declared, r.byLikelihood)
	slices.SortStableFunc(linked, r.byLikelihood)
	return declared, linked
}

// byLikelihood orders what is of comments or on another host than the page
// behind the rest.
func (r *reader) byLikelihood(a, b Candidate) int {
	return cmp.Or(compareBool(a.Comments, b.Comments), compareBool(r.elsewhere(a), r.elsewhere(b)))
}

// elsewhere reports whether a candidate is on another host than the page.
func (r *reader) elsewhere(c Candidate) bool {
	u, err := url.Parse(c.URL)
	return err != nil || !strings.EqualFold(u.Host, r.at.Host)
}

func (r *reader) candidate(l *link, s Source) Candidate {
	c := Candidate{URL: address(l.href, r.base), Title: oneLine(cmp.Or(l.title, l.text.String())), Source: s}
	c.Comments = comments.MatchString(pathOf(c.URL)) || comments.MatchString(c.Title)
	return c
}

// feedTypes are the media types that only feeds have.
var feedTypes = []string{"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/rss", "application/atom", "text/rss+xml", "text/rss"}

// vagueTypes are those that feeds have and other documents, too.
var vagueTypes = []string{"", "application/xml", "text/xml", "application/json", "text/plain"}

// mediaType is the type that the page gives, without parameters.
func (l *link) mediaType() string {
	t, _, _ := strings.Cut(l.kind, ";")
	return strings.ToLower(strings.TrimSpace(t))
}

// declares reports whether the page says of a link that it is a feed.
func (l *link) declares() bool {
	return l.has("alternate", "feed") && slices.Contains(feedTypes, l.mediaType()) || l.has("feed") && l.vague()
}

func (l *link) vague() bool { return slices.Contains(vagueTypes, l.mediaType()) }

// has reports whether the link has one of these relations.
func (l *link) has(relations ...string) bool {
	return slices.ContainsFunc(strings.Fields(strings.ToLower(l.rel)), func(rel string) bool { return slices.Contains(relations, rel) })
}

// oneLine is a text in one line, of at most maxTitle bytes.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if len(s) > maxTitle {
		s = strings.ToValidUTF8(s[:maxTitle], "") + "…"
	}
	return s
}
