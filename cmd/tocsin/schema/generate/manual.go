package main

import (
	"fmt"
	"reflect"
	"strings"

	"tocsin/watcher/config"
)

// manualName is the file of the manual, from the folder of the project.
const manualName = "docs/configuration.md"

const manualHead = `# Configuration

<!-- Made from the comments in watcher/config/file.go by: go generate ./cmd/tocsin/schema -->

The configuration is one YAML file: the one that ` + "`--config`" + ` names, else ` + "`./tocsin.yaml`, else `/etc/tocsin/tocsin.yaml`" + `; where there is
none, the feeds and rules that tocsin ships are in use. %s
An unknown key is an error with its place and the nearest right one; ` + "`tocsin check`" + ` says all that is wrong.

Durations are ` + "`90s`, `15m`, `8h`, `30d`" + `; sizes ` + "`16MiB`" + `. ` + "`tocsin init`" + ` writes a file with every key to begin with, and the
schema by which editors complete and explain them. A running daemon takes changes by itself; what stands under ` + "`fetch`" + ` (but for
` + "`min_interval`), `slack`, `retention`, `web` and `log`, and the `store`" + ` itself, count from the next start on.
`

// manual returns the reference of the configuration that people read.
func manual(root string) ([]byte, error) {
	g, err := newGenerator(root)
	if err != nil {
		return nil, err
	}
	file := g.root("tocsin.schema.json", reflect.TypeFor[config.File]())
	var b strings.Builder
	fmt.Fprintf(&b, manualHead, strings.TrimPrefix(file.Description, "This is the configuration file of tocsin. "))
	for _, p := range file.Properties {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", p.key, sentence(p))
		keys(&b, p.key, p.value)
	}
	return []byte(b.String()), nil
}

// keys lists the keys in a block, in the blocks of a list, or in blocks by name.
func keys(b *strings.Builder, path string, n *node) {
	switch more := n.AdditionalProperties.(type) {
	case *node:
		keys(b, path+".NAME", more)
		return
	}
	if n.Items != nil {
		n, path = n.Items, path+"[]"
	}
	if len(n.Properties) > 0 {
		b.WriteString("\n")
	}
	for _, p := range n.Properties {
		fmt.Fprintf(b, "- **`%s.%s`** %s\n", path, p.key, strings.TrimPrefix(p.value.Description, p.key+" "))
	}
}

// sentence is a key's description as a sentence of its own.
func sentence(p property) string {
	return "`" + p.key + "`" + strings.TrimPrefix(p.value.Description, p.key)
}
