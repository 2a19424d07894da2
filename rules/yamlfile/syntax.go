package yamlfile

import (
	"errors"
	"fmt"
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
	{"did not find expected ',' or '}'", "the block is not closed, or a comma is missing", "blocks are {a: b, c: d}; put text with commas, brackets or \": \" in quotes"},
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
	} else {
		p.Pos = secondDocument(src)
	}
	for _, m := range mistakesInYAML {
		if strings.Contains(e.Message, m.library) {
			p.Msg, p.Hint = m.msg, m.hint
			break
		}
	}
	if column := contextOf(e); column.Line > 0 && strings.HasPrefix(e.ContextMsg, "while parsing a block") && p.Pos.Line > 0 {
		p.Hint = fmt.Sprintf("check the indentation: what it would belong to begins in column %d, as in line %d", column.Col, column.Line)
	}
	if strings.Contains(e.Message, "max depth") {
		return p
	}
	if c, found := cause(src, e, p.Pos); found {
		return c
	}
	return p
}

// secondDocument returns where a --- begins another document, which is what the
// library complains of without a place; the zero Pos if there is none.
func secondDocument(src *source) Pos {
	content := false
	for n := range src.lines {
		switch line := src.line(n + 1); {
		case strings.HasPrefix(line, "---") && content:
			return Pos{n + 1, 1}
		case strings.HasPrefix(line, "---"):
			content = strings.TrimSpace(line) != "---"
		case strings.TrimSpace(line) != "" && line[0] != '#':
			content = true
		}
	}
	return Pos{}
}
