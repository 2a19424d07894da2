package rules

import (
	"fmt"
	"strings"
	"testing"
)

// What is remembered of words is forgotten when it is too much, not with every
// article from then on, and an enormous article leaves no room behind.
func TestSightsAreForgottenNowAndThen(t *testing.T) {
	t.Parallel()
	l := newLexicon()
	l.finish()
	s := newSights(l)
	look := func(from, n int) {
		s.tidy()
		for i := from; i < from+n; i++ {
			w := fmt.Sprintf("w%d", i)
			s.look(0, w)
		}
	}
	forgotten, last := 0, 0
	for article := range 2 * maxUsed / 100 {
		look(100*article, 100)
		if s.used < last {
			forgotten++
		}
		last = s.used
	}
	if forgotten != 1 {
		t.Errorf("%d words of 100 an article were forgotten %d times, want once", 2*maxUsed, forgotten)
	}
	look(0, 10*maxUsed)
	look(0, 1)
	if len(s.slots) > minSlots {
		t.Errorf("%d slots are left after an enormous article", len(s.slots))
	}
}

// A word is told from every other, however long, and at the very end of a text.
func TestSightsTellWordsApart(t *testing.T) {
	t.Parallel()
	l := newLexicon()
	var words []string
	for n := range 40 {
		words = append(words, strings.Repeat("a", n+1), strings.Repeat("a", n)+"b", "b"+strings.Repeat("a", n+1))
	}
	for _, w := range words {
		term, err := parseTerm(w, false)
		if err != nil {
			t.Fatal(err)
		}
		l.add(term)
	}
	l.finish()
	s := newSights(l)
	seen := map[sight]string{}
	for round := range 3 {
		for _, w := range words {
			text := "x " + w + []string{"", " y", " and more behind it"}[round]
			_, n := s.appendSights(nil, text, appendWords(nil, text)[1:2])
			if other, known := seen[n]; n == 0 || known && other != w {
				t.Fatalf("%q has the sight %d, which is that of %q", w, n, other)
			}
			seen[n] = w
		}
	}
	if len(seen) != len(words) {
		t.Errorf("%d sights of %d words", len(seen), len(words))
	}
}
