package main

import (
	"math/rand/v2"
	"strings"
)

// vocabulary makes up text in which words are as frequent as in real text (Zipf),
// and the frequent ones are short.
type vocabulary struct {
	rand  *rand.Rand
	zipf  *rand.Zipf
	words []string // the most frequent first
}

const vocabularySize = 30_000

// newVocabulary returns a vocabulary whose text is another for every seed.
func newVocabulary(seed uint64) *vocabulary {
	r := rand.New(rand.NewPCG(1, seed))
	v := &vocabulary{rand: r, zipf: rand.NewZipf(r, 1.1, 4, vocabularySize-1)}
	const consonants, vowels = "bcdfghklmnprstvwz", "aeiou"
	for i := range vocabularySize {
		var b strings.Builder
		for n := (i + 1) * 12; n > 0; {
			for _, letters := range []string{consonants, vowels, consonants} {
				b.WriteByte(letters[n%len(letters)])
				n /= len(letters)
			}
		}
		v.words = append(v.words, b.String())
	}
	return v
}

// frequent returns a word as often as text has it.
func (v *vocabulary) frequent() string { return v.words[v.zipf.Uint64()] }

// title returns some words of which most are rare, so that no two titles tell
// the same.
func (v *vocabulary) title(words int) string {
	list := make([]string, words)
	for i := range list {
		list[i] = v.words[v.rand.IntN(len(v.words))]
	}
	list[0] = capital(list[0])
	return strings.Join(list, " ")
}

// sentences returns text of at least so many bytes, and a sentence more at the
// most.
func (v *vocabulary) sentences(size int) string {
	var b strings.Builder
	for b.Len() < size {
		n := 6 + v.rand.IntN(16)
		for i := range n {
			w := v.frequent()
			if i == 0 || v.rand.IntN(12) == 0 {
				w = capital(w)
			}
			b.WriteString(w)
			switch {
			case i == n-1:
				b.WriteString(". ")
			case v.rand.IntN(12) == 0:
				b.WriteString(", ")
			case v.rand.IntN(60) == 0:
				b.WriteString("’s ")
			default:
				b.WriteByte(' ')
			}
		}
	}
	return strings.TrimSpace(b.String())
}

func capital(w string) string { return strings.ToUpper(w[:1]) + w[1:] }
