package slack

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

const ellipsis = "…"

// units counts a text as Slack may: Slack does not say what a character is, and
// UTF-16 units are the most that it can mean.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r) // of U+FFFD where s is not UTF-8
	}
	return n
}

// cut shortens a text to limit units, at a word where there is one and never
// inside of what people see as one character; an ellipsis says so.
func cut(s string, limit int) string {
	n := fit(s, limit)
	if n == len(s) {
		return s
	}
	return strings.TrimRight(s[:n], " ,;:") + ellipsis
}

// cutLeft is cut for a text whose end says the most.
func cutLeft(s string, limit int) string {
	if units(s) <= limit {
		return s
	}
	for units(s) > limit-units(ellipsis) {
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
	return ellipsis + s
}

// fit returns how many bytes of a text to keep so that they and an ellipsis
// have at most limit units: all of them where the text needs no cut.
func fit(s string, limit int) int {
	if units(s) <= limit {
		return len(s)
	}
	limit -= units(ellipsis)
	end, word, used := 0, 0, 0
	for g := graphemes.FromString(s); g.Next(); {
		size := units(g.Value())
		if used+size > limit {
			break
		}
		if g.Value() == " " {
			word = end
		}
		used += size
		end = g.End()
	}
	if end == 0 {
		return fitRunes(s, limit) // one character of a thousand accents
	}
	if strings.HasPrefix(s[end:], " ") {
		return end
	}
	if word > end/2 {
		return word
	}
	return end
}

func fitRunes(s string, limit int) int {
	used := 0
	for i, r := range s {
		if used += utf16.RuneLen(r); used > limit {
			return i
		}
	}
	return len(s)
}

// excerpt is what is shown of a passage: its begin, or a later part where
// nothing that rang would be seen otherwise, in at most limit units.
func excerpt(p passage, limit int) passage {
	end := fit(p.text, limit)
	if end == len(p.text) {
		return p
	}
	start := 0
	if len(p.rang) > 0 && p.rang[0].from >= end {
		start = leadIn(p.text, p.rang[0].from, limit/2)
	}
	if start == 0 {
		return p.window(0, end, "", ellipsis)
	}
	lead := ellipsis + " "
	end = start + fit(p.text[start:], limit-units(lead))
	tail := ellipsis
	if end == len(p.text) {
		tail = ""
	}
	return p.window(start, end, lead, tail)
}

// leadIn returns where to begin so that what is at place is introduced: at its
// sentence, or at a word some way before it where that is further than limit
// bytes.
func leadIn(text string, place, limit int) int {
	near := max(place-limit, 0)
	before := text[near:place]
	for _, end := range []string{". ", "! ", "? "} {
		if i := strings.LastIndex(before, end); i >= 0 {
			return near + i + len(end)
		}
	}
	if near == 0 {
		return 0
	}
	if i := strings.IndexByte(before, ' '); i >= 0 {
		return near + i + 1
	}
	return place
}

// window is the passage's text from one byte to another between two others.
func (p passage) window(from, to int, lead, tail string) passage {
	w := passage{text: lead + p.text[from:to] + tail}
	for _, s := range p.rang {
		w.rang = append(w.rang, span{
			from: min(max(s.from, from), to) - from + len(lead),
			to:   min(max(s.to, from), to) - from + len(lead),
		})
	}
	w.rang = mergeSpans(w.rang)
	return w
}
