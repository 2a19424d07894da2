package slack

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mark is how a severity is shown: never by colour alone.
type mark struct {
	word    string
	emoji   string // Slack's name of it
	unicode string // its code points, as Slack writes them
	colour  string // on a terminal, as parameters of SGR
}

var marks = map[string]mark{
	"critical": {"Critical", "rotating_light", "1f6a8", "1;31"},
	"high":     {"High", "red_circle", "1f534", "1;31"},
	"medium":   {"Medium", "large_orange_circle", "1f7e0", "1;33"},
	"low":      {"Low", "large_yellow_circle", "1f7e1", "1;36"},
	"info":     {"Info", "white_circle", "26aa", "1;34"},
}

// maxSeverity bounds the word of a severity that nobody knows, in units.
const maxSeverity = 20

// markOf is how a severity is shown. One that is not known is shown by its own
// word, with the mark of info.
func markOf(severity string) mark {
	if m, ok := marks[severity]; ok {
		return m
	}
	m := marks["info"]
	if word := cut(clean(severity), maxSeverity); word != "" {
		m.word = capitalised(word)
	}
	return m
}

func capitalised(word string) string {
	r, size := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(r)) + word[size:]
}

// emojiColour is the terminal's colour for what an emoji marks; "" for none.
func emojiColour(name string) string {
	for _, m := range marks {
		if m.emoji == name {
			return m.colour
		}
	}
	return ""
}

// glyph is the emoji with these code points; ":name:" where there are none.
func glyph(name, points string) string {
	var b strings.Builder
	for point := range strings.SplitSeq(points, "-") {
		var r rune
		for _, c := range []byte(point) {
			r = r<<4 | rune(strings.IndexByte("0123456789abcdef", c))
		}
		if point == "" || !utf8.ValidRune(r) {
			return ":" + name + ":"
		}
		b.WriteRune(r)
	}
	return b.String()
}
