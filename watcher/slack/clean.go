package slack

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// passage is a text with the places in it that rang.
type passage struct {
	text string
	rang []span // sorted, apart from each other, none empty
}

// span is a piece of a passage's text, in bytes.
type span struct{ from, to int }

// clean makes one line of a text that anybody may have written: white space of
// any kind becomes single spaces, what is invisible and steers (control
// characters, bidirectional overrides) goes, and what is not UTF-8 becomes
// U+FFFD.
func clean(text string) string { return cleanPassage(text, nil).text }

// cleanPassage is clean for a text with places; they move with their text.
// Places outside of the text are cut to it.
func cleanPassage(text string, rang []span) passage {
	var b strings.Builder
	moved := make([]int, len(text)+1) // where each byte of text ended up
	gap := false
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		space := unicode.IsSpace(r)
		if !space && !steers(r) {
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
		}
		for j := range size {
			moved[i+j] = b.Len()
		}
		switch {
		case space:
			gap = true
		case !steers(r):
			b.WriteRune(r)
		}
		i += size
	}
	moved[len(text)] = b.Len()

	p := passage{text: b.String()}
	for _, s := range rang {
		from, to := min(max(s.from, 0), len(text)), min(max(s.to, 0), len(text))
		p.rang = append(p.rang, span{moved[from], moved[to]})
	}
	p.rang = mergeSpans(p.rang)
	return p
}

// steers reports whether a character is invisible and changes how others are
// shown or handled. The marks U+200E and U+200F and the joiners U+200C and
// U+200D are not among them: Arabic, Persian, Hebrew and emoji need them.
func steers(r rune) bool {
	switch {
	case unicode.IsControl(r):
		return true
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069: // bidirectional embeddings, overrides, isolates
		return true
	case r == 0x200B, r == 0x2060, r == 0xFEFF: // zero-width space, word joiner, byte order mark
		return true
	case r >= 0xFFF9 && r <= 0xFFFB: // interlinear annotation
		return true
	}
	return false
}

// mergeSpans sorts spans, joins those that touch and drops those that are empty.
func mergeSpans(spans []span) []span {
	spans = slices.DeleteFunc(spans, func(s span) bool { return s.from >= s.to })
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var out []span
	for _, s := range spans {
		if last := len(out) - 1; last >= 0 && s.from <= out[last].to {
			out[last].to = max(out[last].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}
