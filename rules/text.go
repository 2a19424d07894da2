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
	return eight&(1<<(8*n)-1) | uint64(n)<<(8*maxPacked)
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

// appendPlain does what appendUnicode does where all of s[from:to] is plain and
// no word reaches over its ends.
func appendPlain(ws []word, s string, from, to int) []word {
	for i := from; i < to; {
		n := 0 // letters
		if i+9 <= to {
			// Most words are a few letters, and end where these do. What is behind
			// them is hard to guess, so there is one branch for all of it.
			eight := load8(s[i:])
			n = lettersLen(eight)
			if 0 < n && n < 8 {
				next, second := s[i+n], s[i+n+1]
				if extends[next]&(classes[second]|always) == 0 {
					ws = append(ws, word{from: i, to: i + n, key: packed(eight, n)})
					i += n + 1 + int(spaces[second])
					continue
				}
			}
		}
		if n == 0 && classes[s[i]] == 0 {
			i++
			continue
		}
		end, seen := plainEnd(s, i, n, to)
		if seen != underscore {
			ws = append(ws, newWord(s, i, withoutPossessive(s, i, end)))
		}
		i = end
	}
	return ws
}

// newWord returns the word s[from:to], packed where that is easy.
func newWord(s string, from, to int) word {
	w := word{from: from, to: to}
	if to-from <= maxPacked && from+8 <= len(s) {
		w.key = packed(load8(s[from:]), to-from)
	}
	return w
}

// plainEnd returns where the word ends that begins at s[from] with some letters,
// at to at the latest, and the classes of its characters.
func plainEnd(s string, from, letters, to int) (end int, seen uint8) {
	i := from + letters
	for n := letters; n == 8 && i+8 <= to; i += n {
		n = lettersLen(load8(s[i:]))
	}
	if letters > 0 {
		seen = letter
	}
	for {
		for i < to && classes[s[i]] != 0 {
			seen |= classes[s[i]]
			i++
		}
		if i == to {
			return i, seen
		}
		n := joinerLen(s[i:to], classes[s[i-1]])
		if n == 0 {
			return i, seen
		}
		i += n
	}
}

// The classes of ASCII characters that words are made of.
const (
	letter = 1 << iota
	digit
	underscore
)

// classes holds each byte's class, 0 for those that are in no word of ASCII.
var classes = func() (c [256]uint8) {
	for b := byte('0'); b <= '9'; b++ {
		c[b] = digit
	}
	for b := byte('a'); b <= 'z'; b++ {
		c[b], c[b-'a'+'A'] = letter, letter
	}
	c['_'] = underscore
	return c
}()

// always is a class that no character has.
const always = 0x80

// extends holds the classes of which the second character behind letters must
// be, if the word is to go on with this one; always if it may in any case.
var extends = func() (e [256]uint8) {
	for b, c := range classes {
		if c != 0 {
			e[b] = always
		}
	}
	e['.'], e['\''], e[':'], e[typographic] = letter, letter, letter, always
	return e
}()

// spaces is 1 for a space, which is in no word.
var spaces = [256]uint8{' ': 1}

// joinerLen returns the length of the character that s begins with, if UAX #29
// makes one word of it with a character of the class before and the one after;
// else 0.
func joinerLen(s string, before uint8) int {
	c, n := s[0], 1
	if c == typographic && len(s) > 3 && (s[2] == '\x98' || s[2] == '\x99') { // ‘ and ’
		c, n = '\'', 3
	}
	if n >= len(s) || classes[s[n]] != before {
		return 0
	}
	switch c {
	case '.', '\'':
		if before == underscore {
			return 0
		}
	case ':':
		if before != letter {
			return 0
		}
	case ',', ';':
		if before != digit {
			return 0
		}
	default:
		return 0
	}
	return n
}

// plainLen returns how many bytes s begins with that are plain: ASCII, and the
// quotes, dashes and dots that are typed for those of ASCII.
func plainLen(s string) int {
	i := 0
	for i < len(s) {
		for i+32 <= len(s) && (load8(s[i:])|load8(s[i+8:])|load8(s[i+16:])|load8(s[i+24:]))&highBits == 0 {
			i += 32
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

// lettersLen returns how many letters of ASCII eight bytes begin with.
func lettersLen(eight uint64) int {
	small := eight | 0x20*eachByte
	// The high bit of each byte says whether it is from a on, and behind z. A byte
	// that is not of ASCII spoils the sums behind it, and is no letter itself.
	from, behind := small+(0x80-'a')*eachByte, small+(0x80-'z'-1)*eachByte
	others := ^(from&^behind)&highBits | eight&highBits
	return bits.TrailingZeros64(others) / 8
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
	return strings.Map(func(r rune) rune {
		switch {
		case isApostrophe(r):
			return '\''
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return unicode.ToLower(r) // of Cherokee, folding makes capitals
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
