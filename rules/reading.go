package rules

import (
	"cmp"
	"net/url"
	"slices"
	"sort"
)

// reading is an article with the places where the terms of a lexicon occur in
// it. It answers whether a query holds, and where. It is used by one goroutine
// at a time, and over and over.
type reading struct {
	lexicon *lexicon
	article *Article
	texts   [numFields]text
	places  [][]place // by the term's number, in order of field and place
	found   []int     // the terms that have places
	meta    map[metaKey][]string
}

// place is where a term occurs: the words from (inclusive) to (exclusive) of
// that field.
type place struct {
	field    Field
	from, to int
}

// comparePlaces orders places as they are read.
func comparePlaces(a, b place) int {
	return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
}

func newReading(l *lexicon) *reading {
	return &reading{lexicon: l, places: make([][]place, len(l.terms)), meta: map[metaKey][]string{}}
}

// read takes up an article.
func (r *reading) read(a *Article) {
	r.forget()
	r.article = a
	for f, s := range [numFields]string{Title: a.Title, Summary: a.Summary, Body: a.Body} {
		r.texts[f] = newText(s, r.texts[f].words)
		r.findTerms(Field(f))
	}
}

// forget drops the article and keeps the space.
func (r *reading) forget() {
	for _, id := range r.found {
		r.places[id] = r.places[id][:0]
	}
	r.found = r.found[:0]
	clear(r.meta)
	r.article = nil
	for f := range r.texts {
		clear(r.texts[f].words) // they hold on to the text
		r.texts[f].original = ""
	}
}

func (r *reading) findTerms(f Field) {
	x := &r.texts[f]
	for i := range x.words {
		note := func(t *term) {
			if !t.meets(x, i) {
				return
			}
			if len(r.places[t.id]) == 0 {
				r.found = append(r.found, t.id)
			}
			r.places[t.id] = append(r.places[t.id], place{f, i, i + len(t.words)})
		}
		r.lexicon.kept.candidates(x.words[i].folded, note)
		r.lexicon.plain.candidates(x.words[i].plain, note)
	}
}

// holds reports whether the query holds for the article.
func (r *reading) holds(n *node) bool {
	switch n.op {
	case opTerm:
		return r.occurs(n)
	case opList, opOr:
		return slices.ContainsFunc(n.kids, r.holds)
	case opAnd:
		for _, k := range n.kids {
			if !r.holds(k) {
				return false
			}
		}
		return true
	case opNot:
		return !r.holds(n.kids[0])
	case opNear, opBefore, opNotNear:
		return len(r.nearPlaces(n, true)) > 0
	case opAtLeast:
		return r.count(n.kids) >= n.n
	case opMeta:
		return slices.Contains(r.metaValues(n.key), n.value)
	}
	return r.matchesRegexp(n)
}

func (r *reading) occurs(n *node) bool {
	places := r.places[n.term.id]
	if n.fields == allFields {
		return len(places) > 0
	}
	return slices.ContainsFunc(places, func(p place) bool { return n.fields.has(p.field) })
}

// count returns how many of the queries hold.
func (r *reading) count(kids []*node) (n int) {
	for _, k := range kids {
		if r.holds(k) {
			n++
		}
	}
	return n
}

func (r *reading) matchesRegexp(n *node) bool {
	for f := range numFields {
		if s := r.texts[f].original; n.fields.has(f) && s != "" && n.re.MatchString(s) {
			return true
		}
	}
	return false
}

// metaValues returns the article's values of that datum, folded.
func (r *reading) metaValues(k metaKey) []string {
	if v, ok := r.meta[k]; ok {
		return v
	}
	var raw []string
	switch k {
	case "source":
		raw = []string{r.article.Source}
	case "tag":
		raw = r.article.Tags
	case "lang":
		raw = []string{r.article.Lang}
	case "author":
		raw = []string{r.article.Author}
	case "category":
		raw = r.article.Categories
	case "host":
		if u, err := url.Parse(r.article.URL); err == nil {
			raw = []string{u.Hostname()}
		}
	}
	folded := make([]string, len(raw))
	for i, s := range raw {
		folded[i] = foldWhole(s)
	}
	r.meta[k] = folded
	return folded
}

// group returns the places of a term, a list, or alternatives of these, in
// order.
func (r *reading) group(n *node) []place {
	var places []place
	n.each(func(k *node) {
		if k.op != opTerm {
			return
		}
		for _, p := range r.places[k.term.id] {
			if k.fields.has(p.field) {
				places = append(places, p)
			}
		}
	})
	slices.SortFunc(places, comparePlaces)
	return slices.Compact(places)
}

// nearPlaces returns the places that make a NEAR, BEFORE or NOT NEAR hold: both
// of each pair that is near enough, or those of the first side that have
// nothing near. With any it stops at the first.
func (r *reading) nearPlaces(n *node, any bool) []place {
	as := r.group(n.kids[0])
	if len(as) == 0 {
		return nil
	}
	bs := r.group(n.kids[1])
	longest := 0
	for _, b := range bs {
		longest = max(longest, b.to-b.from)
	}
	var out []place
	for _, a := range as {
		alone := true
		// The first b that can be near begins at most so many words ahead of a.
		first := sort.Search(len(bs), func(i int) bool {
			b := bs[i]
			return b.field > a.field || b.field == a.field && b.from >= a.from-n.n-longest
		})
		for _, b := range bs[first:] {
			if b.field != a.field || b.from-a.to > n.n {
				break
			}
			if !n.near(a, b) {
				continue
			}
			alone = false
			if n.op == opNotNear {
				break
			}
			out = append(out, a, b)
		}
		if n.op == opNotNear && alone {
			out = append(out, a)
		}
		if any && len(out) > 0 {
			return out
		}
	}
	return out
}

// near reports whether a and b, which are in one field, stand as n asks. For NOT
// NEAR words that overlap are near: what a phrase around it says of a word
// counts.
func (n *node) near(a, b place) bool {
	switch gap := b.from - a.to; {
	case gap >= 0:
		return gap <= n.n
	case n.op == opBefore:
		return false
	}
	if gap := a.from - b.to; gap >= 0 {
		return gap <= n.n
	}
	return n.op == opNotNear
}

// spans returns where the query holds, in order: the words of its terms, for
// NEAR the pairs that are near, for NOT and for data like tag: nothing. It
// returns nil when the query does not hold.
func (r *reading) spans(n *node) []Span {
	spans := r.collect(n, nil)
	slices.SortFunc(spans, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return slices.Compact(spans)
}

func (r *reading) collect(n *node, spans []Span) []Span {
	if !r.holds(n) {
		return spans
	}
	switch n.op {
	case opTerm:
		return r.appendSpans(spans, r.group(n))
	case opNear, opBefore, opNotNear:
		return r.appendSpans(spans, r.nearPlaces(n, false))
	case opRegexp:
		return r.appendRegexp(spans, n)
	case opNot:
		return spans
	}
	for _, k := range n.kids {
		spans = r.collect(k, spans)
	}
	return spans
}

func (r *reading) appendSpans(spans []Span, places []place) []Span {
	for _, p := range places {
		ws := r.texts[p.field].words
		spans = append(spans, Span{p.field, ws[p.from].from, ws[p.to-1].to})
	}
	return spans
}

func (r *reading) appendRegexp(spans []Span, n *node) []Span {
	for f := range numFields {
		if !n.fields.has(f) {
			continue
		}
		for _, m := range n.re.FindAllStringIndex(r.texts[f].original, -1) {
			if m[0] < m[1] {
				spans = append(spans, Span{f, m[0], m[1]})
			}
		}
	}
	return spans
}
