// Package story says which articles tell the same story: report the same event,
// within days. What follows from an event is another one.
//
// An article is read into terms, which are the words of its headline and the
// names and amounts of its summary. It is a duplicate where address or headline
// are those of a report, and tells the same story where its terms are near those
// of the story's reports; a term counts the less, the more stories have it. The
// few stories to compare with are found by the article's rarest terms. So the
// package is pure, and its caller does in this order:
//
//	r := Read(article)
//	r.Weigh(…)         how many stories of the last Horizon have each of r.Terms()
//	i, _ := r.Choose(…) of the stories within the window with one of r.Wanted()
//	keep r.Keys() and r.Sign(signature) with that story, or with a new one
//
// It does not keep stories, and does not decide what is said of them.
package story

import (
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Window is how long after its last report a story usually takes further ones.
// A later report of the same words is a story of its own: titles such as weekly
// columns' come again.
const Window = 72 * time.Hour

// minTitleWords is how many words a title needs to stand for an event. Shorter
// ones ("Live updates", "Market wrap") are used again for others.
const minTitleWords = 4

// Keys returns what an article is the same by: two articles that share a key
// within Window are one told twice. They are its address without what only
// tracks readers, and its title without case and punctuation. The result is
// empty when the article has neither a usable address nor a telling title.
func Keys(title, address string) []string {
	var keys []string
	if u := canonical(address); u != "" {
		keys = append(keys, "url:"+u)
	}
	if words := words(title); len(words) >= minTitleWords {
		keys = append(keys, "title:"+strings.Join(words, " "))
	}
	return keys
}

// words splits a title into its words in lower case. Apostrophes are dropped,
// so that OpenAI's is one word however it is typed.
func words(title string) []string {
	title = strings.Map(func(r rune) rune {
		if r == '\'' || r == '’' {
			return -1
		}
		return unicode.ToLower(r)
	}, title)
	return strings.FieldsFunc(title, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

// canonical is an address without scheme, www, fragment, tracking parameters
// and a slash at the end; "" when it is no http address, or names a whole site
// and so no article.
func canonical(address string) string {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return ""
	}
	q := u.Query()
	for name := range q {
		if tracks(name) {
			q.Del(name)
		}
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	if path == "" && len(q) == 0 {
		return ""
	}
	c := strings.TrimPrefix(strings.ToLower(u.Host), "www.") + path
	if len(q) > 0 {
		c += "?" + q.Encode()
	}
	return c
}

// tracks reports whether a query parameter says where the reader came from
// rather than what is read: the campaign parameters of Urchin and Matomo, and
// the click identifiers of the large advertisers and newsletters.
func tracks(parameter string) bool {
	p := strings.ToLower(parameter)
	if strings.HasPrefix(p, "utm_") || strings.HasPrefix(p, "mtm_") {
		return true
	}
	switch p {
	case "fbclid", "gclid", "msclkid", "mc_cid", "mc_eid", "igshid", "cmpid", "ftag", "ref", "guccounter":
		return true
	}
	return false
}
