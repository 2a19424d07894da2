// Package yamlfile reads the YAML files that people write for tocsin: strictly,
// naming every mistake at its line and column with a hint what to write
// instead. It knows nothing of what the files mean.
package yamlfile

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a file. Lines and columns count from 1; columns count
// Unicode code points. The zero Pos means that the place is not known.
type Pos struct{ Line, Col int }

// Level says whether a problem stops anything.
type Level uint8

// The levels of a problem.
const (
	Error   Level = iota // the file cannot be used
	Warning              // it can, but is probably not what was meant
)

// String returns "error" or "warning".
func (l Level) String() string {
	if l == Warning {
		return "warning"
	}
	return "error"
}

// Problem is one thing wrong with a file.
type Problem struct {
	File  string // as the caller named it
	Pos   Pos
	Level Level
	Code  string // a short, stable name such as "unknown-key"
	Rule  string // the rule's ID, where there is one
	Msg   string // what is wrong, in lower case, without a full stop
	Hint  string // what to do about it; "" none
}

// Error returns the problem in one line: file:line:col: rule "id": what (hint).
// Warnings have "warning: " before what. What steers a terminal is shown as �.
func (p Problem) Error() string {
	s := p.File
	if p.Pos != (Pos{}) {
		s += fmt.Sprintf(":%d:%d", p.Pos.Line, p.Pos.Col)
	}
	if s != "" {
		s += ": "
	}
	if p.Rule != "" {
		s += fmt.Sprintf("rule %q: ", p.Rule)
	}
	if p.Level == Warning {
		s += "warning: "
	}
	s += p.Msg
	if p.Hint != "" {
		s += " (" + p.Hint + ")"
	}
	return printable([]rune(s))
}

// Errorf returns an error at a place.
func Errorf(at Pos, code, format string, args ...any) Problem {
	return Problem{Pos: at, Code: code, Msg: fmt.Sprintf(format, args...)}
}

// Warningf returns a warning at a place.
func Warningf(at Pos, code, format string, args ...any) Problem {
	p := Errorf(at, code, format, args...)
	p.Level = Warning
	return p
}

// WithHint returns p with that hint.
func (p Problem) WithHint(hint string) Problem {
	p.Hint = hint
	return p
}

// Problems is a list of problems as one error, for an UnmarshalYAML that has
// several. The empty list is no error.
type Problems []Problem

// Error returns the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// AnyError reports whether one of the problems is an error; the others are
// warnings.
func AnyError(ps []Problem) bool {
	return slices.ContainsFunc(ps, func(p Problem) bool { return p.Level == Error })
}

// Sort puts problems in the order of file and place, and takes out those that
// are there twice.
func Sort(ps []Problem) []Problem {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Col, b.Pos.Col),
			cmp.Compare(a.Level, b.Level),
		)
	})
	return slices.Compact(ps)
}

// problemsOf returns what an UnmarshalYAML or UnmarshalText found wrong: the
// problems in err, with the gaps filled in from n, or err's own words, which
// read on after the name of the value ("must be a duration such as 15m").
func problemsOf(err error, n *Node) Problems {
	var many Problems
	var one Problem
	switch {
	case err == nil:
		return nil
	case errors.As(err, &many):
	case errors.As(err, &one):
		many = Problems{one}
	default:
		many = Problems{{Code: "value", Msg: n.name + " " + err.Error()}}
	}
	out := slices.Clone(many)
	for i := range out {
		if out[i].Pos == (Pos{}) {
			out[i].Pos = n.Pos()
		}
	}
	return out
}
