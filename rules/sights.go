package rules

import (
	"math/bits"
	"math/rand/v2"
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
	lexicon  *lexicon
	factor   uint64 // of the hash; random, so that no text can be written to collide
	slots    []slot // a hash table, at most half full
	used     int    // slots
	words    []sight
	text     []byte   // the words that are longer than a key
	patterns []uint32 // what the words meet
}

// slot is a place in the hash table. The zero slot is free.
type slot struct {
	key  uint64 // the bytes of a word of up to keySize, a hash of those of a longer one
	size uint32 // of the word, in bytes
	text uint32 // where it begins in sights.text, if it is longer than keySize
	word uint32 // in sights.words; 0 for all words that meet nothing
}

// keySize is how long a word is that a key holds whole, in bytes.
const keySize = 8

// sight is what is known of a word as it was written.
type sight struct {
	first  uint32 // in sights.patterns: what it meets
	sure   uint32 // how many of these it meets in any text
	all    uint32 // how many it meets where capitals tell nothing
	begins bool   // a phrase may be found by it and the next word
}

// What is remembered from one article to the next: some megabytes, for more
// words than news are made of.
const (
	minSlots = 1 << 10
	maxUsed  = 1 << 16 // slots
	maxText  = 1 << 21 // bytes
)

func newSights(l *lexicon) *sights {
	s := &sights{lexicon: l, factor: rand.Uint64() | 1}
	s.begin()
	return s
}

func (s *sights) begin() {
	s.slots, s.used, s.words = make([]slot, minSlots), 0, make([]sight, 1)
	s.text, s.patterns = nil, nil
}

// tidy forgets everything when there is too much of it. It must not be called
// between look and the use of what that returned.
func (s *sights) tidy() {
	switch {
	case len(s.slots) > 4*maxUsed || len(s.text) > 2*maxText:
		s.begin() // after an article of many megabytes: the room goes back
	case s.used > maxUsed || len(s.text) > maxText:
		clear(s.slots)
		s.used, s.words = 0, s.words[:1]
		s.text, s.patterns = s.text[:0], s.patterns[:0]
	}
}

// look returns the number of the sight of the word text[from:to], 0 when it
// meets nothing.
func (s *sights) look(text string, from, to int) uint32 {
	key, size := s.key(text, from, to), uint32(to-from)
	for i := s.home(key, size); ; i = (i + 1) & (len(s.slots) - 1) {
		o := &s.slots[i]
		if o.key == key && o.size == size {
			if size <= keySize || string(s.text[o.text:o.text+size]) == text[from:to] {
				return o.word
			}
		} else if o.size == 0 {
			return s.add(slot{key: key, size: size}, text[from:to])
		}
	}
}

// key returns the key of the word text[from:to].
func (s *sights) key(text string, from, to int) (key uint64) {
	for ; to-from > keySize; from += keySize {
		key = (key ^ load8(text[from:])) * s.factor
	}
	if from+8 <= len(text) {
		return key ^ load8(text[from:])<<(8*uint(keySize-(to-from)))
	}
	var last uint64
	for i := to - 1; i >= from; i-- {
		last = last<<8 | uint64(text[i])
	}
	return key ^ last<<(8*uint(keySize-(to-from)))
}

// home returns the slot where the search for a key begins.
func (s *sights) home(key uint64, size uint32) int {
	return int((key + uint64(size)) * s.factor >> (64 - bits.Len(uint(len(s.slots)-1))))
}

// add remembers a word that was not met before.
func (s *sights) add(o slot, word string) uint32 {
	if 2*s.used >= len(s.slots) {
		s.grow()
	}
	if o.size > keySize {
		o.text = uint32(len(s.text))
		s.text = append(s.text, word...)
	}
	w := sight{first: uint32(len(s.patterns))}
	var sure int
	s.patterns, sure = s.lexicon.resolve(s.patterns, word)
	w.sure, w.all = uint32(sure), uint32(len(s.patterns))-w.first
	if w.all > 0 {
		for _, p := range s.patterns[w.first:] {
			w.begins = w.begins || s.lexicon.begins[p]
		}
		o.word = uint32(len(s.words))
		s.words = append(s.words, w)
	}
	s.place(o)
	return o.word
}

func (s *sights) place(o slot) {
	i := s.home(o.key, o.size)
	for s.slots[i].size != 0 {
		i = (i + 1) & (len(s.slots) - 1)
	}
	s.slots[i] = o
	s.used++
}

func (s *sights) grow() {
	old := s.slots
	s.slots, s.used = make([]slot, 2*len(old)), 0
	for _, o := range old {
		if o.size != 0 {
			s.place(o)
		}
	}
}
