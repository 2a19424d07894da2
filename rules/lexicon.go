package rules

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// lexicon is every term that the queries of a Set look for, each once, and the
// ways to find them in a text.
//
// What a term says of one of its words is a pattern, and what it says is often
// said by many terms. So patterns are found first, for every word of a text: see
// sights. A term of one word is found with its pattern. A phrase is found by
// two patterns that stand side by side in it, and only then compared whole.
type lexicon struct {
	patterns []pattern           // by number
	exact    map[string]variants // of whole words, by their text
	stems    map[string]variants // of stems, likewise
	shortest int                 // length of a stem, in bytes; 0 when there are none
	longest  int                 // likewise
	plain    bool                // some pattern leaves accents out

	single  []uint32          // by pattern: the term that is nothing else, or none
	begins  []bool            // by pattern: it is the first of a pair
	ends    []bool            // by pattern: it is the second of one
	likely  bitset            // hashes of pairs: nearly all that two words of a text have are not in it
	phrases []phrase          // by the hash of the pair that finds them, and by the pair
	heads   []uint32          // by the upper bits of that hash: where they begin, and one more for the end
	spelled []uint32          // the patterns of all terms, one term behind the other
	starts  []uint32          // by term: where its patterns begin in spelled, and one more for the end
	labels  map[label]uint32  // terms that are no words but data of the article
	keys    []metaKey         // of labels
	terms   map[string]uint32 // by the bytes of their patterns' numbers; until all are known
	asked   []int32           // by term: how often queries ask for it; until all are known
}

// none is no number of a pattern or a term.
const none = ^uint32(0)

// variants are the patterns with one text.
type variants struct{ any, capitals, plain, plainCapitals uint32 }

// phrase is a term of several words that a pair of patterns belongs to.
type phrase struct {
	pair uint64
	term uint32
	at   uint32 // where the pair stands in it, or whole
}

// whole is the place of a pair that is all of its phrase.
const whole = none

// label is a datum of an article that queries ask for, folded.
type label struct {
	key   metaKey
	value string
}

func newLexicon() *lexicon {
	return &lexicon{
		exact: map[string]variants{}, stems: map[string]variants{},
		labels: map[label]uint32{}, terms: map[string]uint32{}, starts: []uint32{0},
	}
}

// size returns how many terms there are.
func (l *lexicon) size() int { return len(l.starts) - 1 }

// patternsOf returns the patterns of a term; none for a label.
func (l *lexicon) patternsOf(term uint32) []uint32 {
	return l.spelled[l.starts[term]:l.starts[term+1]]
}

// add gives t its number.
func (l *lexicon) add(t *term) uint32 {
	from := len(l.spelled)
	var room [64]byte
	k := room[:0]
	for _, p := range t.words {
		n := l.pattern(p, t.plain)
		l.spelled = append(l.spelled, n)
		k = binary.LittleEndian.AppendUint32(k, n)
	}
	if id, ok := l.terms[string(k)]; ok {
		l.spelled = l.spelled[:from]
		l.asked[id]++
		return id
	}
	id := l.end()
	l.terms[string(k)] = id
	if len(t.words) == 1 {
		l.single[l.spelled[from]] = id
	}
	return id
}

// addLabel gives a datum its number, as if it were a term.
func (l *lexicon) addLabel(k label) uint32 {
	id, ok := l.labels[k]
	if !ok {
		id = l.end()
		l.labels[k] = id
	}
	return id
}

// end makes a term of the patterns since the last one.
func (l *lexicon) end() (term uint32) {
	l.starts, l.asked = append(l.starts, uint32(len(l.spelled))), append(l.asked, 1)
	return uint32(l.size() - 1)
}

// pattern gives p its number.
func (l *lexicon) pattern(p pattern, plain bool) uint32 {
	index := l.exact
	if p.stem {
		index = l.stems
	}
	v, ok := index[p.folded]
	if !ok {
		v = variants{none, none, none, none}
	}
	n := v.of(p.capitals, plain)
	if *n == none {
		*n = uint32(len(l.patterns))
		index[p.folded] = v
		l.patterns = append(l.patterns, p)
		l.single = append(l.single, none)
		l.plain = l.plain || plain
		if p.stem {
			if l.shortest == 0 || len(p.folded) < l.shortest {
				l.shortest = len(p.folded)
			}
			l.longest = max(l.longest, len(p.folded))
		}
	}
	return *n
}

func (v *variants) of(capitals, plain bool) *uint32 {
	switch {
	case capitals && plain:
		return &v.plainCapitals
	case capitals:
		return &v.capitals
	case plain:
		return &v.plain
	}
	return &v.any
}

// finish makes the ways to find the phrases, when all terms are known. A phrase
// is found by the pair of its words that is likely the rarest. It returns a
// guess, by term, of the share of articles that have it.
func (l *lexicon) finish() (frequency []float64) {
	// What is asked for often is what the feeds are about.
	uses := make([]int32, len(l.patterns))
	for t, n := range l.asked {
		for _, p := range l.patternsOf(uint32(t)) {
			uses[p] += n
		}
	}
	l.terms, l.asked = nil, nil
	words := make([]float64, len(l.patterns))
	for i, p := range l.patterns {
		words[i] = p.frequency() * float64(uses[i])
	}
	l.findPhrases(words)
	frequency = make([]float64, l.size())
	for t := range frequency {
		frequency[t] = l.frequency(l.patternsOf(uint32(t)), words)
	}
	for k := range l.labels {
		l.keys = append(l.keys, k.key)
	}
	slices.Sort(l.keys)
	l.keys = slices.Compact(l.keys)
	return frequency
}

