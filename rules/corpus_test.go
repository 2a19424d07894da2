package rules_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"tocsin/rules"
)

// corpus makes up rules and news-like articles over one vocabulary, in which
// words are as frequent as in real text (Zipf), and the frequent ones are short.
type corpus struct {
	rand  *rand.Rand
	zipf  *rand.Zipf
	words []string // the most frequent first
	rank  int      // of the most frequent word that rules ask for
}

const vocabularySize = 30_000

// The rules of a corpus fire on so many of its articles, about.
const (
	rarely = 260 // 0.03 %
	often  = 45  // 0.4 %
)

// newCorpus returns a corpus whose rules ask for words from a rank on: the
// smaller it is, the more often they fire.
func newCorpus(rank int) *corpus {
	r := rand.New(rand.NewPCG(1, 2))
	c := &corpus{rand: r, zipf: rand.NewZipf(r, 1.1, 4, vocabularySize-1), rank: rank}
	const consonants, vowels = "bcdfghklmnprstvwz", "aeiou"
	for i := range vocabularySize {
		var b strings.Builder
		for n := (i + 1) * 12; n > 0; {
			for _, letters := range []string{consonants, vowels, consonants} {
				b.WriteByte(letters[n%len(letters)])
				n /= len(letters)
			}
		}
		c.words = append(c.words, b.String())
	}
	return c
}

// frequent returns a word as texts have it, asked one as rules ask for it.
func (c *corpus) frequent() string { return c.words[c.zipf.Uint64()] }

func (c *corpus) asked() string {
	span := float64(len(c.words)-1) / float64(c.rank)
	return c.words[int(float64(c.rank)*math.Pow(span, c.rand.Float64()))]
}

// text returns some words with the capitals and the punctuation of news, about
// 6.4 bytes a word.
func (c *corpus) text(words int) string {
	var b strings.Builder
	start := true
	for range words {
		w := c.frequent()
		if start || c.rand.IntN(12) == 0 {
			w = strings.ToUpper(w[:1]) + w[1:]
		}
		switch c.rand.IntN(80) {
		case 0:
			w += "’s"
		case 1:
			w = "“" + w + "”"
		case 2:
			w = strings.ToUpper(w)
		}
		end := []string{" ", " ", " ", " ", " ", " ", " ", ", ", "-", ". "}[c.rand.IntN(10)]
		start = end == ". "
		b.WriteString(w + end)
	}
	return b.String()
}

// articles makes up news of some words: a title, and the rest.
func (c *corpus) articles(n, words int) []*rules.Article {
	all := make([]*rules.Article, n)
	for i := range all {
		all[i] = &rules.Article{ID: fmt.Sprint(i), Title: c.text(9), Body: c.text(words - 9)}
	}
	return all
}

// phrase returns a term for a query.
func (c *corpus) phrase() string {
	switch c.rand.IntN(10) {
	case 0, 1:
		return fmt.Sprintf(`"%s %s"`, c.frequent(), c.asked())
	case 2:
		return fmt.Sprintf(`"%s %s %s"`, c.asked(), c.frequent(), c.frequent())
	case 3:
		if w := c.asked(); len(w) > 4 {
			return w[:len(w)-1] + "*"
		}
	case 4:
		return strings.ToUpper(c.asked())
	}
	return c.asked()
}

// or returns from least to most alternatives.
func (c *corpus) or(least, most int) string {
	phrases := make([]string, least+c.rand.IntN(most-least+1))
	for i := range phrases {
		phrases[i] = c.phrase()
	}
	return "(" + strings.Join(phrases, " OR ") + ")"
}

// rule returns the queries of a rule with 5 to 20 phrases, 12.6 on average: most
// ask for two groups of words, some for one near another, some for one alone.
func (c *corpus) rule(id int) string {
	require := c.or(2, 5) + " AND " + c.or(1, 4)
	switch c.rand.IntN(4) {
	case 0:
		require = c.or(2, 5) + " NEAR/8 " + c.or(1, 4)
	case 1:
		require = c.or(2, 8)
	}
	signals := fmt.Sprintf("      - {when: '%s NEAR/6 %s', points: 3}\n      - {when: '%s', points: 2}\n      - {when: 'title:%s AND NOT %s', points: 2}\n",
		c.or(1, 3), c.or(1, 2), c.or(1, 5), c.or(1, 2), c.phrase())
	return fmt.Sprintf("  - id: r%05d\n    require: '%s'\n    threshold: 2\n    signals:\n%s", id, require, signals)
}

// files returns n rules, in files of up to 1,000.
func (c *corpus) files(n int) []string {
	var files []string
	for from := 0; from < n; from += 1000 {
		var b strings.Builder
		fmt.Fprintf(&b, "version: 1\ntheme: t%d\nrules:\n", from)
		for i := from; i < min(from+1000, n); i++ {
			b.WriteString(c.rule(i))
		}
		files = append(files, b.String())
	}
	return files
}
