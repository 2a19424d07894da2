package htmltext

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Origin leads from a text back to the fragment that it was made of. The zero
// Origin is that of a text which is its fragment.
type Origin []step

// step leads from a text to the one that it was made of: its pieces in order.
// What no piece covers was put in between, as white space is.
type step []piece

// piece is bytes of a text, and those of the other text that they stand for:
// byte for byte where these are as many, otherwise the ones as a whole for the
// others.
type piece struct {
	at, end     int // in the text
	from, until int // in what it was made of
}

// Span returns the bytes of the fragment from which the text's bytes from
// (inclusive) to to (exclusive) were made. There may be markup among them.
func (o Origin) Span(from, to int) (int, int) {
	for i := len(o) - 1; i >= 0; i-- {
		from, to = o[i].span(from, to)
	}
	return from, to
}

func (s step) span(from, to int) (int, int) {
	first := sort.Search(len(s), func(i int) bool { return s[i].end > from })
	last := sort.Search(len(s), func(i int) bool { return s[i].at >= to }) - 1
	if first > last { // it is all white space that was put in
		if last < 0 {
			return 0, 0
		}
		return s[last].until, s[last].until
	}
	return s[first].begin(from), s[last].finish(to)
}

// begin returns where the byte at begins in what the text was made of.
func (p piece) begin(at int) int {
	if at <= p.at || p.until-p.from != p.end-p.at {
		return p.from
	}
	return p.from + at - p.at
}

// finish returns where the bytes before end end in what the text was made of.
func (p piece) finish(end int) int {
	if end >= p.end || p.until-p.from != p.end-p.at {
		return p.until
	}
	return p.from + end - p.at
}

// tracer writes a text and notes what it is made of.
type tracer struct {
	b    strings.Builder
	off  bool // it notes nothing
	step step
}

// keep writes bytes of the other text as they are: s, which begin at from.
func (t *tracer) keep(s string, from int) {
	if s == "" {
		return
	}
	at, end := t.b.Len(), t.b.Len()+len(s)
	t.b.WriteString(s)
	if t.off {
		return
	}
	if n := len(t.step); n > 0 {
		if p := &t.step[n-1]; p.end == at && p.until == from && p.end-p.at == p.until-p.from {
			p.end, p.until = end, from+len(s)
			return
		}
	}
	t.step = append(t.step, piece{at, end, from, from + len(s)})
}

// replace writes s in the place of the other text's bytes from to until.
func (t *tracer) replace(s string, from, until int) {
	at := t.b.Len()
	t.b.WriteString(s)
	if !t.off {
		t.step = append(t.step, piece{at, t.b.Len(), from, until})
	}
}

// traced is a text on its way from HTML.
type traced struct {
	text     string
	untraced bool // nobody asks for the origin
	origin   Origin
}

// change makes a new text of the one that is there.
func (t *traced) change(f func(*tracer, string)) {
	w := tracer{off: t.untraced}
	w.b.Grow(len(t.text))
	f(&w, t.text)
	if made := w.b.String(); made != t.text {
		t.text, t.origin = made, append(t.origin, w.step)
	}
}

// unescape reads the entities of a text. White space among them is a space: only
// the line feeds that stand in a text part its lines.
func unescape(w *tracer, text string) {
	for at := 0; at < len(text); {
		next := len(text)
		if i := strings.IndexByte(text[at+1:], '&'); i >= 0 {
			next = at + 1 + i // no entity goes beyond it
		}
		end := at
		if text[at] == '&' {
			end = min(next, at+maxEntity)
			w.unescapePart(text[at:end], at)
		}
		w.keep(text[end:next], end)
		at = next
	}
}

// maxEntity is how long an entity is at most; the longest name has 32 bytes.
const maxEntity = 40

// unescapePart reads the entity that part, which is at from, begins with.
func (t *tracer) unescapePart(part string, from int) {
	if strings.HasPrefix(part, "&amp;") { // by far the commonest
		t.replace("&", from, from+len("&amp;"))
		t.keep(part[len("&amp;"):], from+len("&amp;"))
		return
	}
	read := html.UnescapeString(part)
	same := commonEnd(part, read)
	if character := read[:len(read)-same]; character != "" {
		if r, size := utf8.DecodeRuneInString(character); unicode.IsSpace(r) && size == len(character) {
			character = " "
		}
		t.replace(character, from, from+len(part)-same)
	}
	t.keep(part[len(part)-same:], from+len(part)-same)
}

// commonEnd returns how many bytes a and b have in common at their ends.
func commonEnd(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}
