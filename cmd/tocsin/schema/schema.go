// Package schema holds the JSON Schemas of the files that people write, for
// editors: completion, descriptions on hover, and mistakes underlined while they
// are typed.
//
// A schema sees one file and its shape. What queries mean, what several files say
// together, and what is in the files that a configuration names is for tocsin
// check, which sees all that a schema does besides.
package schema

import _ "embed"

// The schemas are made of the types that the files are read into, and of their
// comments.
//go:generate go run ./generate ../../.. .

// File is a schema, and what YAML files that stand beside it call it.
type File struct {
	Name string
	Data []byte
}

// The schemas of rule files, of the configuration, and of feed lists in YAML.
var (
	Rules  = File{"rules.schema.json", rules}
	Config = File{"tocsin.schema.json", config}
	Feeds  = File{"feeds.schema.json", feeds}
)

var (
	//go:embed rules.schema.json
	rules []byte
	//go:embed tocsin.schema.json
	config []byte
	//go:embed feeds.schema.json
	feeds []byte
)
