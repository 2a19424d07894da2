package yamlfile

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// source is the text of a file and where its lines begin.
type source struct {
	data  []byte
	lines []int // offset of each line's first byte
}

func newSource(data []byte) *source {
	s := &source{data: data, lines: []int{0}}
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		s.lines[0] = len("\ufeff") // the mark is no column
	}
	for i := 0; i < len(data); i++ {
		if data[i] == '\n' || data[i] == '\r' && (i+1 == len(data) || data[i+1] != '\n') {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// pos returns the place of the byte at an offset.
func (s *source) pos(offset int) Pos {
	line := sort.SearchInts(s.lines, offset+1) // lines that begin at or before offset
	if line == 0 {
		return Pos{1, 1}
	}
	start := s.lines[line-1]
	return Pos{line, utf8.RuneCount(s.data[start:min(offset, len(s.data))]) + 1}
}

// offset returns where the place is in data; the end of data if it is nowhere.
func (s *source) offset(p Pos) int {
	if p.Line < 1 || p.Line > len(s.lines) {
		return len(s.data)
	}
	i := s.lines[p.Line-1]
	for col := 1; col < p.Col && i < len(s.data); col++ {
		_, size := utf8.DecodeRune(s.data[i:])
		i += size
	}
	return i
}

// line returns the text of a line, from 1, without its end.
func (s *source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	end := len(s.data)
	if n < len(s.lines) {
		end = s.lines[n]
	}
	return strings.TrimRight(string(s.data[s.lines[n-1]:end]), "\r\n")
}

// scalar is how a text is written in a file.
type scalar struct {
	src   *source
	style yaml.Style
}

// posAt walks over the text as the file writes it and over its value at the
// same time, until the value is at offset. The two differ by what the style
// writes differently: escapes, doubled quotes, and white space around the ends
// of lines.
func (s scalar) posAt(value string, start Pos, offset int) Pos {
	offset = min(max(offset, 0), len(value))
	data := s.src.data
	i, v := s.begin(s.src.offset(start)), 0
	if s.block() {
		v = s.folded(nil, value)
	}
	for i < len(data) && v <= offset {
		if n := lineBreak(data[i:]); n > 0 {
			used := s.folded(data[i:i+n], value[v:])
			if offset < v+used {
				break
			}
			i, v = i+n, v+used
			if v == offset && offset == len(value) {
				i -= n // behind the last word, not at the next key
				break
			}
			continue
		}
		if v == offset && !s.joinsLines(data[i:]) {
			break
		}
		n, used := s.char(data[i:])
		i, v = i+n, v+used
	}
	return s.src.pos(min(i, len(data)))
}

// begin returns the offset of the first character of the text itself, behind
// anchor, tag, opening quote or the header of a block.
func (s scalar) begin(i int) int {
	data := s.src.data
	for i < len(data) && (data[i] == '&' || data[i] == '!') {
		i += max(bytes.IndexAny(data[i:], " \t\r\n"), 1)
		i += len(data[i:]) - len(bytes.TrimLeft(data[i:], " \t\r\n"))
	}
	switch {
	case s.style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		i++
	case s.block():
		n := bytes.IndexByte(data[i:], '\n')
		if n < 0 {
			return len(data)
		}
		i += n + 1
		i += len(data[i:]) - len(bytes.TrimLeft(data[i:], " \r\n"))
	}
	return i
}

func (s scalar) block() bool { return s.style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 }

// lineBreak returns the length of the white space that data begins with if a
// line ends in it, else 0.
func lineBreak(data []byte) int {
	rest := bytes.TrimLeft(data, " \t\r\n")
	if n := len(data) - len(rest); bytes.ContainsAny(data[:n], "\r\n") {
		return n
	}
	return 0
}

// folded returns how many bytes of value the white space became. Blocks keep
// all of it in some form; in other styles one line break is a space, and more
// are one break fewer.
func (s scalar) folded(white []byte, value string) int {
	if s.block() {
		return len(value) - len(strings.TrimLeft(value, " \t\n"))
	}
	if breaks := bytes.Count(white, []byte("\n")); breaks > 1 {
		return breaks - 1
	}
	return 1
}

// joinsLines tells a backslash at the end of a line, which is no character.
func (s scalar) joinsLines(data []byte) bool {
	return s.style&yaml.DoubleQuotedStyle != 0 && len(data) > 1 && data[0] == '\\' && (data[1] == '\n' || data[1] == '\r')
}

// char returns the length of the character that data begins with, as written
// and as it is in the value.
func (s scalar) char(data []byte) (written, value int) {
	if s.style&yaml.SingleQuotedStyle != 0 && bytes.HasPrefix(data, []byte("''")) {
		return 2, 1
	}
	if s.style&yaml.DoubleQuotedStyle != 0 && data[0] == '\\' && len(data) > 1 {
		return escape(data)
	}
	_, n := utf8.DecodeRune(data)
	return n, n
}

// escape returns the length of the escape that data begins with, and of the
// character that it stands for.
func escape(data []byte) (written, value int) {
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[data[1]]
	switch {
	case data[1] == '\n' || data[1] == '\r':
		return 1 + lineBreak(data[1:]), 0
	case digits > 0:
		var r rune
		for _, c := range data[2:min(2+digits, len(data))] {
			r = r<<4 | rune(hexDigit(c))
		}
		return 2 + digits, utf8.RuneLen(r)
	case data[1] == '_' || data[1] == 'N': // U+00A0, U+0085
		return 2, 2
	case data[1] == 'L' || data[1] == 'P': // U+2028, U+2029
		return 2, 3
	}
	return 2, 1
}

func hexDigit(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}
