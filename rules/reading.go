package rules

import (
	"net/url"
	"slices"
	"sort"
	"strings"
)

// reading is an article with the places where the terms of a lexicon occur in
// it. It answers whether a query holds, and where. It is used by one goroutine
// at a time, and over and over, so that reading one more article takes no new
// memory.
type reading struct {
	lexicon *lexicon
	program *program
	sights  *sights
	texts   [numFields]text
	occurs  bitset   // of terms: those in found
	found   []uint32 // the terms that occur, each once
	hits    []hit    // hits[0] is none
	firsts  []uint32 // by term: its first place in hits; only where linked
	linked  bool     // the places of each term are linked, which most articles need not be
	labels  map[rawLabel]uint32

	pairs   []spot   // see findPairs
	touched uint32   // makes sure that what is only touched is read
	held    []weight // see matches
	as, bs  []place  // room for the sides of a NEAR
}

// text is one field of an article, cut into words.
type text struct {
	original string
	words    []word
	sights   []sight // by word
}

// hit is a place of a term: the words from (inclusive) to to (exclusive) of a
// field.
type hit struct {
	from  int
	to    int // exclusive
	term  uint32
	next  uint32 // the term's next place; 0 when this is the last
	field Field
}

// spot is a place of two patterns side by side: the first one's word.
type spot struct {
	pair    uint64
	at      int
	phrases run // of lexicon.phrases, that may be found by it
}

// place is where a term occurs: the words from (inclusive) to to (exclusive) of
// that field.
type place struct {
	field    Field
	from, to int
}

// rawLabel is a datum of an article as the article has it.
type rawLabel struct {
	key   metaKey
	value string
}

// maxLabels is how many of them are remembered.
const maxLabels = 1 << 12

// comparePlaces orders places as they are read.
func comparePlaces(a, b place) int {
	switch {
	case a.field != b.field:
		return int(a.field) - int(b.field)
	case a.from != b.from:
		return a.from - b.from
	}
	return a.to - b.to
}

func newReading(l *lexicon, p *program) *reading {
	return &reading{
		lexicon: l, program: p, sights: newSights(l),
		occurs: newBitset(l.size()), hits: make([]hit, 1), firsts: make([]uint32, l.size()), labels: map[rawLabel]uint32{},
	}
}

// read takes up an article.
func (r *reading) read(a *Article) {
	r.forget()
	r.sights.tidy()
	for f, s := range [numFields]string{Title: a.Title, Summary: a.Summary, Body: a.Body} {
		x := &r.texts[f]
		x.original = s
		x.words = appendWords(x.words[:0], s)
		r.findTerms(Field(f))
	}
	for _, k := range r.lexicon.keys {
		r.findLabels(k, a)
	}
}

// forget drops the article and keeps the room.
func (r *reading) forget() {
	for _, t := range r.found {
		r.occurs.clear(t)
	}
	if r.linked {
		for _, t := range r.found {
			r.firsts[t] = 0
		}
	}
	r.found, r.hits, r.linked = r.found[:0], r.hits[:1], false
	for f := range r.texts {
		r.texts[f].original = ""
	}
}

// findTerms finds the places of all terms in a field.
func (r *reading) findTerms(f Field) {
	x := &r.texts[f]
	var any sight
	x.sights, any = r.sights.appendSights(x.sights[:0], x.original, x.words)
	if any&isHeard != 0 && isLoud(x.original) {
		r.sights.inLoud(x.sights)
	}
	for i, n := range x.sights {
		var next sight
		if i+1 < len(x.sights) {
			next = x.sights[i+1]
		}
		// Whether both words belong to pairs is one question, as each alone is hard
		// to guess.
		pairs := n / hasBegins * hasEnds & next & hasEnds
		if n&hasTerms|pairs == 0 {
			continue
		}
		if n&hasTerms != 0 {
			for _, t := range r.sights.terms(n) {
				r.hit(t, f, i, i+1)
			}
		}
		if pairs != 0 {
			r.findPairs(x, i)
		}
	}
	if len(r.pairs) > 0 {
		r.findPhrases(f)
	}
}

