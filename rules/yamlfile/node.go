package yamlfile

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// Unmarshaler is a type that reads itself from a file. An error that is a
// Problem or Problems is taken as it is, with the node's place where it has
// none; any other error reads on after the value's name: "must be …".
//
// It is not called for a key without a value.
type Unmarshaler interface {
	UnmarshalYAML(*Node) error
}

// Node is a value in a file: a text, a list or a block of keys.
type Node struct {
	yaml  *yaml.Node
	name  string // what people call it: its key
	depth int
	d     *decoder

	aliased bool // it is, or is part of, what an alias stands for
}

// Kind is what a Node is.
type Kind uint8

// The kinds of a node.
const (
	Text  Kind = iota // one value: text, number, true or false, or nothing
	List              // values
	Block             // keys with values
)

// String returns the words for a kind in messages.
func (k Kind) String() string {
	return [...]string{"text", "a list", "a block of keys"}[k]
}

// Kind returns what n is.
func (n *Node) Kind() Kind {
	switch n.yaml.Kind {
	case yaml.SequenceNode:
		return List
	case yaml.MappingNode:
		return Block
	}
	return Text
}

// Pos returns where n begins.
func (n *Node) Pos() Pos { return Pos{n.yaml.Line, n.yaml.Column} }

// Name returns what messages call n: its key, or "an entry of" the list's key.
func (n *Node) Name() string { return n.name }

// Text returns the text of a node of that kind, and "" of the others.
func (n *Node) Text() string { return n.yaml.Value }

// Problem returns an error at n that reads "NAME must be WANT, not WHAT IT IS".
func (n *Node) Problem(want, hint string) Problem {
	return Problem{Pos: n.Pos(), Code: "type", Msg: fmt.Sprintf("%s must be %s, not %s", n.name, want, n.describe()), Hint: hint}
}

// describe says what n is, for the end of a message.
func (n *Node) describe() string {
	switch {
	case n.Kind() != Text:
		return n.Kind().String()
	case n.isNull():
		return "nothing"
	}
	return quote(n.yaml.Value)
}

// maxQuoted is how many characters of a text are shown in a message.
const maxQuoted = 40

// quote returns text in quotes, cut to a length that fits in a message.
func quote(text string) string { return strconv.Quote(shorten(text)) }

// shorten cuts text to a length that fits in a message.
func shorten(text string) string {
	if r := []rune(text); len(r) > maxQuoted {
		return string(r[:maxQuoted]) + "…"
	}
	return text
}

func (n *Node) isNull() bool { return n.yaml.ShortTag() == "!!null" }

// Decode reads n into the value that into points to, as the function Decode
// does, and returns what is wrong with it.
func (n *Node) Decode(into any) Problems {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		panic(fmt.Sprintf("yamlfile: decoding into %T, not a pointer", into))
	}
	return n.decode(v.Elem())
}

// decode reads n into v, following aliases. Each value that is read counts, so
// that aliases of aliases of aliases come to an end, and so does an alias of
// the value that it is part of.
func (n *Node) decode(v reflect.Value) Problems {
	n.d.values++
	if n.aliased {
		n.d.aliased++
	}
	if n.d.values > maxValues || n.d.aliased > maxAliased || n.depth > maxDepth {
		if n.d.stopped {
			return nil
		}
		n.d.stopped = true
		return Problems{{Pos: n.Pos(), Code: "too-large", Msg: "aliases make this file too large", Hint: "write out what * stands for"}}
	}
	if n.yaml.Anchor != "" && n.Kind() == Text && n.isPlain() && !n.d.anchors[n.yaml] {
		n.d.anchors[n.yaml] = false
	}
	if n.yaml.Kind == yaml.AliasNode {
		n.d.anchors[n.yaml.Alias] = true
		target := *n
		target.yaml, target.depth, target.aliased = n.yaml.Alias, n.depth+1, true
		return target.decode(v)
	}
	if n.isNull() {
		return nil
	}
	if p, ok := n.foreignTag(); ok {
		return Problems{p}
	}
	if v.CanAddr() {
		switch u := v.Addr().Interface().(type) {
		case Unmarshaler:
			return problemsOf(u.UnmarshalYAML(n), n)
		case encoding.TextUnmarshaler:
			if n.Kind() != Text {
				return Problems{n.Problem("text", "")}
			}
			return problemsOf(u.UnmarshalText([]byte(n.yaml.Value)), n)
		}
	}
	return n.decodeKind(v)
}

// foreignTag finds a tag such as !env, which means nothing here.
func (n *Node) foreignTag() (p Problem, found bool) {
	switch n.yaml.ShortTag() {
	case "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!merge", "!!seq", "!!map":
		return Problem{}, false
	}
	return Problem{Pos: n.Pos(), Code: "tag", Msg: fmt.Sprintf("the tag %s means nothing here", n.yaml.Tag), Hint: "put text that begins with ! in quotes"}, true
}

func (n *Node) decodeKind(v reflect.Value) Problems {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return n.decode(v.Elem())
	case reflect.Struct:
		return n.decodeStruct(v)
	case reflect.Slice:
		return n.decodeSlice(v)
	case reflect.Map:
		return n.decodeMap(v)
	}
	return n.decodeScalar(v)
}

