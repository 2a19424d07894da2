package rules

import (
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Words
//
// Articles and queries are cut into words by one function, appendWords, so that
// they always agree. A word is a word of UAX #29 that has a letter or a digit in
// it:
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

// word is a word of a text: the bytes from (inclusive) to to (exclusive),
// without a possessive 's.
type word struct {
	from, to int
	key      uint64 // packed, or 0 where that is left to others
}

// maxPacked is how long a word is that a number holds whole, in bytes.
const maxPacked = 7

// packed returns a number that tells a word of up to maxPacked bytes from every
// other: its bytes, which are the first n of eight, and how many they are.
func packed(eight uint64, n int) uint64 {
	return eight&(1<<(8*n&63)-1) | uint64(n)<<(8*maxPacked)
}

// appendWords cuts s into words and appends them to ws.
//
// UAX #29 lets no word reach over a space or a line's end, so a text can be cut
// there first. What lies between two of them is nearly always plain: letters and
// digits of ASCII with the punctuation of English news. That is cut at several
// times the speed of the rest.
func appendWords(ws []word, s string) []word {
	for from := 0; from < len(s); {
		other := from + plainLen(s[from:])
		if other == len(s) {
			return appendPlain(ws, s, from, len(s))
		}
		chunk := from + strings.LastIndexAny(s[from:other], " \n") + 1
		ws = appendPlain(ws, s, from, chunk)
		from = len(s)
		if n := strings.IndexAny(s[other:], " \n"); n >= 0 {
			from = other + n
		}
		ws = appendUnicode(ws, s, chunk, from)
	}
	return ws
}

// appendUnicode appends the words of s[from:to].
func appendUnicode(ws []word, s string, from, to int) []word {
	it := words.FromString(s[from:to])
	for it.Next() {
		start := from + it.Start()
		if end := withoutPossessive(s, start, from+it.End()); hasWordRune(s[start:end]) {
			ws = append(ws, newWord(s, start, end))
		}
	}
	return ws
}

// plainLen returns how many bytes s begins with that are plain: ASCII, and the
// quotes, dashes and dots that are typed for those of ASCII.
func plainLen(s string) int {
	i := 0
	for i < len(s) {
		for ; i+8 <= len(s); i += 8 {
			if high := load8(s[i:]) & highBits; high != 0 {
				i += bits.TrailingZeros64(high) / 8
				break
			}
		}
		for i < len(s) && s[i] < utf8.RuneSelf {
			i++
		}
		n := typographicLen(s[i:])
		if n == 0 {
			return i
		}
		i += n
	}
	return i
}

// typographic is the first byte of U+2000 to U+2FFF; those that plainLen means
// have \x80 next.
const typographic = '\xE2'

// typographicLen returns the length of a dash (U+2010 to U+2015), a quote (U+2018
// to U+201F) or an ellipsis (U+2026) that s begins with; 0 where it begins with
// none. Of these, UAX #29 has ‘ and ’ join words, and no other.
func typographicLen(s string) int {
	if len(s) < 3 || s[0] != typographic || s[1] != '\x80' {
		return 0
	}
	if c := s[2]; '\x90' <= c && c <= '\x95' || '\x98' <= c && c <= '\x9F' || c == '\xA6' {
		return 3
	}
	return 0
}

// Eight bytes are looked at at once.
const (
	eachByte = 0x0101010101010101
	highBits = 0x80 * eachByte
)

// load8 returns the first eight bytes of s, which has as many, the first in the
// lowest bits.
func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
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
	w = strings.Map(func(r rune) rune {
		switch {
		case isApostrophe(r):
			return '\''
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return unicode.ToLower(r) // of Cherokee, folding makes capitals
	}, w)
	return norm.NFKC.String(w) // what was invisible may have stood before an accent
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
	for i := 0; i < len(s); {
		if i+8 <= len(s) {
			if eight := load8(s[i:]); eight&highBits == 0 {
				upper += between(eight, 'A', 'Z')
				lower += between(eight, 'a', 'z')
				i += 8
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.IsUpper(r) {
			upper++
		} else if unicode.IsLower(r) {
			lower++
		}
		i += size
	}
	return upper, lower
}

// between counts the bytes from a to z (inclusive) of eight of ASCII.
func between(eight uint64, a, z byte) int {
	from, behind := eight+uint64(0x80-a)*eachByte, eight+uint64(0x80-z-1)*eachByte
	return bits.OnesCount64(from &^ behind & highBits)
}

// foldWhole returns a name or label as tag:, source: and the like compare it:
// folded, with single spaces.
func foldWhole(s string) string {
	return fold(strings.Join(strings.Fields(s), " "))
}