// findPairs notes the pairs of the word i and the next one by which phrases are
// likely found.
func (r *reading) findPairs(x *text, i int) {
	ends := r.sights.ends(x.sights[i+1])
	for _, a := range r.sights.begins(x.sights[i]) {
		for _, b := range ends {
			if p := pair(a, b); r.lexicon.likely.has(r.lexicon.bit(p)) {
				r.pairs = append(r.pairs, spot{pair: p, at: i})
			}
		}
	}
}

// findPhrases finds the phrases of a field by the pairs in it.
func (r *reading) findPhrases(f Field) {
	// What these are looked up in lies far away: asked for side by side, it comes
	// at once.
	l := r.lexicon
	for i := range r.pairs {
		s := &r.pairs[i]
		s.phrases = l.foundBy(s.pair)
	}
	for _, s := range r.pairs {
		r.touched += l.phrases[min(int(s.phrases.from), len(l.phrases)-1)].term
	}
	for _, s := range r.pairs {
		for _, p := range l.phrases[s.phrases.from:s.phrases.to] {
			switch {
			case p.pair != s.pair:
			case p.at == whole:
				r.hit(p.term, f, s.at, s.at+2)
			default:
				if from := s.at - int(p.at); r.stands(p.term, &r.texts[f], from) {
					r.hit(p.term, f, from, from+len(l.patternsOf(p.term)))
				}
			}
		}
	}
	r.pairs = r.pairs[:0]
}

// stands reports whether a phrase stands in x from a word on.
func (r *reading) stands(term uint32, x *text, from int) bool {
	patterns := r.lexicon.patternsOf(term)
	if from < 0 || from+len(patterns) > len(x.words) {
		return false
	}
	for i, p := range patterns {
		if !r.sights.meets(x.sights[from+i], p) {
			return false
		}
	}
	return true
}

// isLoud reports whether most letters of s are capitals, so that these tell
// nothing.
func isLoud(s string) bool {
	upper, lower := countCase(s)
	return upper > lower
}

// hit notes a place of a term.
func (r *reading) hit(term uint32, f Field, from, to int) {
	r.hits = append(r.hits, hit{from: from, to: to, term: term, field: f})
	if !r.occurs.has(term) {
		r.note(term)
	}
}

// note adds a term to those that occur.
func (r *reading) note(term uint32) {
	r.found = append(r.found, term)
	r.occurs.set(term)
}

// firstOf returns the first place of a term, 0 when it has none.
func (r *reading) firstOf(term uint32) uint32 {
	if !r.linked {
		r.linked = true
		for n := len(r.hits) - 1; n > 0; n-- {
			h := &r.hits[n]
			h.next, r.firsts[h.term] = r.firsts[h.term], uint32(n)
		}
	}
	return r.firsts[term]
}

// in reports whether a term occurs in one of the fields.
func (r *reading) in(fields fieldSet, term uint32) bool {
	return r.occurs.has(term) && (fields == allFields || r.isIn(fields, term))
}

func (r *reading) isIn(fields fieldSet, term uint32) bool {
	for n := r.firstOf(term); n != 0; n = r.hits[n].next {
		if fields.has(r.hits[n].field) {
			return true
		}
	}
	return false
}

// findLabels notes which labels of a key the article has.
func (r *reading) findLabels(k metaKey, a *Article) {
	switch k {
	case "source":
		r.findLabel(k, a.Source)
	case "tag":
		for _, t := range a.Tags {
			r.findLabel(k, t)
		}
	case "lang":
		r.findLabel(k, a.Lang)
	case "author":
		r.findLabel(k, a.Author)
	case "category":
		for _, c := range a.Categories {
			r.findLabel(k, c)
		}
	case "host":
		if a.URL == "" {
			return
		}
		if u, err := url.Parse(a.URL); err == nil {
			r.findLabel(k, u.Hostname())
		}
	}
}

func (r *reading) findLabel(k metaKey, value string) {
	raw := rawLabel{k, value}
	t, known := r.labels[raw]
	if !known {
		if len(r.labels) >= maxLabels {
			clear(r.labels)
		}
		var asked bool
		if t, asked = r.lexicon.labels[label{k, foldWhole(value)}]; !asked {
			t = none
		}
		raw.value = strings.Clone(value)
		r.labels[raw] = t
	}
	if t != none && !r.occurs.has(t) {
		r.note(t)
	}
}