func (n *Node) decodeStruct(v reflect.Value) Problems {
	keys := keysOf(v.Type())
	return n.eachKey(func(key String, value *Node) Problems {
		if at, ok := keys.index[key.Value]; ok {
			return value.decode(v.FieldByIndex(at))
		}
		p := UnknownKey(key, keys.names)
		if under := keyWith(v.Type(), key.Value); under != "" {
			p.Hint = key.Value + " belongs under " + under
		}
		return Problems{p}
	})
}

func (n *Node) decodeMap(v reflect.Value) Problems {
	t := v.Type()
	if t.Key().Kind() != reflect.String {
		panic(fmt.Sprintf("yamlfile: decoding into %v, which has other keys than strings", t))
	}
	v.Set(reflect.MakeMap(t))
	return n.eachKey(func(key String, value *Node) Problems {
		element := reflect.New(t.Elem()).Elem()
		problems := value.decode(element)
		v.SetMapIndex(reflect.ValueOf(key.Value).Convert(t.Key()), element)
		return problems
	})
}

// eachKey calls f for every key of a block, in order, and not for keys that are
// there a second time.
func (n *Node) eachKey(f func(key String, value *Node) Problems) Problems {
	if n.Kind() != Block {
		return Problems{n.Problem(Block.String(), "")}
	}
	var problems Problems
	line := make(map[string]int, len(n.yaml.Content)/2)
	for i := 0; i+1 < len(n.yaml.Content) && len(problems) < MaxProblems; i += 2 {
		k := n.child(n.yaml.Content[i], "a key")
		switch {
		case k.yaml.Kind != yaml.ScalarNode:
			problems = append(problems, k.Problem("text", ""))
		case k.yaml.ShortTag() == "!!merge":
			problems = append(problems, Problem{Pos: k.Pos(), Code: "merge-key", Msg: "<< does not merge keys here", Hint: "write them out"})
		case line[k.Text()] != 0:
			problems = append(problems, Problem{Pos: k.Pos(), Code: "duplicate-key", Msg: fmt.Sprintf("the key %q is here twice", k.Text()), Hint: fmt.Sprintf("first in line %d", line[k.Text()])})
		default:
			line[k.Text()] = k.yaml.Line
			key := newString(k)
			problems = append(problems, f(key, n.child(n.yaml.Content[i+1], key.Value))...)
		}
	}
	return problems
}

func (n *Node) decodeSlice(v reflect.Value) Problems {
	if n.Kind() != List {
		hint := ""
		if n.Kind() == Text && len(n.yaml.Value) <= maxQuoted {
			hint = fmt.Sprintf("write [%s]", n.yaml.Value)
		} else if n.Kind() == Text {
			hint = "write it in brackets: [a, b]"
		}
		return Problems{n.Problem(List.String(), hint)}
	}
	var problems Problems
	v.Set(reflect.MakeSlice(v.Type(), len(n.yaml.Content), len(n.yaml.Content)))
	for i, c := range n.yaml.Content {
		if len(problems) >= MaxProblems {
			break
		}
		entry := n.child(c, "an entry of "+n.name)
		if entry.isNull() {
			problems = append(problems, Problem{Pos: entry.Pos(), Code: "empty-entry", Msg: entry.name + " is empty", Hint: "write something after the - or delete it"})
		}
		problems = append(problems, entry.decode(v.Index(i))...)
	}
	return problems
}

func (n *Node) child(y *yaml.Node, name string) *Node {
	return &Node{yaml: y, name: name, depth: n.depth + 1, aliased: n.aliased, d: n.d}
}

// decodeScalar reads a text, a number or a bool.
func (n *Node) decodeScalar(v reflect.Value) Problems {
	if n.Kind() != Text {
		return Problems{n.Problem(scalarWords(v.Kind()), "")}
	}
	text, ok := n.yaml.Value, false
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
		ok = true
	case reflect.Bool:
		ok = n.isPlain() && (text == "true" || text == "false")
		v.SetBool(ok && text == "true")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if ok = err == nil && n.isPlain(); ok {
			v.SetInt(i)
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		i, err := strconv.ParseUint(text, 10, v.Type().Bits())
		if ok = err == nil && n.isPlain(); ok {
			v.SetUint(i)
		}
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(text, v.Type().Bits())
		if ok = err == nil && n.isPlain() && f-f == 0; ok { // f-f is NaN for NaN and the infinities
			v.SetFloat(f)
		}
	default:
		panic(fmt.Sprintf("yamlfile: decoding into %v", v.Type()))
	}
	if ok {
		return nil
	}
	return Problems{n.Problem(scalarWords(v.Kind()), n.quotesHint(text))}
}

// isPlain reports whether a text stands without quotes, as numbers and bools do.
func (n *Node) isPlain() bool {
	return n.yaml.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

func (n *Node) quotesHint(text string) string {
	if n.isPlain() {
		return ""
	}
	switch _, err := strconv.ParseFloat(text, 64); {
	case err == nil, text == "true", text == "false":
		return "write it without quotes"
	}
	return ""
}

func scalarWords(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number from 0"
	}
	return "a whole number"
}
