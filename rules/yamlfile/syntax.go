package yamlfile

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v4"
)

// mistakesInYAML says in plain words what the YAML library's messages come
// from, with a hint; the first entry whose text the message contains is it.
var mistakesInYAML = []struct{ library, msg, hint string }{
	{"mapping values are not allowed", "a key with a colon cannot stand here", `indent like the lines around, or put text that has ": " in it in quotes`},
	{"could not find expected ':'", "a colon is missing behind the key", "write key: value"},
	{"found character that cannot start", "this character cannot begin a value", "indent with spaces, not tabs, and put text that begins with @, ` or % in quotes"},
	{"tab character", "lines are indented with spaces, not tabs", ""},
	{"unknown anchor", "text that begins with * must be in quotes", ""},
	{"did not find expected alphabetic or numeric", "text that begins with * or & must be in quotes", ""},
	{"found unexpected end of stream", "a quote is not closed", ""},
	{"did not find expected ',' or ']'", "the list is not closed, or a comma is missing", "lists are [a, b]; put text with commas or brackets in quotes"},
	{"did not find expected ',' or '}'", "the block is not closed, or a comma is missing", "blocks are {a: b, c: d}; put text with commas or brackets in quotes"},
	{"did not find expected key", "this cannot stand here", "check the indentation"},
	{"did not find expected '-'", "this cannot stand here", "check the indentation: entries of a list begin with - in one column"},
	{"did not find expected node content", "a value is missing, or a bracket is not closed before here", ""},
	{"unknown escape character", "this cannot follow a backslash in double quotes", "use single quotes"},
	{"exceeded max depth", "lists or blocks are too deep inside each other", ""},
	{"multiple", "the file has several documents", "delete the line --- and what follows, or make it a file of its own"},
	{"block scalar", "the text of a | or > block must stand in lines of its own, indented below", ""},
}

// syntaxProblem turns the library's error into a problem.
func syntaxProblem(src *source, err error) Problem {
	p := Problem{Code: "syntax", Msg: err.Error()}
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		return p
	}
	p.Msg = e.Message
	if e.Mark.Line > 0 {
		p.Pos = Pos{e.Mark.Line, e.Mark.Column}
	}
	for _, m := range mistakesInYAML {
		if strings.Contains(e.Message, m.library) {
			p.Msg, p.Hint = m.msg, m.hint
			break
		}
	}
	switch {
	case strings.Contains(e.Message, "end of stream") && e.ContextMark.Line > 0:
		p.Pos = Pos{e.ContextMark.Line, e.ContextMark.Column} // where the quote is, not where the file ends
	case strings.Contains(e.Message, "expected key") && afterQuote(src, p.Pos):
		p.Msg, p.Hint = "text goes on behind its closing quote", `put all of it in single quotes: '"a b" OR "c d"'`
	}
	return p
}

// afterQuote reports whether what stands before a place in its line ends in a
// double quote, as in: exclude: "exclusive interview" OR "exclusive look".
func afterQuote(src *source, p Pos) bool {
	before := []rune(src.line(p.Line))
	if p.Col-1 > len(before) || p.Col < 1 {
		return false
	}
	return strings.HasSuffix(strings.TrimRight(string(before[:p.Col-1]), " "), `"`)
}
