package story

import (
	"cmp"
	"slices"
	"strings"
)

// Article is what the story of an article is found by.
type Article struct {
	Title, Summary string
	URL            string   // says whose article it is as well
	Lang           string   // BCP 47; "" is taken for English
	Themes         []string // those that it was found to have; nil where nobody looked
}

// How much of an article is read. What stands further back is rarely about the
// event, and every term costs a look-up.
const (
	maxTitleTerms   = 20
	maxSummaryTerms = 12
	maxSummaryBytes = 1000
)

// Weights of a term, by where it stands. A headline says what happened. A summary
// adds names and amounts; its other words are different in every paper.
const (
	titleWeight   = 10
	summaryWeight = 4
	amountWeight  = 20 // in a title; all tell an amount alike, and it is seldom the same by chance
)

// Reading is an article as it is compared with stories.
type Reading struct {
	same   []string // its keys as a page and as a headline
	terms  []term   // by hash, each once
	title  []term   // those of the headline
	outlet uint32
	themes []uint32
}

// term is a word, name or amount of an article.
type term struct {
	key    string
	hash   uint32
	kind   kind
	weight int
	told   int // how many stories have it, as far as was counted
}

// Read reads an article. Until Weigh is called, all its terms count as rare.
func Read(a Article) *Reading {
	r := &Reading{same: Keys(a.Title, a.URL), outlet: hash("outlet:" + outlet(a.URL))}
	for _, theme := range a.Themes {
		r.themes = append(r.themes, hash("theme:"+theme))
	}
	summary := a.Summary
	if len(summary) > maxSummaryBytes {
		summary = strings.ToValidUTF8(summary[:maxSummaryBytes], "")
	}
	titleAmounts, title := amounts(a.Title)
	summaryAmounts, summary := amounts(summary)
	titleWords, summaryWords := textWords(title, a.Lang), textWords(summary, a.Lang)
	names := namesIn(titleWords, summaryWords)

	r.addAmounts(titleAmounts, amountWeight)
	for _, w := range titleWords {
		if len(r.terms) < maxTitleTerms {
			r.add(w.term, names.kindOf(w.term), titleWeight)
		}
	}
	r.title = slices.Clone(r.terms)
	rest := len(r.terms) + maxSummaryTerms
	r.addAmounts(summaryAmounts, amountWeight*summaryWeight/titleWeight)
	for _, w := range summaryWords {
		if len(r.terms) < rest && names.kindOf(w.term) == name {
			r.add(w.term, name, summaryWeight)
		}
	}
	slices.SortFunc(r.terms, func(x, y term) int { return cmp.Or(cmp.Compare(x.hash, y.hash), cmp.Compare(x.key, y.key)) })
	return r
}

func (r *Reading) addAmounts(list []string, weight int) {
	for _, a := range list[:min(len(list), 4)] {
		r.add("¤"+a, amount, weight)
	}
}

// add adds a term, once.
func (r *Reading) add(text string, k kind, weight int) {
	key := "term:" + text
	if !slices.ContainsFunc(r.terms, func(t term) bool { return t.key == key }) {
		r.terms = append(r.terms, term{key: key, hash: hash(key), kind: k, weight: weight})
	}
}

// Terms are the keys of the article's terms, as Weigh wants to have them counted.
func (r *Reading) Terms() []string {
	keys := make([]string, len(r.terms))
	for i, t := range r.terms {
		keys[i] = t.key
	}
	return keys
}

// Weigh tells how many stories of the last Horizon have each of Terms, counted up
// to MostCounted. What many stories have says little about any of them.
func (r *Reading) Weigh(told []int) {
	for i := range r.terms {
		r.terms[i].told = told[i]
	}
}

// Keys are what the article's story is to be found by later.
func (r *Reading) Keys() []string { return append(slices.Clone(r.same), r.Terms()...) }

// How stories are looked up: by the rarest terms, as long as these together have
// no more than enoughLookedUp stories, and by minLookedUp in any case. It bounds
// what an article is compared with, however many stories there are.
const (
	minLookedUp    = 4
	maxLookedUp    = 16
	enoughLookedUp = 200
)

// Wanted are the keys by which the stories to compare with are found: the page
// and the headline, and those terms that the fewest stories have. A story that
// shares none of them is not this one.
func (r *Reading) Wanted() []string {
	rarest := slices.Clone(r.terms)
	slices.SortStableFunc(rarest, func(x, y term) int {
		return cmp.Or(cmp.Compare(x.told, y.told), cmp.Compare(y.weight, x.weight))
	})
	wanted := slices.Clone(r.same)
	found := 0
	for i, t := range rarest[:min(len(rarest), maxLookedUp)] {
		if found += t.told; found > enoughLookedUp && i >= minLookedUp {
			break
		}
		wanted = append(wanted, t.key)
	}
	return wanted
}

// names says which terms of an article are names.
type names map[string]bool

func (n names) kindOf(term string) kind {
	if n[term] {
		return name
	}
	return plain
}

// namesIn finds the names of an article: what is written with a capital where
// other words are not, or opens a sentence before another name. A headline may be written with capitals throughout, so
// that only the summary tells. Where nothing does, what has a capital may be one.
func namesIn(title, summary []word) names {
	small, capital := make(map[string]bool), make(map[string]bool)
	for i, w := range summary {
		switch {
		case !w.capital:
			small[w.term] = true
		case !w.opens || i+1 < len(summary) && summary[i+1].capital && !summary[i+1].opens:
			capital[w.term] = true
		}
	}
	found := make(names)
	for t := range capital {
		found[t] = !small[t]
	}
	for _, w := range title {
		if w.capital && !small[w.term] {
			found[w.term] = true
		}
	}
	return found
}

// outlet is who publishes at an address: its host without what only tells parts
// of it apart.
func outlet(address string) string {
	host, _, _ := strings.Cut(canonical(address), "/")
	host, _, _ = strings.Cut(host, "?")
	labels := strings.Split(host, ".")
	if n := len(labels); n > 2 && len(labels[n-2]) > 3 {
		labels = labels[n-2:]
	}
	return strings.Join(labels, ".")
}
