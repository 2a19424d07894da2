// Package rules is tocsin's rule language: it reads rule files, says everything
// that is wrong with them at its place, compiles them, and scores articles.
//
// It is pure. It reads no files, knows no clock, keeps no state, and knows
// nothing of feeds, stores or channels: bytes and articles go in, problems and
// matches come out, the same on every machine. Whoever has files to read, time
// to look at or messages to send does that elsewhere.
package rules

import (
	"fmt"

	"tocsin/rules/yamlfile"
)

// Article is what a rule looks at. All texts are plain, and UTF-8: HTML has been
// made text before, and bytes that are no characters were replaced. Empty fields
// are unknown and match nothing.
type Article struct {
	ID         string
	Title      string
	Summary    string
	Body       string
	Source     string // the name of the feed or the publication
	URL        string
	Author     string
	Lang       string   // BCP 47: "en", "pt-BR"
	Tags       []string // the feed's tags
	Categories []string // the article's own
}

// Field names one of the three texts of an article.
type Field uint8

// The fields of an article that queries look for words in.
const (
	Title Field = iota
	Summary
	Body
	numFields
)

// String returns the field's name as queries and reports write it.
func (f Field) String() string {
	switch f {
	case Title:
		return "title"
	case Summary:
		return "summary"
	case Body:
		return "body"
	}
	return fmt.Sprintf("Field(%d)", uint8(f))
}

// Severity is how much a match matters. The zero value is Info.
type Severity uint8

// The severities, least first, so that they compare with < and >.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{"info", "low", "medium", "high", "critical"}

// String returns the severity's name in rule files.
func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return fmt.Sprintf("Severity(%d)", uint8(s))
}

// ParseSeverity returns the severity of that name; ok is false when there is
// none.
func ParseSeverity(name string) (s Severity, ok bool) {
	for i, n := range severityNames {
		if n == name {
			return Severity(i), true
		}
	}
	return 0, false
}

// UnmarshalText reads the severity's name.
func (s *Severity) UnmarshalText(text []byte) error {
	v, ok := ParseSeverity(string(text))
	if !ok {
		return wrongName(string(text), severityNames[:])
	}
	*s = v
	return nil
}

// wrongName says that a word is none of the names; it reads on after what the
// word is for.
func wrongName(word string, names []string) error {
	return fmt.Errorf("must be %s, not %q", yamlfile.OneOf(names, "or"), word)
}

// MarshalText writes the severity's name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Status says what becomes of a rule's matches.
type Status uint8

// The states of a rule.
const (
	Live   Status = iota // matches ring
	Shadow               // matches are scored and kept, and never said
	Off                  // the rule is not evaluated
)

var statusNames = [...]string{"live", "shadow", "off"}

// String returns the status as rule files write it.
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return fmt.Sprintf("Status(%d)", uint8(s))
}

// UnmarshalText reads the status's name.
func (s *Status) UnmarshalText(text []byte) error {
	for i, n := range statusNames {
		if n == string(text) {
			*s = Status(i)
			return nil
		}
	}
	return wrongName(string(text), statusNames[:])
}

// MarshalText writes the status's name.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Match is a rule that holds for an article.
type Match struct {
	Rule     *Rule    // of the set that was evaluated
	Score    int      // Rule.Base and the points of Signals, summed
	Severity Severity // the rule's own, or what its escalate says for the score
	Signals  []Signal // those that held, in the rule's order
	Require  []Span   // the places that made Rule's require hold, as of Signal.Spans
}

// Signal is a signal that held, and where.
type Signal struct {
	*Evidence
	Spans []Span // the words that earned it, in order of field and place; none for queries over source, tag and the like
}

// Span is a piece of an article's text: the bytes From (inclusive) to To
// (exclusive) of that field.
type Span struct {
	Field    Field
	From, To int
}
