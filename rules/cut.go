package rules

import (
	"encoding/binary"
	"math/bits"
)

// Plain text is cut a block at a time: a number has a bit for each byte of it,
// and words are runs of bits. So a word costs the same whatever its length, and
// its end needs no guess.

// blockLen is how many bytes a block has at most.
const blockLen = 64

// appendPlain does what appendUnicode does where all of s[from:to] is plain and
// no word reaches over its ends.
func appendPlain(ws []word, s string, from, to int) []word {
	for from < to {
		end := min(from+blockLen, to)
		letters, odd := maskOf(s[from:end])
		next := end
		for runs := letters | odd; ; {
			if ws, runs = appendLetters(ws, s[from:], from, runs, odd); runs == 0 {
				break
			}
			i := bits.TrailingZeros64(runs)
			j := i + bits.TrailingZeros64(^(runs >> i))
			if j == blockLen && i > 0 && end < to {
				next = from + i // it may go on in the next block, which begins with it
				break
			}
			ws, next = appendRun(ws, s, from+i, from+j, to)
			runs &= ^uint64(0) << (next - from)
			next = max(next, end)
		}
		from = next
	}
	return ws
}

// appendLetters appends the words of a block that are letters alone, up to the
// first run that is more, that may be more, or that ends with the text. s is the
// text from the block on, and from where that is. rest are the runs that it has
// left.
func appendLetters(ws []word, s string, from int, runs, odd uint64) (_ []word, rest uint64) {
	// Of the first byte of the next block nobody knows: it may be a letter.
	behind := runs&^odd>>1 | 1<<(blockLen-1)
	starts, ends := runs&^(runs<<1), runs<<1&^runs
	for ; ends != 0; ends &= ends - 1 {
		i, j := bits.TrailingZeros64(starts), bits.TrailingZeros64(ends)
		if j >= len(s) || odd>>(i&63)<<((i-j)&63)|behind>>(j&63)&joins[s[j]] != 0 {
			break
		}
		w := word{from: from + i, to: from + j}
		if j-i <= maxPacked && i+8 <= len(s) {
			w.key = packed(load8(s[i:]), j-i)
			// The capital that a word begins with tells nothing when a small letter
			// is next, as terms in capitals ask for two of them.
			w.key |= w.key >> 8 & 0x20
		}
		ws = append(ws, w)
		starts &= starts - 1
	}
	if starts == 0 {
		return ws, 0
	}
	return ws, runs & -(starts & -starts)
}

// joins is 1 for what joins two letters.
var joins = [256]uint64{'.': 1, '\'': 1, ':': 1}

// maskOf returns which of up to blockLen plain bytes are letters, and which are
// other parts of words or not of ASCII; the first byte is the lowest bit. The
// delete character is taken for a part of a word, too: that only costs time.
func maskOf(s string) (letters, odd uint64) {
	free := blockLen
	for len(s) > 0 {
		var eight uint64
		if len(s) >= 8 {
			eight, s = load8(s), s[8:]
		} else {
			var last [8]byte
			copy(last[:], s)
			eight, s = binary.LittleEndian.Uint64(last[:]), ""
		}
		// Of each sum the high bits of the bytes count: they say that a byte of
		// ASCII is that much or more.
		const from = 0x80 * eachByte
		ascii := eight &^ highBits
		small := ascii | 0x20*eachByte
		l := (small + from - 'a'*eachByte) &^ (small + from - ('z'+1)*eachByte | eight)
		o := (ascii+from-'0'*eachByte)&^(ascii+from-('9'+1)*eachByte) | (small + from - ('_'|0x20)*eachByte) | eight
		letters, odd = letters>>8|gather(l), odd>>8|gather(o)
		free -= 8
	}
	return letters >> (free & 63), odd >> (free & 63)
}

// gather returns the high bits of eight bytes side by side, in the upper bits.
func gather(eight uint64) uint64 {
	return eight & highBits * 0x0002040810204081 & (0xFF << (blockLen - 8))
}

// appendRun appends the words that begin in s[from:end], the ordinary way. next is
// where the last one ends.
func appendRun(ws []word, s string, from, end, to int) (_ []word, next int) {
	for from < end {
		if classes[s[from]] == 0 {
			from++
			continue
		}
		next, seen := plainEnd(s, from, to)
		if seen != underscore {
			ws = append(ws, newWord(s, from, withoutPossessive(s, from, next)))
		}
		from = next
	}
	return ws, from
}

// newWord returns the word s[from:to], packed where that is easy.
func newWord(s string, from, to int) word {
	w := word{from: from, to: to}
	if to-from <= maxPacked && from+8 <= len(s) {
		w.key = packed(load8(s[from:]), to-from)
	}
	return w
}

// plainEnd returns where the word ends that begins at s[from], at to at the
// latest, and the classes of its characters.
func plainEnd(s string, from, to int) (end int, seen uint8) {
	i := from
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
