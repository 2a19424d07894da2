// Generate writes the JSON Schemas of the files that people write, and the manual of
// the configuration. It reads the types that the strict decoder fills in, with their
// comments, and the table in limits.go for what the types do not say.
//
//	generate ROOT DIR
//
// ROOT is the folder of the project, DIR where the schemas go; the manual goes into
// docs.
//
// The schemas are of draft-07: it is the one that every version of
// yaml-language-server, and every other editor with schemas, understands in full.
// They are written out without definitions, since draft-07 has no description
// beside a $ref; only a route in a route refers back to the first one.
//
// They are made here and not by a library since what the decoder takes is wider
// than what libraries make of a type: text may look like a number, every key may
// have no value, and a block may be a mere title.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"tocsin/rules"
	"tocsin/watcher/config"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: generate ROOT DIR")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func write(root, dir string) error {
	files, err := generate(root)
	if err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	text, err := manual(root)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, manualName), text, 0o644)
}

func newGenerator(root string) (*generator, error) {
	g := &generator{comments: map[string]string{}, within: map[reflect.Type]string{}, used: map[string]bool{}}
	for _, dir := range []string{"rules", "watcher/config"} {
		if err := readComments(filepath.Join(root, dir), g.comments); err != nil {
			return nil, fmt.Errorf("reading comments: %w", err)
		}
	}
	return g, nil
}

// generate returns the schemas by the names of their files.
func generate(root string) (map[string][]byte, error) {
	g, err := newGenerator(root)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for name, t := range map[string]reflect.Type{
		"rules.schema.json":  reflect.TypeFor[rules.File](),
		"tocsin.schema.json": reflect.TypeFor[config.File](),
		"feeds.schema.json":  reflect.TypeFor[config.FeedList](),
	} {
		var b bytes.Buffer
		if err := encoder(&b, "  ").Encode(g.root(name, t)); err != nil {
			return nil, err
		}
		files[name] = b.Bytes()
	}
	return files, g.complete()
}
