package yamlfile

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// UnknownKey is the problem of a key that is none of those known.
func UnknownKey(key String, known []string) Problem {
	p := Problem{Pos: key.Pos, Code: "unknown-key", Msg: fmt.Sprintf("unknown key %s", quote(key.Value))}
	word, _, tight := strings.Cut(key.Value, ":")
	switch near := Nearest(word, known); {
	case tight && near != "":
		p.Hint = missingSpace(near)
	case near != "":
		p.Hint = DidYouMean(word, known)
	case len(known) > 0:
		p.Hint = "known here: " + OneOf(known, "and")
	}
	return p
}

func missingSpace(key string) string { return "write " + key + ": with a space behind the colon" }

// Mistyped reports whether one of the problems is that a key's value is of another
// type than it must be.
func (ps Problems) Mistyped(key string) bool {
	return slices.ContainsFunc(ps, func(p Problem) bool { return p.Code == "type" && strings.HasPrefix(p.Msg, key+" must be ") })
}

// Meant reports whether one of the problems is an unknown key that most likely
// was meant to be this one, so that it is not missing but misspelt.
func (ps Problems) Meant(key string) bool {
	return slices.ContainsFunc(ps, func(p Problem) bool {
		return p.Code == "unknown-key" && (p.Hint == DidYouMean(key, []string{key}) || p.Hint == missingSpace(key))
	})
}

// keyWith returns the key of a struct whose value, or each entry of it, has a key
// of that name; "" if there is none.
func keyWith(t reflect.Type, key string) string {
	for _, f := range keysOf(t).fields {
		inner := t.FieldByIndex(f.index).Type
		for inner.Kind() == reflect.Slice || inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && slices.ContainsFunc(keysOf(inner).fields, func(g fieldOf) bool { return g.tagged && g.key == key }) {
			return f.key
		}
	}
	return ""
}
