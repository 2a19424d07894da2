package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// What Decode takes on. Each limit is far above what people write by hand and
// keeps a file that is broken or meant to harm from costing more than about a
// second and some hundred megabytes.
const (
	maxSize    = 8 << 20 // bytes of a file
	maxEntries = 1 << 20 // lines and commas of a file
	maxDepth   = 64      // blocks and lists inside each other
	maxValues  = 1 << 21 // values decoded
	maxAliased = 1 << 18 // values of these that are there through aliases

	// MaxProblems is how many problems of a file are looked for; one that has
	// more is another kind of file.
	MaxProblems = 1000
)

// Decode reads the one YAML document in data into the value that into points
// to, and returns everything that is wrong with it, in the order of the file;
// name is the File of these problems. What could be read is in into, also when
// there are problems.
//
// The value is built from structs (keys as in the yaml tag, else the field's
// name in lower case; "inline" and "-" as usual), slices, maps from string, Map,
// pointers, strings, bools, numbers, At, String, and types with an
// UnmarshalYAML(*Node) error or an UnmarshalText. Anything else is a mistake in
// the program, and panics.
//
// A key with no value (or with null) counts as not given. Text is taken as it
// is written, so 5 and no are texts where text is wanted. Unknown and repeated
// keys, wrong types, tags and merge keys are problems.
//
// An empty file is an empty block of keys.
func Decode(name string, data []byte, into any) []Problem {
	d := &decoder{src: newSource(data), anchors: map[*yaml.Node]bool{}}
	problems := d.decodeDocument(into)
	for i := range problems {
		if problems[i].File == "" {
			problems[i].File = name
		}
	}
	return Sort(problems)
}

// decoder is one run of Decode.
type decoder struct {
	src     *source
	values  int                 // decoded so far
	aliased int                 // of these, through aliases
	stopped bool                // a limit is reached, and that was said
	anchors map[*yaml.Node]bool // that values have, and whether an alias stands for them
}

func (d *decoder) decodeDocument(into any) Problems {
	if p, ok := tooLarge(d.src.data); ok {
		return Problems{p}
	}
	if p, ok := notText(d.src); ok {
		return Problems{p}
	}
	var doc yaml.Node
	limits := loaderlimits.New(loaderlimits.DepthValue(maxDepth), loaderlimits.AliasNone()) // aliases: see Node.decode
	err := yaml.Load(d.src.data, &doc, yaml.WithPlugin(limits))
	if isEmpty(err) {
		return nil
	}
	if err != nil {
		return Problems{syntaxProblem(d.src, err)}
	}
	root := &Node{yaml: doc.Content[0], name: "the file", d: d}
	if problems := root.Decode(into); len(problems) > 0 {
		return problems
	}
	return d.unusedAnchors()
}

// unusedAnchors finds the anchors that no alias uses. They are hardly meant: in
// "- &Co buys it" the text is "buys it".
func (d *decoder) unusedAnchors() (problems Problems) {
	for n, used := range d.anchors {
		if !used {
			p := Errorf(Pos{n.Line, n.Column}, "anchor", "&%s is a name for the text behind it, which no *%s uses", n.Anchor, n.Anchor)
			problems = append(problems, p.WithHint("put text that begins with & in quotes"))
		}
	}
	return problems
}

func tooLarge(data []byte) (p Problem, yes bool) {
	const hint = "split it into several"
	if len(data) > maxSize {
		msg := fmt.Sprintf("the file has %d MiB, more than the %d MiB that are read", len(data)>>20, maxSize>>20)
		return Problem{Code: "too-large", Msg: msg, Hint: hint}, true
	}
	if bytes.Count(data, []byte("\n"))+bytes.Count(data, []byte(",")) > maxEntries {
		msg := fmt.Sprintf("the file has more than %d lines and commas", maxEntries)
		return Problem{Code: "too-large", Msg: msg, Hint: hint}, true
	}
	return Problem{}, false
}

// notText finds the first byte that is not UTF-8 or the first control
// character. The YAML library does not say where they are, and would read
// UTF-16, in which no place could be found again.
func notText(src *source) (p Problem, yes bool) {
	data := src.data
	for i := 0; i < len(data); {
		if c := data[i]; c >= ' ' && c < 0x7F || c == '\n' || c == '\t' || c == '\r' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return Problem{Pos: src.pos(i), Code: "encoding", Msg: "the file is not UTF-8 from here on", Hint: "save it as UTF-8"}, true
		}
		if r < ' ' || r >= 0x7F && r < 0xA0 && r != 0x85 {
			return Problem{Pos: src.pos(i), Code: "encoding", Msg: fmt.Sprintf("control character %U", r), Hint: "delete it"}, true
		}
		i += size
	}
	return Problem{}, false
}

// isEmpty tells the library's complaint about a file without a document.
func isEmpty(err error) bool {
	var e *yaml.LoadError
	return errors.As(err, &e) && strings.Contains(e.Message, "no documents in stream")
}

// fieldOf is where a key of a struct goes.
type fieldOf struct {
	key    string
	tagged bool // key is from a tag
	index  []int
}

// structKeys are the keys of a struct type.
type structKeys struct {
	fields []fieldOf        // in order
	index  map[string][]int // of the field, by key
	names  []string         // in order
}

var structsSeen sync.Map // reflect.Type → *structKeys

// keysOf returns the keys of a struct type, which it works out once.
func keysOf(t reflect.Type) *structKeys {
	if k, ok := structsSeen.Load(t); ok {
		return k.(*structKeys)
	}
	k := &structKeys{fields: fieldsOf(t), index: map[string][]int{}}
	for _, f := range k.fields {
		k.index[f.key] = f.index
		k.names = append(k.names, f.key)
	}
	structsSeen.Store(t, k)
	return k
}

// fieldsOf returns the keys of a struct type in the order of its fields.
func fieldsOf(t reflect.Type) []fieldOf {
	var fields []fieldOf
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("yaml")
		key, flags, _ := strings.Cut(tag, ",")
		switch {
		case tag == "-" || !f.IsExported() && !f.Anonymous:
		case flags == "inline":
			for _, inner := range fieldsOf(f.Type) {
				fields = append(fields, fieldOf{inner.key, inner.tagged, append([]int{i}, inner.index...)})
			}
		case key == "":
			fields = append(fields, fieldOf{strings.ToLower(f.Name), false, []int{i}})
		default:
			fields = append(fields, fieldOf{key, true, []int{i}})
		}
	}
	return fields
}
