package yamlfile

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// cause finds the mistake behind the library's error e at a place, where that
// place or its words mislead: mostly the library notices in a later line that
// something is wrong further up.
func cause(src *source, e *yaml.LoadError, at Pos) (p Problem, found bool) {
	for _, find := range []func(*source, *yaml.LoadError, Pos) (Problem, bool){
		tabIndent, dashWithoutSpace, unended, missingDash, keyWithoutColon,
	} {
		if p, found := find(src, e, at); found {
			p.Code = "syntax"
			return p, true
		}
	}
	return Problem{}, false
}

// contextOf returns where what the library was reading began, if it says so.
func contextOf(e *yaml.LoadError) Pos { return Pos{e.ContextMark.Line, e.ContextMark.Column} }

// indentOf returns the white space that a line begins with.
func indentOf(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " \t"))] }

// tabIndent finds a tab before the text of the line.
func tabIndent(src *source, _ *yaml.LoadError, at Pos) (Problem, bool) {
	n := strings.Index(indentOf(src.line(at.Line)), "\t")
	return Problem{Pos: Pos{at.Line, n + 1}, Msg: "lines are indented with spaces, not tabs"}, n >= 0
}

// unended finds the first text in quotes, and the first list or block in brackets,
// that does not end where it should: it is not closed, or something goes on behind
// its end.
func unended(src *source, _ *yaml.LoadError, at Pos) (p Problem, found bool) {
	s := scanner{data: src.data, end: src.offset(Pos{at.Line + 1, 1})}
	if !s.scan() {
		return p, false
	}
	open, behind := src.pos(s.open), src.pos(s.behind)
	bracket := s.data[s.open] == '[' || s.data[s.open] == '{'
	next := fmt.Sprintf("line %d goes on as if it were", behind.Line)
	if s.behind == len(s.data) || open.Line == behind.Line {
		next = ""
	}
	switch {
	case s.unclosed && bracket:
		return Problem{Pos: open, Msg: "this " + string(s.data[s.open]) + " is not closed", Hint: next}, true
	case s.unclosed, open.Line != behind.Line && !bracket:
		if next != "" {
			next = fmt.Sprintf("the next one is in line %d", behind.Line)
		}
		return Problem{Pos: open, Msg: "a quote is not closed", Hint: next}, true
	case bracket:
		return Problem{Pos: behind, Msg: "text goes on behind its closing bracket", Hint: "put all of it in quotes"}, true
	}
	p = Problem{Pos: behind, Msg: "text goes on behind its closing quote", Hint: "put all of it in double quotes"}
	switch {
	case s.flow() && s.data[s.behind] != ',':
		p.Hint = "put a comma before it, or " + p.Hint
	case s.data[s.behind] == ',' || s.data[s.behind] == '}':
		p.Hint = "a block in one line is {a: b, c: d}, and a list [a, b]"
	case s.data[s.open] == '"':
		p.Hint = `put all of it in single quotes: '"a b" OR "c d"'`
	}
	return p, true
}

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

var (
	tightDash  = regexp.MustCompile(`^\s*(-)([{\["']|[A-Za-z_]+:(\s|$))`)
	tightColon = regexp.MustCompile(`^\s*(?:- +)?([A-Za-z_]+):(\S.*)$`)
	bareWord   = regexp.MustCompile(`^\s*[A-Za-z_]+\s*$`)
	keyLine    = regexp.MustCompile(`^\s*(- +)?["']?[\pL\pN_.*$-]+["']?\s*:(\s|$)`)
)

// linesAbove calls f for the line of a place and those above it, blank ones and
// comments left out, until it returns true.
func linesAbove(src *source, from int, f func(n int, line string) (done bool)) {
	for n := from; n >= 1; n-- {
		line := src.line(n)
		if text := strings.TrimSpace(line); text == "" || text[0] == '#' {
			continue
		}
		if f(n, line) {
			return
		}
	}
}

// dashWithoutSpace finds -id: x, in the line or the one above.
func dashWithoutSpace(src *source, _ *yaml.LoadError, at Pos) (p Problem, found bool) {
	looked := 0
	linesAbove(src, at.Line, func(n int, line string) bool {
		if m := tightDash.FindStringSubmatchIndex(line); m != nil {
			p, found = Problem{Pos: Pos{n, m[2] + 1}, Msg: "a space is missing behind the -", Hint: "entries of a list begin with a - and a space"}, true
		}
		looked++
		return found || looked == 2
	})
	return p, found
}

const noDash = "a - is missing before this entry of the list"

// missingDash finds an entry of a list without its -: it stands above entries
// that have theirs, or below.
func missingDash(src *source, e *yaml.LoadError, at Pos) (p Problem, found bool) {
	indent := indentOf(src.line(at.Line))
	if context := contextOf(e); context.Line > 0 && strings.Contains(e.ContextMsg, "simple key") {
		at.Line = context.Line
		indent = indentOf(src.line(at.Line))
	}
	dashes, below := 0, Pos{} // where the line below begins
	linesAbove(src, at.Line, func(n int, line string) bool {
		own, text := indentOf(line), strings.TrimSpace(line)
		under := below
		below = Pos{n, len(own) + 1}
		switch {
		case len(own) > len(indent):
			return false
		case len(own) < len(indent):
			if !found && strings.HasSuffix(text, ":") && under.Col > len(indent)+1 {
				p, found = Problem{Pos: under, Msg: noDash}, true // it stands a little further right
			}
			return true
		case text[0] == '-':
			dashes++
			return found
		case found || keyLine.MatchString(line) || strings.ContainsAny(text[:1], "]}"):
			return true
		}
		p, found = Problem{Pos: below, Msg: noDash}, true
		return dashes > 0
	})
	return p, found && dashes > 0
}

// keyWithoutColon finds the line in which a colon, or the space behind it, is
// missing: the library looks for it until the next line.
func keyWithoutColon(src *source, e *yaml.LoadError, at Pos) (Problem, bool) {
	key := contextOf(e)
	if !strings.Contains(e.Message, "could not find expected ':'") {
		key = bareKey(src, at)
	}
	if key.Line == 0 {
		return Problem{}, false
	}
	if m := tightColon.FindStringSubmatch(src.line(key.Line)); m != nil {
		return Problem{Pos: key, Msg: "a space is missing behind the colon", Hint: "write " + m[1] + ": " + shorten(m[2])}, true
	}
	return Problem{Pos: key, Msg: "a colon is missing behind the key", Hint: "write key: value"}, true
}

// bareKey returns where a key stands without its colon: a word alone that a line
// further right follows, or whatever stands at the left edge, where there are keys
// only.
func bareKey(src *source, at Pos) (key Pos) {
	indent := len(indentOf(src.line(at.Line)))
	linesAbove(src, at.Line-1, func(n int, line string) bool {
		own := len(indentOf(line))
		alone := own < indent && bareWord.MatchString(line)
		if alone || own == 0 && !keyLine.MatchString(line) && strings.IndexByte("-[]{}%", line[0]) < 0 {
			key = Pos{n, own + 1}
		}
		return own < indent || own == 0
	})
	return key
}
