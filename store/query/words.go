package query

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const (
	// maxRead is how many bytes of a text are read, which is more than articles
	// have.
	maxRead = 64 << 10
	// maxIndexed is how many words of a text there are at the most. PostgreSQL
	// counts no further.
	maxIndexed = 16_000
	// maxWord is how many bytes of a word count.
	maxWord = 120
)

// Words returns the words of the texts, with a space between two of them: letters
// and digits alone, folded, so that what looks alike to people is the same. Scripts
// that put no spaces between words have each character as a word. Of what is very
// long, the beginning counts: of a word 120 bytes, of all texts 64 KiB and 16,000
// words.
func Words(texts ...string) string {
	size := 0
	for _, text := range texts {
		size += len(text)
	}
	w := writer{b: make([]byte, 0, min(size, maxRead)), left: maxIndexed}
	read := maxRead
	for _, text := range texts {
		text = truncate(text, read)
		read -= len(text)
		w.write(text)
		w.end()
	}
	return string(w.b)
}

// writer writes words.
type writer struct {
	b    []byte
	word int // bytes of the word at hand
	left int // words there is room for
}

// plain is ASCII folded; 0 is what is between words.
var plain = func() (to [utf8.RuneSelf]byte) {
	for c := byte('0'); c <= '9'; c++ {
		to[c] = c
	}
	for c := byte('a'); c <= 'z'; c++ {
		to[c], to[c-'a'+'A'] = c, c
	}
	return to
}()

func (w *writer) write(text string) {
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if folded := plain[c]; folded != 0 && w.word > 0 && w.word < maxWord {
				w.b = append(w.b, folded) // in the middle of a word, where most are
				w.word++
			} else {
				w.ascii(c)
			}
			i++
			continue
		}
		// What is folded together is what stands together: nothing in ASCII changes
		// with what is around it, but for accents, which are left out.
		end := i
		for end < len(text) && text[end] >= utf8.RuneSelf {
			end++
		}
		w.beyond(text[i:end])
		i = end
	}
}

// ascii writes a character of ASCII.
func (w *writer) ascii(c byte) {
	folded := plain[c]
	if folded == 0 {
		w.end()
		return
	}
	if w.room(1) {
		w.b = append(w.b, folded)
	}
}

// beyond writes characters beyond ASCII.
func (w *writer) beyond(text string) {
	if r, n := utf8.DecodeRuneInString(text); n == len(text) && 0x2000 <= r && r <= 0x206f {
		w.end() // a dash or a quote, as in most texts
		return
	}
	for _, r := range fold(strings.ToValidUTF8(text, " ")) {
		switch {
		case r < utf8.RuneSelf:
			w.ascii(byte(r))
		case unicode.In(r, unspaced...):
			w.end()
			w.letter(r)
			w.end()
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			w.letter(r)
		default:
			w.end()
		}
	}
}

func (w *writer) letter(r rune) {
	if w.room(utf8.RuneLen(r)) {
		w.b = utf8.AppendRune(w.b, r)
	}
}

// room makes room for a letter of n bytes, if there is any.
func (w *writer) room(n int) bool {
	if w.left == 0 || w.word+n > maxWord {
		return false
	}
	if w.word == 0 && len(w.b) > 0 {
		w.b = append(w.b, ' ')
	}
	w.word += n
	return true
}

// end ends the word at hand.
func (w *writer) end() {
	if w.word > 0 {
		w.word = 0
		w.left--
	}
}

// unspaced are the scripts that put no spaces between words.
var unspaced = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

// fold is a text in lower case, without accents, and in the plain form of each
// character.
func fold(text string) string {
	text = norm.NFKD.String(cases.Fold().String(norm.NFKD.String(text)))
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if isAccent(r) {
			return -1
		}
		if plain, ok := strokes[r]; ok {
			return plain
		}
		return r
	}, text))
}

// isAccent reports whether r is a mark that people leave out when they search:
// accents, and the points of Hebrew and Arabic.
func isAccent(r rune) bool {
	return 0x300 <= r && r <= 0x36f || 0x591 <= r && r <= 0x5c7 && unicode.IsMark(r) || 0x64b <= r && r <= 0x65f || r == 0x670
}

// strokes are letters whose accent goes through them.
var strokes = map[rune]rune{'ø': 'o', 'ł': 'l', 'đ': 'd', 'ħ': 'h', 'ŧ': 't', 'ı': 'i'}
