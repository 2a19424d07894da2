package rules

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Words
//
// Articles and queries are cut into words by one function, split, so that they
// always agree. A word is a word of UAX #29 that has a letter or a digit in it:
//
//   - Hyphens, dashes, slashes, ampersands and spaces stand between words:
//     multi-cloud, multi–cloud and multi cloud are the same two words, AT&T is
//     AT and T, GPT-4o is GPT and 4o.
//   - Full stops, commas and apostrophes inside a word belong to it: U.S., 3.5,
//     1,000, openai.com and don't are one word each.
//   - A possessive 's does not: OpenAI's is the word OpenAI. The apostrophe of
//     companies' stands at the end, so it is none of the word in any case.
//   - Of Chinese and Japanese text each ideograph is a word, so that a name in
//     it is a phrase of its ideographs.
//
// Words are compared folded: compatibility forms (NFKC), case, curly
// apostrophes as straight ones, without soft hyphens and other invisible
// characters. Accents are kept, unless the file says fold: accents.
//
// A word of a query that is written in capitals, with at least two of them,
// meets words in capitals only; see inCapitals. In a field in which most letters
// are capitals they tell nothing, and case does not count.

// word is a word of a text.
type word struct {
	from, to int    // the bytes of the text, without a possessive 's
	folded   string // what is compared
	plain    string // folded without accents
	capitals bool   // it has capital letters and no small ones
}

// text is one field of an article, cut into words.
type text struct {
	original string
	words    []word
	shouting bool // most letters are capitals, so that capitals tell nothing
}

// newText cuts s into words, using the space of the words of reuse.
func newText(s string, reuse []word) text {
	ws := split(s, reuse[:0])
	upper, lower := countCase(s)
	return text{original: s, words: ws, shouting: upper > lower}
}

// split appends the words of s to ws.
func split(s string, ws []word) []word {
	if isASCII(s) {
		return splitASCII(s, ws)
	}
	it := words.FromString(s)
	for it.Next() {
		if from, to := it.Start(), withoutPossessive(s, it.Start(), it.End()); hasWordRune(s[from:to]) {
			f := fold(s[from:to])
			ws = append(ws, word{from, to, f, withoutAccents(f), isCapitals(s[from:to])})
		}
	}
	return ws
}

// splitASCII does what split does, at several times its speed, for most of what
// English news is made of.
func splitASCII(s string, ws []word) []word {
	lower := strings.ToLower(s) // at the same offsets
	for i := 0; i < len(s); {
		if class(s[i]) == 0 {
			i++
			continue
		}
		from := i
		for i++; i < len(s) && joined(s, i); i++ {
		}
		if to := withoutPossessive(s, from, i); hasAlphanumeric(s[from:to]) {
			f := lower[from:to]
			ws = append(ws, word{from, to, f, f, isCapitals(s[from:to])})
		}
	}
	return ws
}

// The classes of ASCII characters that words are made of.
const (
	letter = 1 + iota
	digit
	underscore
)

func class(c byte) int {
	switch {
	case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		return letter
	case '0' <= c && c <= '9':
		return digit
	case c == '_':
		return underscore
	}
	return 0
}

// joined reports whether UAX #29 has no edge of a word between s[i-1], which
// belongs to the word so far, and s[i].
func joined(s string, i int) bool {
	if class(s[i]) != 0 {
		return true
	}
	// The rest are characters that join two letters or two digits.
	if class(s[i-1]) == 0 || i+1 >= len(s) || class(s[i-1]) != class(s[i+1]) {
		return false
	}
	switch s[i] {
	case '.', '\'':
		return class(s[i-1]) != underscore
	case ':':
		return class(s[i-1]) == letter
	case ',', ';':
		return class(s[i-1]) == digit
	}
	return false
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func hasAlphanumeric(s string) bool {
	for i := range len(s) {
		if c := class(s[i]); c == letter || c == digit {
			return true
		}
	}
	return false
}

func hasWordRune(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

// withoutPossessive returns where the word s[from:to] ends without 's.
func withoutPossessive(s string, from, to int) int {
	if to-from < 3 || s[to-1]|0x20 != 's' {
		return to
	}
	r, size := utf8.DecodeLastRuneInString(s[from : to-1])
	if isApostrophe(r) && to-1-size > from {
		return to - 1 - size
	}
	return to
}

// isApostrophe tells the characters that are typed for an apostrophe.
func isApostrophe(r rune) bool {
	return r == '\'' || r == '’' || r == '‘' || r == 'ʼ' || r == '＇'
}

// fold returns a word as it is compared.
func fold(w string) string {
	if isASCII(w) {
		return strings.ToLower(w)
	}
	w = norm.NFKC.String(cases.Fold().String(norm.NFKC.String(w)))
	return strings.Map(func(r rune) rune {
		switch {
		case isApostrophe(r):
			return '\''
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, w)
}

// withoutAccents takes the accents off a folded word. It leaves the marks of
// scripts alone in which they are no accents.
func withoutAccents(folded string) string {
	if isASCII(folded) {
		return folded
	}
	bare := strings.Map(func(r rune) rune {
		if 0x300 <= r && r <= 0x36F {
			return -1
		}
		return r
	}, norm.NFD.String(folded))
	return norm.NFC.String(bare)
}

// isCapitals reports whether w has capital letters and no small ones.
func isCapitals(w string) bool {
	upper, lower := countCase(w)
	return upper > 0 && lower == 0
}

// countCase counts the capital and the small letters of s.
func countCase(s string) (upper, lower int) {
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			if 'A' <= r && r <= 'Z' {
				upper++
			} else if 'a' <= r && r <= 'z' {
				lower++
			}
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLower(r):
			lower++
		}
	}
	return upper, lower
}

// foldWhole returns a name or label as tag:, source: and the like compare it:
// folded, with single spaces.
func foldWhole(s string) string {
	return fold(strings.Join(strings.Fields(s), " "))
}
