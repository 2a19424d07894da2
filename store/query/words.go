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
	w := writer{left: maxIndexed}
	read := maxRead
	for _, text := range texts {
		text = truncate(text, read)
		read -= len(text)
		w.write(text)
		w.end()
	}
	return w.b.String()
}

// writer writes words.
type writer struct {
	b    strings.Builder
	word int // bytes of the word at hand
	left int // words there is room for
}

func (w *writer) write(text string) {
	for i := 0; i < len(text); i++ {
		if text[i] >= utf8.RuneSelf {
			// From the word on in which it is.
			w.writeFolded(fold(strings.ToValidUTF8(text[i:], " ")))
			return
		}
		w.ascii(text[i])
	}
}

// ascii writes a character of ASCII.
func (w *writer) ascii(c byte) {
	switch {
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		w.letter(rune(c))
	case 'A' <= c && c <= 'Z':
		w.letter(rune(c + 'a' - 'A'))
	default:
		w.end()
	}
}

func (w *writer) writeFolded(text string) {
	for _, r := range text {
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

// letter adds a letter to the word at hand.
func (w *writer) letter(r rune) {
	n := utf8.RuneLen(r)
	if w.left == 0 || w.word+n > maxWord {
		return
	}
	if w.word == 0 && w.b.Len() > 0 {
		w.b.WriteByte(' ')
	}
	w.word += n
	w.b.WriteRune(r)
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
