package rules_test

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	ahocorasick "github.com/BobuSumisu/aho-corasick"

	"tocsin/rules"
)

// The figures that matter are ratios within one run: of rules=10000 to rules=10,
// of Evaluate to WordLookup and to AhoCorasick, of 10 KB to 1 KB.
var (
	ruleCounts = []int{10, 100, 1000, 10_000, 50_000}
	fireRates  = []struct {
		name string
		rank int
	}{{"rare", rarely}, {"often", often}}
)

const (
	sampleSize   = 2000
	articleWords = 181 // 1,157 bytes on average
)

// parse reads rule files, and fails the benchmark when one is wrong.
func parse(b testing.TB, texts []string) []*rules.File {
	b.Helper()
	files := make([]*rules.File, len(texts))
	for i, text := range texts {
		f, problems := rules.Parse(fmt.Sprint(i), []byte(text))
		if f == nil {
			b.Fatal(problems)
		}
		files[i] = f
	}
	return files
}

func compileSet(b testing.TB, texts []string) *rules.Set {
	b.Helper()
	s, problems := rules.Compile(time.Time{}, parse(b, texts)...)
	if s == nil {
		b.Fatal(problems)
	}
	return s
}

// heap returns how much memory is in use. One collection leaves pools alone.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// BenchmarkEvaluate judges articles. fires/op is how many rules match one, and
// candidates/op how many needed a close look; heap-MB is what the compiled set
// keeps in memory, with all that one goroutine needs to use it.
func BenchmarkEvaluate(b *testing.B) {
	for _, fire := range fireRates {
		for _, n := range ruleCounts {
			b.Run(fmt.Sprintf("fire=%s/rules=%d", fire.name, n), func(b *testing.B) {
				c := newCorpus(fire.rank)
				articles := c.articles(sampleSize, articleWords)
				texts := c.files(n)
				before := heap()
				s := compileSet(b, texts)
				candidates := 0
				for _, a := range articles {
					s.Evaluate(a)
					candidates += len(s.Candidates(a))
				}
				kept := heap() - before
				fires, bytes := 0, 0
				b.ReportAllocs()
				b.ResetTimer()
				for i := range b.N {
					a := articles[i%len(articles)]
					fires += len(s.Evaluate(a))
					bytes += len(a.Title) + len(a.Body)
				}
				b.SetBytes(int64(bytes / b.N))
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "articles/s")
				b.ReportMetric(float64(fires)/float64(b.N), "fires/op")
				b.ReportMetric(float64(candidates)/sampleSize, "candidates/op")
				b.ReportMetric(kept/1e6, "heap-MB")
			})
		}
	}
}

// BenchmarkEvaluateLength judges articles of two lengths.
func BenchmarkEvaluateLength(b *testing.B) {
	for _, words := range []int{160, 1600} {
		b.Run(fmt.Sprintf("words=%d", words), func(b *testing.B) {
			c := newCorpus(rarely)
			articles := c.articles(sampleSize/10, words)
			s := compileSet(b, c.files(1000))
			bytes := 0
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				a := articles[i%len(articles)]
				s.Evaluate(a)
				bytes += len(a.Title) + len(a.Body)
			}
			b.SetBytes(int64(bytes / b.N))
		})
	}
}

// BenchmarkWordLookup is the least that anything costs that knows words: it cuts
// the texts at what is no letter, makes the letters small, and looks each word
// up in a map.
func BenchmarkWordLookup(b *testing.B) {
	c := newCorpus(rarely)
	articles := c.articles(sampleSize, articleWords)
	words := map[string]int{}
	for i, w := range c.words {
		words[w] = i
	}
	lookup := func(s string, buf []byte) (sum int) {
		for i := 0; i <= len(s); i++ {
			if i < len(s) {
				if ch := s[i] | 0x20; 'a' <= ch && ch <= 'z' {
					buf = append(buf, ch)
					continue
				}
			}
			if len(buf) > 0 {
				sum += words[string(buf)]
				buf = buf[:0]
			}
		}
		return sum
	}
	buf, sum := make([]byte, 0, 100), 0
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		a := articles[i%len(articles)]
		sum += lookup(a.Title, buf) + lookup(a.Body, buf)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "articles/s")
	if sum == 0 {
		b.Fatal("no word was found")
	}
}

// BenchmarkAhoCorasick finds the phrases of the rules of BenchmarkEvaluate, and
// does nothing with them: in the texts as they come, which are made small letters as
// the phrases are, and in texts of which somebody did that before.
func BenchmarkAhoCorasick(b *testing.B) {
	for _, n := range ruleCounts[:4] {
		c := newCorpus(rarely)
		texts, small := make([]string, sampleSize), make([]string, sampleSize)
		for i, a := range c.articles(sampleSize, articleWords) {
			texts[i] = a.Title + "\n" + a.Body
			small[i] = strings.ToLower(texts[i])
		}
		before := heap()
		trie := ahocorasick.NewTrieBuilder().AddStrings(c.askedFor(n)).Build()
		kept := heap() - before
		find := func(b *testing.B, match func(i int) []*ahocorasick.Match) {
			found := 0
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				found += len(match(i % sampleSize))
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "articles/s")
			b.ReportMetric(float64(found)/float64(b.N), "found/op")
			b.ReportMetric(kept/1e6, "heap-MB")
		}
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			find(b, func(i int) []*ahocorasick.Match { return trie.MatchString(strings.ToLower(texts[i])) })
		})
		b.Run(fmt.Sprintf("rules=%d/small", n), func(b *testing.B) {
			find(b, func(i int) []*ahocorasick.Match { return trie.MatchString(small[i]) })
		})
	}
}

var phraseForm = regexp.MustCompile(`"[a-z ]+"|\b[a-z]{3,}\*|\b[a-z]{3,}\b|\b[A-Z]{3,}\b`)

// askedFor returns the phrases of the rules, in small letters.
func (c *corpus) askedFor(rules int) []string {
	var phrases []string
	for i := range rules {
		for line := range strings.Lines(c.rule(i)) {
			_, query, _ := strings.Cut(line, "'")
			query, _, _ = strings.Cut(query, "'")
			for _, p := range phraseForm.FindAllString(query, -1) {
				switch p {
				case "AND", "NOT", "NEAR", "title":
				default:
					phrases = append(phrases, strings.ToLower(strings.Trim(p, `"*`)))
				}
			}
		}
	}
	return phrases
}

func BenchmarkParse(b *testing.B) { benchmarkReading(b, false) }

func BenchmarkCompile(b *testing.B) { benchmarkReading(b, true) }

// benchmarkReading parses 10,000 rules, or compiles them.
func benchmarkReading(b *testing.B, compile bool) {
	texts := newCorpus(rarely).files(10_000)
	files := parse(b, texts)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if !compile {
			parse(b, texts)
		} else if s, problems := rules.Compile(time.Time{}, files...); s == nil {
			b.Fatal(problems)
		}
	}
}
