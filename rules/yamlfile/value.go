package yamlfile

import (
	"reflect"

	"go.yaml.in/yaml/v4"
)

// At is a value that knows its place. Where the file has something of another
// type, Value is zero and Pos is set all the same.
type At[T any] struct {
	Value T
	Pos   Pos // the zero Pos: the file does not have it
}

// Given reports whether the file has the value; without, Value is zero.
func (a At[T]) Given() bool { return a.Pos != (Pos{}) }

// UnmarshalYAML reads the value and remembers its place.
func (a *At[T]) UnmarshalYAML(n *Node) error {
	a.Pos = n.Pos()
	return n.Decode(&a.Value)
}

// The scalars that know their place.
type (
	Int  = At[int]
	Bool = At[bool]
)

// String is text that knows its place, down to the single character. Where the
// file has something else than text, Value is "" and Pos is set all the same.
type String struct {
	Value string
	Pos   Pos // where it begins, its quotes included; the zero Pos: the file does not have it
	text  scalar
}

// Given reports whether the file has the text.
func (s String) Given() bool { return s.Pos != (Pos{}) }

// UnmarshalYAML reads the text and remembers its place.
func (s *String) UnmarshalYAML(n *Node) error {
	if n.Kind() != Text {
		s.Pos = n.Pos()
		return n.Problem("text", "")
	}
	*s = newString(n)
	return nil
}

func newString(n *Node) String {
	return String{Value: n.yaml.Value, Pos: n.Pos(), text: scalar{n.d.src, n.yaml.Style}}
}

// DoubleQuoted reports whether the file has the text in double quotes, which are
// no part of Value.
func (s String) DoubleQuoted() bool { return s.text.style&yaml.DoubleQuotedStyle != 0 }

// PosAt returns the place in the file of the byte at that offset of Value,
// whatever quotes, escapes and line breaks the file writes it with. Offsets
// past the end are the place behind the text.
func (s String) PosAt(offset int) Pos {
	if s.text.src == nil {
		return s.Pos
	}
	return s.text.posAt(s.Value, s.Pos, offset)
}

// Map is a block of keys that keeps their order and places.
type Map[T any] []Entry[T]

// Entry is a key of a Map with its value. Value is zero where the key has none, or
// something of another type.
type Entry[T any] struct {
	Key   String
	Value T
	Pos   Pos // where the value begins
}

// UnmarshalYAML reads the keys in their order.
func (m *Map[T]) UnmarshalYAML(n *Node) error {
	return n.eachKey(func(key String, value *Node) Problems {
		e := Entry[T]{Key: key, Pos: value.Pos()}
		problems := value.decode(reflect.ValueOf(&e.Value).Elem())
		*m = append(*m, e)
		return problems
	})
}