// frequency guesses the share of articles that have a term from that of its
// words.
func (l *lexicon) frequency(patterns []uint32, words []float64) float64 {
	if len(patterns) == 0 {
		return 0.1 // a label
	}
	f := 1.0
	for _, p := range patterns {
		f = min(f, words[p])
	}
	for range len(patterns) - 1 {
		f /= 10
	}
	return f
}

// findPhrases makes the table of phrases. words is the frequency of each pattern.
func (l *lexicon) findPhrases(words []float64) {
	l.begins, l.ends = make([]bool, len(l.patterns)), make([]bool, len(l.patterns))
	for t := range uint32(l.size()) {
		ps := l.patternsOf(t)
		if len(ps) < 2 {
			continue
		}
		at := 0
		for i := range len(ps) - 1 {
			if words[ps[i]]*words[ps[i+1]] < words[ps[at]]*words[ps[at+1]] {
				at = i
			}
		}
		p := phrase{pair(ps[at], ps[at+1]), t, uint32(at)}
		if len(ps) == 2 {
			p.at = whole
		}
		l.phrases = append(l.phrases, p)
		l.begins[ps[at]], l.ends[ps[at+1]] = true, true
	}
	slices.SortFunc(l.phrases, func(a, b phrase) int {
		return cmp.Or(cmp.Compare(hash(a.pair), hash(b.pair)), cmp.Compare(a.pair, b.pair), cmp.Compare(a.term, b.term))
	})
	size := 64
	for size < 2*len(l.phrases) {
		size *= 2
	}
	l.likely, l.heads = newBitset(8*size), make([]uint32, size+1)
	for _, p := range l.phrases {
		l.likely.set(l.bit(p.pair))
		l.heads[l.bucket(p.pair)+1]++
	}
	for i := range size {
		l.heads[i+1] += l.heads[i]
	}
}

func pair(a, b uint32) uint64 { return uint64(a)<<32 | uint64(b) }

// hash scatters pairs that lie side by side; the factor is the golden ratio's.
func hash(pair uint64) uint64 { return pair * 0x9E3779B97F4A7C15 }

// bit returns the number of a pair in likely, bucket that in heads; both are the
// upper bits of its hash.
func (l *lexicon) bit(pair uint64) uint32 {
	return uint32(hash(pair) >> (64 - bits.TrailingZeros(uint(len(l.likely)*64))))
}

func (l *lexicon) bucket(pair uint64) uint32 {
	return uint32(hash(pair) >> (64 - bits.TrailingZeros(uint(len(l.heads)-1))))
}

// foundBy returns where those phrases are that are found by two patterns side by
// side; a few of them have another pair.
func (l *lexicon) foundBy(pair uint64) run {
	b := l.bucket(pair)
	return run{l.heads[b], l.heads[b+1]}
}

// resolve appends to found the patterns that surface meets, a word of a text:
// first those that it meets in any text, then those that it meets only in a text
// in which capitals tell nothing. sure counts the former.
func (l *lexicon) resolve(found []uint32, surface string) (all []uint32, sure int) {
	start := len(found)
	folded := fold(surface)
	capitals := isCapitals(surface)
	all, later := l.meet(found, nil, folded, surface, capitals, false)
	if l.plain {
		all, later = l.meet(all, later, withoutAccents(folded), surface, capitals, true)
	}
	sure = len(all) - start
	return append(all, later...), sure
}

// meet finds the patterns for one form of a word.
func (l *lexicon) meet(found, later []uint32, form, surface string, capitals, plain bool) (_, _ []uint32) {
	note := func(v variants, capitals bool) {
		if n := *v.of(false, plain); n != none {
			found = append(found, n)
		}
		switch n := *v.of(true, plain); {
		case n == none:
		case capitals:
			found = append(found, n)
		default:
			later = append(later, n)
		}
	}
	if v, ok := l.exact[form]; ok {
		note(v, capitals)
	}
	if l.longest == 0 {
		return found, later
	}
	for n := l.shortest; n <= min(l.longest, len(form)); n++ {
		if v, ok := l.stems[form[:n]]; ok {
			note(v, capitals || isCapitals(firstRunes(surface, utf8.RuneCountInString(form[:n]))))
		}
	}
	return found, later
}

// firstRunes returns the first n characters of s.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// frequency is a guess of the share of articles in which some word meets p. It
// need not be more than good enough to tell the rare from what is not.
func (p pattern) frequency() float64 {
	f := 0.004
	switch {
	case isEveryday(p.folded):
		f = 0.5
	case p.stem && beginsCommon(p.folded):
		f = 0.2
	case !p.stem && isCommon(p.folded):
		f = 0.1
	case p.stem:
		f = 0.01
	}
	if p.capitals {
		f /= 4
	}
	return f
}
