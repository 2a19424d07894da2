package rules

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// sights is what a reading remembers of the words that it has met: which
// patterns of a lexicon each of them meets. To find that out, a word is folded,
// looked at for capitals and compared with every stem that could be its
// beginning; as most words of news are the same few thousand, it is done once,
// and costs a look into a hash table from then on.
//
// It is a few pieces of memory without pointers, so that it makes no work for the
// garbage collector, and they are used again when they are full.
type sights struct {
	lexicon *lexicon
	factor  uint64   // of the hashes; random, so that no text can be written to collide
	slots   []slot   // a hash table, at most three quarters full; its size is a power of two
	shift   int      // of a hash, so that it is the number of a slot
	used    int      // slots
	text    []byte   // the words that are not packed, each behind its length
	known   []uint32 // what is known of the words that meet something, from 1 on
	touched uint32   // makes sure that what is only touched is read
	met     []uint32 // room for the patterns of one word
}

// slot is a place in the hash table. The zero slot is free.
type slot struct {
	key  uint64 // a word that is packed, or the hash of a longer one
	text uint32 // where a longer one is in sights.text
	word sight
}

// long marks the hashes of words that are not packed.
const long = 1 << 63

// sight is what is known of a word as it was written: where it stands in
// sights.known, with what is asked of it most in the upper bits. It is 0 for a
// word that meets nothing.
type sight uint32

const (
	hasTerms  sight = 1 << (31 - iota)
	hasBegins       // one of the patterns is the first of a pair
	hasEnds         // one of the patterns is the second of a pair
	isHeard         // in a loud text it is another one
	atOf      = isHeard - 1
)

// What is known of a word is five numbers, and then those of terms and patterns.
// Each of the five says where, counted from the first, one kind of these ends and
// the next begins; the last is the sight in a text in which capitals tell
// nothing.
const (
	termsEnd    = iota // the terms that are this word alone
	beginsEnd          // the patterns it meets that are the first of a pair
	endsEnd            // the patterns it meets that are the second of a pair
	patternsEnd        // all patterns it meets
	inLoudText
	knownHead
)

// What is remembered from one article to the next: some megabytes, for more
// words than news are made of.
const (
	minSlots = 1 << 10
	maxUsed  = 1 << 16 // slots
	maxWords = 1 << 21 // bytes of words that are not packed
)

func newSights(l *lexicon) *sights {
	s := &sights{lexicon: l, factor: rand.Uint64() | 1}
	s.begin()
	return s
}

func (s *sights) begin() {
	s.hold(minSlots)
	s.known, s.text = make([]uint32, 1), nil
}

// tidy forgets everything when there is too much of it. It must not be called
// between look and the use of what that returned.
func (s *sights) tidy() {
	switch {
	case len(s.slots) > 4*maxUsed || len(s.text) > 2*maxWords:
		s.begin() // after an article of many megabytes: the room goes back
	case s.used > maxUsed || len(s.text) > maxWords:
		clear(s.slots)
		s.used, s.known, s.text = 0, s.known[:1], s.text[:0]
	}
}

// hold makes an empty table of so many slots.
func (s *sights) hold(slots int) {
	s.slots, s.used, s.shift = make([]slot, slots), 0, 64-bits.TrailingZeros(uint(slots))
}

// appendSights appends the sight of each word of a text. any has the upper bits
// of all of them.
func (s *sights) appendSights(seen []sight, text string, words []word) (_ []sight, any sight) {
	touched := uint32(0)
	for i := range words {
		w := &words[i]
		n, known := sight(0), false
		if w.key != 0 {
			n, known = s.find(w.key)
		}
		if !known {
			n = s.look(w.key, text[w.from:w.to])
		}
		any |= n
		touched += s.known[n&atOf] // comes while the next words are looked up
		seen = append(seen, n)
	}
	s.touched = touched
	return seen, any
}

// find returns the sight of a word that is packed.
func (s *sights) find(key uint64) (n sight, known bool) {
	for i := s.home(key); ; i++ {
		switch o := &s.slots[i&(len(s.slots)-1)]; o.key {
		case key:
			return o.word, true
		case 0:
			return 0, false
		}
	}
}

