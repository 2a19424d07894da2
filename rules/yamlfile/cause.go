package yamlfile

import (
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
