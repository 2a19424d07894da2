package slack

import (
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/width"
)

// cell is what people see as one character, with the room it takes.
type cell struct {
	text  string
	width int // in cells of a terminal: 0, 1 or 2
	style style
}

// paragraph is text that is broken into lines where it must.
type paragraph []cell

// add appends text in a style, without the characters that steer. A newline
// stays.
func (p paragraph) add(text string, s style) paragraph {
	for g := graphemes.FromString(text); g.Next(); {
		if c := visible(g.Value()); c != "" {
			p = append(p, cell{text: c, width: cellWidth(c), style: s})
		}
	}
	return p
}

func visible(cluster string) string {
	if strings.Contains(cluster, "\n") {
		return "\n"
	}
	return strings.Map(func(r rune) rune {
		if steers(r) {
			return -1
		}
		return r
	}, cluster)
}

// lines splits a paragraph at its newlines.
func (p paragraph) lines() []paragraph {
	var out []paragraph
	start := 0
	for i, c := range p {
		if c.text == "\n" {
			out = append(out, p[start:i])
			start = i + 1
		}
	}
	return append(out, p[start:])
}

// wrap breaks a paragraph into lines of at most limit cells: at a space, else
// beside a wide character as Chinese is broken, else anywhere but in a piece
// that stays whole. A limit of 0 breaks nothing.
func wrap(p paragraph, limit int) [][]cell {
	var lines [][]cell
	for limit > 0 {
		end, next := breakAt(p, limit)
		if next >= len(p) {
			break
		}
		lines = append(lines, p[:end])
		p = p[next:]
	}
	return append(lines, p)
}

// breakAt returns where a line of at most limit cells ends and where the next
// one begins: len(p) when all fits.
func breakAt(p paragraph, limit int) (end, next int) {
	used := 0
	for i, c := range p {
		if c.text == " " {
			end, next = i, i+1
		} else if i > 0 && !c.style.whole && (c.width == 2 || p[i-1].width == 2) && used <= limit && p[i-1].text != " " {
			end, next = i, i
		}
		used += c.width
		if used <= limit || c.text == " " {
			continue
		}
		switch {
		case next > 0:
			return end, next
		case !c.style.whole && i > 0:
			return i, i
		}
	}
	return len(p), len(p)
}

// cellWidth is how many cells a terminal gives to what people see as one
// character.
func cellWidth(cluster string) int {
	first := true
	for _, r := range cluster {
		switch kind := width.LookupRune(r).Kind(); {
		case kind == width.EastAsianWide, kind == width.EastAsianFullwidth:
			return 2
		case r == 0xFE0F: // asks for the emoji form
			return 2
		case !first && r >= 0x1F1E6 && r <= 0x1F1FF: // the second half of a flag
			return 2
		}
		first = false
	}
	if cluster == "" || cluster == "\n" || isJoiner(cluster) {
		return 0
	}
	return 1
}

// isJoiner reports whether a character has no width of its own.
func isJoiner(cluster string) bool {
	switch cluster {
	case "\u200c", "\u200d", "\u200e", "\u200f":
		return true
	}
	return false
}
