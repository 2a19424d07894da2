package yamlfile

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Snippet returns the line of the file that p is about and a caret under its
// place, in two lines without a final newline:
//
//	12 |     require: $clouds AND exclusiv*
//	   |              ^
//
// It returns "" when the place is not known. Long lines are cut, and control
// characters are shown as �, so the result is safe on a terminal.
func Snippet(data []byte, p Problem) string {
	src := newSource(data)
	if p.Pos.Line < 1 || p.Pos.Line > len(src.lines) {
		return ""
	}
	text := []rune(src.line(p.Pos.Line))
	at := min(max(p.Pos.Col-1, 0), len(text))
	text, at = cut(text, at)
	number := fmt.Sprint(p.Pos.Line)
	blank := strings.Repeat(" ", len(number))
	return fmt.Sprintf("%s | %s\n%s | %s^", number, printable(text), blank, indentLike(text[:at]))
}

// cut shortens a line to what fits on a screen around the place at, and
// returns where the place is then.
func cut(text []rune, at int) ([]rune, int) {
	const before, most = 60, 100 // characters shown ahead of the place, and in all
	if from := at - before; from > 0 && len(text) > most {
		text, at = append([]rune{'…'}, text[from:]...), at-from+1
	}
	if len(text) > most {
		text = append(text[:most:most], '…')
	}
	return text, at
}

func printable(text []rune) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, string(text))
}

// indentLike returns white space as wide as text: tabs stay tabs, and Chinese
// characters and the like are two columns wide.
func indentLike(text []rune) string {
	var b strings.Builder
	for _, r := range text {
		switch k := width.LookupRune(r).Kind(); {
		case r == '\t':
			b.WriteByte('\t')
		case unicode.Is(unicode.Mn, r):
		case k == width.EastAsianWide || k == width.EastAsianFullwidth:
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}
