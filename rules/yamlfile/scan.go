package yamlfile

import (
	"bytes"
	"regexp"
	"strings"
)

// scanner walks over YAML as far as it takes to tell the quotes and brackets that
// open and close something from those inside texts.
type scanner struct {
	data     []byte
	end      int       // where a line must begin for the scanner to look at it
	brackets []bracket // that are open

	// Of what does not end well: its quote or bracket, what follows its end, and
	// whether it has none.
	open, behind int
	unclosed     bool
}

// bracket is one that is open.
type bracket struct {
	at     int
	indent int // of its line
}

func (s *scanner) flow() bool { return len(s.brackets) > 0 }

// blockHeader is the end of a line behind which a text of several lines stands.
var blockHeader = regexp.MustCompile(`(^|[-:?]) +[|>][-+0-9]*[ \t]*(#.*)?\r?\n?$`)

// scan reports whether there is something that does not end well.
func (s *scanner) scan() (found bool) {
	for i := 0; i < s.end; {
		line := s.lineAt(i)
		indent, text := len(indentOf(line)), strings.TrimSpace(line)
		if text == "" {
			i += len(line)
			continue
		}
		if s.flow() && indent <= s.last().indent && strings.IndexByte("#]}", text[0]) < 0 {
			s.open, s.behind, s.unclosed = s.last().at, i+indent, true
			return true
		}
		if i, found = s.line(i, i+len(line), indent); found {
			return true
		}
		if !s.flow() && strings.ContainsAny(line, "|>") && blockHeader.MatchString(line) {
			i = s.skipBlock(i, indent)
		}
	}
	if s.flow() && s.end == len(s.data) {
		s.open, s.behind, s.unclosed = s.last().at, s.end, true
	}
	return s.unclosed
}

func (s *scanner) last() bracket { return s.brackets[len(s.brackets)-1] }

// lineAt returns the rest of the line from i on, with its end.
func (s *scanner) lineAt(i int) string {
	if n := bytes.IndexByte(s.data[i:], '\n'); n >= 0 {
		return string(s.data[i : i+n+1])
	}
	return string(s.data[i:])
}

// skipBlock returns where the lines end that are indented by more than indent.
func (s *scanner) skipBlock(i, indent int) int {
	for i < len(s.data) {
		line := s.lineAt(i)
		if strings.TrimSpace(line) != "" && len(indentOf(line)) <= indent {
			break
		}
		i += len(line)
	}
	return i
}

// line reads from i to the end of a line, or of the one in which a text in quotes
// ends, and returns where it stopped.
func (s *scanner) line(i, end, indent int) (_ int, found bool) {
	begins := true // a value may begin here
	for i < end {
		switch c := s.data[i]; {
		case isSpace(c):
			i++
			continue
		case c == '#' && (i == 0 || isSpace(s.data[i-1])):
			return end, false
		case begins && (c == '\'' || c == '"'):
			open := i
			var closed bool
			if i, closed = closingQuote(s.data, i); !s.endsWell(open, i, closed) {
				return i, true
			}
			if i >= end {
				end = i + len(s.lineAt(i))
			}
			begins = false
			continue
		case (begins || s.flow()) && (c == '[' || c == '{'):
			s.brackets = append(s.brackets, bracket{i, indent})
		case s.flow() && (c == ']' || c == '}'):
			open := s.last().at
			if s.data[open]+2 != c { // in ASCII ] is [+2, and } is {+2
				s.open, s.behind, s.unclosed = open, i, true
				return i, true
			}
			s.brackets = s.brackets[:len(s.brackets)-1]
			if !s.flow() && !s.endsWell(open, i+1, true) {
				return i, true
			}
			begins = false
		case s.flow() && c == ',':
			begins = true
		default:
			begins = (c == ':' || c == '?' || c == '-' && begins) && i+1 < end && isSpace(s.data[i+1])
		}
		i++
	}
	return i, false
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// endsWell reports whether what began at open ends well at i, and remembers
// otherwise what is wrong.
func (s *scanner) endsWell(open, i int, closed bool) bool {
	rest := bytes.TrimLeft(s.data[i:], " \t\r")
	if closed && (len(rest) == 0 || strings.IndexByte("\n#:", rest[0]) >= 0 || s.flow() && strings.IndexByte(",]}", rest[0]) >= 0) {
		return true
	}
	s.open, s.behind, s.unclosed = open, len(s.data)-len(rest), !closed
	return false
}

// closingQuote returns where the text ends whose opening quote is data[i]; closed
// is false when there is no other quote.
func closingQuote(data []byte, i int) (end int, closed bool) {
	quote := data[i]
	for i++; i < len(data); i++ {
		switch {
		case data[i] == '\\' && quote == '"':
			i++
		case data[i] == quote && quote == '\'' && i+1 < len(data) && data[i+1] == quote:
			i++
		case data[i] == quote:
			return i + 1, true
		}
	}
	return len(data), false
}