// look returns the sight of any word. key is 0 where the word was not packed yet.
func (s *sights) look(key uint64, w string) sight {
	if key == 0 {
		key = s.key(w)
	}
	o := slot{key: key}
	if key < long {
		if n, known := s.find(o.key); known {
			return n
		}
		return s.add(o, w)
	}
	for i := s.home(o.key); ; i++ {
		switch old := &s.slots[i&(len(s.slots)-1)]; {
		case old.key == o.key && string(s.framed(old.text)) == w:
			return old.word
		case old.key == 0:
			o.text = uint32(len(s.text))
			s.text = append(binary.LittleEndian.AppendUint32(s.text, uint32(len(w))), w...)
			return s.add(o, w)
		}
	}
}

// framed returns the word at a place of text.
func (s *sights) framed(at uint32) []byte {
	size := binary.LittleEndian.Uint32(s.text[at:])
	return s.text[at+4:][:size]
}

// key returns a word packed, or a hash of it.
func (s *sights) key(w string) (key uint64) {
	var last [8]byte
	if len(w) <= maxPacked {
		copy(last[:], w)
		return packed(binary.LittleEndian.Uint64(last[:]), len(w))
	}
	for ; len(w) > 8; w = w[8:] {
		key = (key ^ load8(w)) * s.factor
		key ^= key >> 32
	}
	copy(last[:], w)
	return (key^binary.LittleEndian.Uint64(last[:]))*s.factor | long
}

// home returns the slot where the search for a key begins.
func (s *sights) home(key uint64) int { return int(key * s.factor >> s.shift) }

// add remembers a word that was not met before.
func (s *sights) add(o slot, word string) sight {
	if 4*s.used >= 3*len(s.slots) {
		s.grow()
	}
	var sure int
	s.met, sure = s.lexicon.resolve(s.met[:0], word)
	if len(s.met) > 0 {
		o.word = s.keep(s.met[:sure])
	}
	if sure < len(s.met) {
		loud := s.keep(s.met)
		s.known[o.word&atOf+inLoudText] = uint32(loud)
		o.word |= isHeard
	}
	s.place(o)
	return o.word
}

// keep makes the sight of a word that meets some patterns.
func (s *sights) keep(patterns []uint32) sight {
	at := len(s.known)
	n := sight(at)
	s.known = append(s.known, make([]uint32, knownHead)...)
	for _, p := range patterns {
		if t := s.lexicon.single[p]; t != none {
			s.known = append(s.known, t)
			n |= hasTerms
		}
	}
	s.known[at+termsEnd] = uint32(len(s.known) - at)
	for _, p := range patterns {
		if s.lexicon.begins[p] {
			s.known = append(s.known, p)
			n |= hasBegins
		}
	}
	s.known[at+beginsEnd] = uint32(len(s.known) - at)
	for _, p := range patterns {
		if s.lexicon.ends[p] {
			s.known = append(s.known, p)
			n |= hasEnds
		}
	}
	s.known[at+endsEnd] = uint32(len(s.known) - at)
	s.known = append(s.known, patterns...)
	s.known[at+patternsEnd] = uint32(len(s.known) - at)
	return n
}

func (s *sights) terms(n sight) []uint32 {
	k := s.known[n&atOf:]
	return k[knownHead:k[termsEnd]]
}

func (s *sights) begins(n sight) []uint32 {
	k := s.known[n&atOf:]
	return k[k[termsEnd]:k[beginsEnd]]
}

func (s *sights) ends(n sight) []uint32 {
	k := s.known[n&atOf:]
	return k[k[beginsEnd]:k[endsEnd]]
}

// meets reports whether a word meets a pattern.
func (s *sights) meets(n sight, pattern uint32) bool {
	if n == 0 {
		return false
	}
	k := s.known[n&atOf:]
	return slices.Contains(k[k[endsEnd]:k[patternsEnd]], pattern)
}

// inLoud changes sights to what they are in a text in which capitals tell
// nothing.
func (s *sights) inLoud(seen []sight) {
	for i, n := range seen {
		if n&isHeard != 0 {
			seen[i] = sight(s.known[n&atOf+inLoudText])
		}
	}
}

func (s *sights) place(o slot) {
	i := s.home(o.key)
	for s.slots[i&(len(s.slots)-1)].key != 0 {
		i++
	}
	s.slots[i&(len(s.slots)-1)] = o
	s.used++
}

func (s *sights) grow() {
	old := s.slots
	s.hold(2 * len(old))
	for _, o := range old {
		if o.key != 0 {
			s.place(o)
		}
	}
}
