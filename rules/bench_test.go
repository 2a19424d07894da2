package rules_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tocsin/rules"
)

// corpus makes up rules and news-like articles over one vocabulary, in which
// words are as frequent as in real text (Zipf).
type corpus struct {
	rand  *rand.Rand
	zipf  *rand.Zipf
	words []string
}

func newCorpus(words int) *corpus {
	r := rand.New(rand.NewPCG(1, 2))
	c := &corpus{rand: r, zipf: rand.NewZipf(r, 1.1, 4, uint64(words-1))}
	const consonants, vowels = "bcdfghklmnprstvwz", "aeiou"
	for i := range words {
		var b strings.Builder
		for n := i + words; n > 0; n /= len(consonants) * len(vowels) {
			b.WriteByte(consonants[n%len(consonants)])
			b.WriteByte(vowels[n/len(consonants)%len(vowels)])
		}
		c.words = append(c.words, b.String())
	}
	return c
}

// frequent returns a word as texts have it, rare one that is evenly drawn.
func (c *corpus) frequent() string { return c.words[c.zipf.Uint64()] }
func (c *corpus) rare() string     { return c.words[c.rand.IntN(len(c.words))] }

func (c *corpus) article(words int) *rules.Article {
	var b strings.Builder
	for i := range words {
		w := c.frequent()
		switch {
		case i%12 == 0:
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		default:
			b.WriteString(w)
		}
		b.WriteString([]string{" ", ", ", " ", "-", ". ", " "}[c.rand.IntN(6)])
	}
	return &rules.Article{Title: c.frequent() + " " + c.rare() + " " + c.frequent(), Summary: b.String()}
}

func (c *corpus) phrases(n int) string {
	var out []string
	for range n {
		p := c.rare()
		switch c.rand.IntN(4) {
		case 0:
			p = fmt.Sprintf("%q", c.frequent()+" "+c.rare())
		case 1:
			p = c.rare() + "*"
		}
		out = append(out, p)
	}
	return strings.Join(out, " OR ")
}

// files returns rules of 5 to 20 phrases each, in files of up to 1,000.
func (c *corpus) files(rules int) []string {
	var files []string
	for from := 0; from < rules; from += 1000 {
		var b strings.Builder
		fmt.Fprintf(&b, "version: 1\ntheme: t%d\nrules:\n", from)
		for i := from; i < min(from+1000, rules); i++ {
			fmt.Fprintf(&b, "  - id: r%d\n    require: '(%s) AND (%s)'\n    threshold: 3\n    signals:\n", i, c.phrases(2+c.rand.IntN(5)), c.phrases(1+c.rand.IntN(5)))
			fmt.Fprintf(&b, "      - {when: '(%s) NEAR/6 (%s)', points: 3}\n      - {when: '%s', points: 2}\n", c.phrases(1+c.rand.IntN(3)), c.rare(), c.phrases(1+c.rand.IntN(5)))
		}
		files = append(files, b.String())
	}
	return files
}

func BenchmarkEvaluate(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10_000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			c := newCorpus(30_000)
			var files []*rules.File
			for i, text := range c.files(n) {
				f, problems := rules.Parse(fmt.Sprint(i), []byte(text))
				if f == nil {
					b.Fatal(problems)
				}
				files = append(files, f)
			}
			s, problems := rules.Compile(time.Time{}, files...)
			if s == nil {
				b.Fatal(problems)
			}
			articles := make([]*rules.Article, 200)
			for i := range articles {
				articles[i] = c.article(180)
			}
			matches := 0
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				matches += len(s.Evaluate(articles[i%len(articles)]))
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "articles/s")
			b.ReportMetric(float64(matches)/float64(b.N), "matches/op")
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	texts := newCorpus(30_000).files(1000)
	b.ReportAllocs()
	for range b.N {
		f, problems := rules.Parse("x", []byte(texts[0]))
		if f == nil {
			b.Fatal(problems)
		}
		rules.Compile(time.Time{}, f)
	}
}