// matches reports whether a rule matches, and with what score; the score is 0
// where it does not. It is the one place that decides. r.held are the signals of a
// rule that matches which hold.
func (r *reading) matches(s *scoring) (score int, matched bool) {
	r.held = r.held[:0]
	if !r.passes(s) {
		return 0, false
	}
	score, left := s.base, int(s.reach)
	for _, w := range r.program.signals[s.signals.from:s.signals.to] {
		points := int(w.points)
		left -= max(points, 0)
		if r.holds(w.when) {
			score += points
			r.held = append(r.held, w)
		}
		if score+left < s.threshold {
			return 0, false
		}
	}
	return score, score >= s.threshold
}

// passes reports whether require holds and exclude does not.
func (r *reading) passes(s *scoring) bool {
	if s.requireLast {
		return !r.excludes(s) && r.holds(s.require)
	}
	return r.holds(s.require) && !r.excludes(s)
}

func (r *reading) excludes(s *scoring) bool { return s.exclude != 0 && r.holds(s.exclude) }

// holds reports whether the query holds for the article.
func (r *reading) holds(q query) bool { return r.step(&r.program.steps[q]) }

// step reports whether a step of a query holds.
func (r *reading) step(s *step) bool {
	switch s.op {
	case opTerm, opMeta:
		return r.in(s.fields, s.from)
	case opList:
		for _, t := range r.program.listed(s) {
			if r.in(s.fields, t) {
				return true
			}
		}
		return false
	case opOr:
		kids := r.program.kids(s)
		for i := range kids {
			if r.step(&kids[i]) {
				return true
			}
		}
		return false
	case opAnd:
		kids := r.program.kids(s)
		for i := range kids {
			if !r.step(&kids[i]) {
				return false
			}
		}
		return true
	case opNot:
		return !r.step(&r.program.steps[s.from])
	case opAtLeast:
		return r.count(s) >= int(s.n)
	case opRegexp:
		return r.matchesRegexp(s)
	}
	return r.near(s)
}

// count returns how many members of the list occur.
func (r *reading) count(s *step) (n int) {
	for _, t := range r.program.listed(s) {
		if r.in(s.fields, t) {
			n++
		}
	}
	return n
}

func (r *reading) matchesRegexp(s *step) bool {
	for f := range numFields {
		if x := r.texts[f].original; s.fields.has(f) && x != "" && r.program.regexps[s.from].MatchString(x) {
			return true
		}
	}
	return false
}

// appendGroup appends the places of a term, a list, or alternatives of these.
func (r *reading) appendGroup(places []place, s *step) []place {
	switch s.op {
	case opTerm:
		return r.appendPlaces(places, s.from, s.fields)
	case opList, opAtLeast:
		for _, t := range r.program.listed(s) {
			places = r.appendPlaces(places, t, s.fields)
		}
		return places
	}
	kids := r.program.kids(s)
	for i := range kids {
		places = r.appendGroup(places, &kids[i])
	}
	return places
}

func (r *reading) appendPlaces(places []place, term uint32, fields fieldSet) []place {
	if !r.occurs.has(term) {
		return places
	}
	for n := r.firstOf(term); n != 0; n = r.hits[n].next {
		if h := &r.hits[n]; fields.has(h.field) {
			places = append(places, place{h.field, h.from, h.to})
		}
	}
	return places
}

// inOrder sorts places and drops what is there twice.
func inOrder(places []place) []place {
	if len(places) < 2 {
		return places
	}
	slices.SortFunc(places, comparePlaces)
	return slices.Compact(places)
}

// sides gathers the places of both sides of a NEAR and its like; ok is false
// when one side that must be there is not.
func (r *reading) sides(s *step) (as, bs []place, ok bool) {
	kids := r.program.kids(s)
	if !r.step(&kids[0]) || s.op != opNotNear && !r.step(&kids[1]) {
		return nil, nil, false // nearly always
	}
	r.as = inOrder(r.appendGroup(r.as[:0], &kids[0]))
	r.bs = inOrder(r.appendGroup(r.bs[:0], &kids[1]))
	return r.as, r.bs, true
}

