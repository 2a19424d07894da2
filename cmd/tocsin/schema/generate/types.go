package main

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"tocsin/rules/yamlfile"
)

// generator makes schemas of types.
type generator struct {
	comments map[string]string       // see readComments
	within   map[reflect.Type]string // where the blocks are that the one at hand is part of
	used     map[string]bool         // entries of limits
	missing  []string                // descriptions
}

// root returns the schema of a file.
func (g *generator) root(name string, t reflect.Type) *node {
	n := g.of(t, "#")
	n.Draft, n.ID = "http://json-schema.org/draft-07/schema#", name
	n.Description = g.describe(t.String(), t.Name(), "This")
	if !slices.Contains(n.Required, "version") {
		nullable(n) // an empty file
	}
	return n
}

// complete returns an error when a limit is for nothing, or a key has no
// description.
func (g *generator) complete() error {
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		if !g.used[name] {
			return fmt.Errorf("limits has %s, which is no type and no key", name)
		}
	}
	if len(g.missing) > 0 {
		return fmt.Errorf("these need a comment that begins with their name: %s", strings.Join(g.missing, ", "))
	}
	return nil
}

// describe returns the comment of a type or a field, with what people call it in
// place of the name it begins with.
func (g *generator) describe(at, name, called string) string {
	text, ok := strings.CutPrefix(g.comments[at], name+" ")
	if !ok {
		g.missing = append(g.missing, at)
	}
	return called + " " + text
}

// of returns what the decoder takes for a type. at is the place in the schema, as
// a $ref names it.
func (g *generator) of(t reflect.Type, at string) *node {
	n := g.shape(t, at)
	g.limit(n, t.String())
	return n
}

func (g *generator) shape(t reflect.Type, at string) *node {
	if scalar, ok := scalars[t.String()]; ok {
		return scalar()
	}
	if first, ok := g.within[t]; ok {
		return &node{Type: kinds{"object"}, AllOf: []*node{{Ref: first}}}
	}
	generic, _, _ := strings.Cut(t.String(), "[")
	_, limited := limits[t.String()]
	switch {
	case generic == "yamlfile.At":
		return g.of(t.Field(0).Type, at) // its Value
	case generic == "yamlfile.Map":
		return g.mapping(t.Elem().Field(1).Type, at) // its entries' Value
	case t.String() == "config.feedEntry":
		return g.of(t.Field(0).Type.Elem(), at) // its feedBlock
	case readsItself(t) && !limited:
		panic(fmt.Sprintf("what does %v read? tell limits or scalars", t))
	}
	switch t.Kind() {
	case reflect.Struct:
		return g.block(t, at)
	case reflect.Slice:
		return &node{Type: kinds{"array"}, Items: g.of(t.Elem(), at+"/items")}
	case reflect.String:
		return text()
	case reflect.Bool:
		return &node{Type: kinds{"boolean"}}
	case reflect.Int:
		return &node{Type: kinds{"integer"}}
	}
	panic(fmt.Sprintf("no schema for %v", t))
}

// mapping is a block with any keys.
func (g *generator) mapping(values reflect.Type, at string) *node {
	v := g.of(values, at+"/additionalProperties")
	nullable(v)
	return &node{Type: kinds{"object"}, AdditionalProperties: v}
}

// block is a struct: its keys and no others. A key that is not required may have
// no value, which counts as not given.
func (g *generator) block(t reflect.Type, at string) *node {
	g.within[t] = at
	defer delete(g.within, t)
	n := &node{Type: kinds{"object"}, AdditionalProperties: false}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		key := f.Tag.Get("yaml")
		p := g.of(f.Type, at+"/properties/"+key)
		p.Description = g.describe(t.String()+"."+f.Name, f.Name, key)
		g.limit(p, t.String()+"."+key)
		n.Properties = append(n.Properties, property{key, p})
	}
	n.Required = required[t.String()]
	for _, p := range n.Properties {
		if !slices.Contains(n.Required, p.key) {
			nullable(p.value)
		}
	}
	return n
}

// limit applies the entry of limits for a type or a key.
func (g *generator) limit(n *node, name string) {
	if narrow, ok := limits[name]; ok {
		narrow(n)
		g.used[name] = true
	}
}

// nullable lets a value be missing behind its key.
func nullable(n *node) {
	n.Type = append(n.Type, "null")
	if n.Enum != nil {
		n.Enum = append(n.Enum, nil)
	}
}

func readsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[yamlfile.Unmarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
