package main

import (
	"bytes"
	"encoding/json"
	"io"
)

// node is a JSON Schema as far as it is needed here, in the order in which it is
// written.
type node struct {
	Draft                string     `json:"$schema,omitempty"`
	ID                   string     `json:"$id,omitempty"`
	Ref                  string     `json:"$ref,omitempty"`
	Description          string     `json:"description,omitempty"`
	Type                 kinds      `json:"type,omitempty"`
	Const                any        `json:"const,omitempty"`
	Enum                 []any      `json:"enum,omitempty"`
	Pattern              string     `json:"pattern,omitempty"`
	PatternErrorMessage  string     `json:"patternErrorMessage,omitempty"` // no standard, but shown by editors that know it
	ErrorMessage         string     `json:"errorMessage,omitempty"`        // likewise
	Format               string     `json:"format,omitempty"`
	MinLength            int        `json:"minLength,omitempty"`
	Minimum              *int       `json:"minimum,omitempty"`
	Maximum              *int       `json:"maximum,omitempty"`
	MinItems             int        `json:"minItems,omitempty"`
	Items                *node      `json:"items,omitempty"`
	Required             []string   `json:"required,omitempty"`
	PropertyNames        *node      `json:"propertyNames,omitempty"`
	Properties           properties `json:"properties,omitempty"`
	AdditionalProperties any        `json:"additionalProperties,omitempty"` // false, or a *node
	Not                  *node      `json:"not,omitempty"`
	AllOf                []*node    `json:"allOf,omitempty"`
	AnyOf                []*node    `json:"anyOf,omitempty"`
	If                   *node      `json:"if,omitempty"`
	Then                 *node      `json:"then,omitempty"`
}

// kinds are the types that a value may have.
type kinds []string

// MarshalJSON writes a single type as a mere word, as it is usual.
func (k kinds) MarshalJSON() ([]byte, error) {
	if len(k) == 1 {
		return json.Marshal(k[0])
	}
	return json.Marshal([]string(k))
}

// properties are the keys of a block in the order of their fields, which is the
// order in which editors offer them.
type properties []property

type property struct {
	key   string
	value *node
}

// MarshalJSON writes the keys in their order.
func (p properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, x := range p {
		b.WriteByte("{,"[min(i, 1)])
		if err := encoder(&b, "").Encode(x.key); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := encoder(&b, "").Encode(x.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// encoder writes JSON for people to read: < and & stay what they are.
func encoder(w io.Writer, indent string) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	return e
}