// near reports whether a NEAR, BEFORE or NOT NEAR holds.
func (r *reading) near(s *step) (holds bool) {
	r.eachNear(s, func(_, _ place) (more bool) {
		holds = true
		return false
	})
	return holds
}

// eachNear calls f for the places that make a NEAR, BEFORE or NOT NEAR hold: for
// each pair that is near enough, or for each place of the first side that has
// nothing near, as both a and b. It ends when f returns false.
func (r *reading) eachNear(s *step, f func(a, b place) (more bool)) {
	as, bs, ok := r.sides(s)
	if !ok {
		return
	}
	n, longest := int(s.n), 0
	for _, b := range bs {
		longest = max(longest, b.to-b.from)
	}
	for _, a := range as {
		alone := true
		// The first b that can be near begins at most so many words ahead of a.
		first := sort.Search(len(bs), func(i int) bool {
			b := bs[i]
			return b.field > a.field || b.field == a.field && b.from >= a.from-n-longest
		})
		for _, b := range bs[first:] {
			if b.field != a.field || b.from-a.to > n {
				break
			}
			if !s.op.near(a, b, n) {
				continue
			}
			alone = false
			if s.op == opNotNear {
				break
			}
			if !f(a, b) {
				return
			}
		}
		if s.op == opNotNear && alone && !f(a, a) {
			return
		}
	}
}

// near reports whether a and b, which are in one field, stand as a NEAR and its
// like ask. For NOT NEAR words that overlap are near: what a phrase around it
// says of a word counts.
func (o op) near(a, b place, n int) bool {
	switch gap := b.from - a.to; {
	case gap >= 0:
		return gap <= n
	case o == opBefore:
		return false
	}
	if gap := a.from - b.to; gap >= 0 {
		return gap <= n
	}
	return o == opNotNear
}

// appendSpans appends where a query holds, in order and each span once: the
// words of its terms, for NEAR the pairs that are near, for NOT and for data like
// tag: nothing. It appends nothing when the query does not hold.
func (r *reading) appendSpans(spans []Span, q query) []Span {
	start := len(spans)
	spans = r.collect(spans, &r.program.steps[q])
	added := spans[start:]
	if len(added) > 1 {
		slices.SortFunc(added, compareSpans)
		spans = spans[:start+len(slices.Compact(added))]
	}
	return spans
}

// compareSpans orders spans as they are read.
func compareSpans(a, b Span) int {
	switch {
	case a.Field != b.Field:
		return int(a.Field) - int(b.Field)
	case a.From != b.From:
		return a.From - b.From
	}
	return a.To - b.To
}

func (r *reading) collect(spans []Span, s *step) []Span {
	switch s.op {
	case opTerm, opList:
		r.as = r.appendGroup(r.as[:0], s)
		return r.appendWords(spans, r.as...)
	case opNear, opBefore, opNotNear:
		r.eachNear(s, func(a, b place) bool {
			spans = r.appendWords(spans, a, b)
			return true
		})
		return spans
	case opNot, opMeta:
		return spans
	}
	if !r.step(s) {
		return spans
	}
	switch s.op {
	case opAtLeast:
		r.as = r.appendGroup(r.as[:0], s)
		return r.appendWords(spans, r.as...)
	case opRegexp:
		return r.appendRegexp(spans, s)
	}
	kids := r.program.kids(s)
	for i := range kids {
		spans = r.collect(spans, &kids[i])
	}
	return spans
}

// appendWords appends the spans of places.
func (r *reading) appendWords(spans []Span, places ...place) []Span {
	for _, p := range places {
		ws := r.texts[p.field].words
		spans = append(spans, Span{p.field, ws[p.from].from, ws[p.to-1].to})
	}
	return spans
}

func (r *reading) appendRegexp(spans []Span, s *step) []Span {
	for f := range numFields {
		if !s.fields.has(f) {
			continue
		}
		for _, m := range r.program.regexps[s.from].FindAllStringIndex(r.texts[f].original, -1) {
			if m[0] < m[1] {
				spans = append(spans, Span{f, m[0], m[1]})
			}
		}
	}
	return spans
}
