package main

import (
	"github.com/spf13/cobra"

	"tocsin/cmd/tocsin/schema"
	"tocsin/rules/yamlfile"
)

// schemas are the JSON Schemas by what people call them.
var schemas = []struct {
	word string
	file schema.File
}{
	{"rules", schema.Rules},
	{"config", schema.Config},
	{"feeds", schema.Feeds},
}

func newSchema(e *env) *cobra.Command {
	var words []string
	for _, s := range schemas {
		words = append(words, s.word)
	}
	all := yamlfile.OneOf(words, "or")
	return &cobra.Command{
		Use:   "schema rules|config|feeds",
		Short: "JSON Schema for editors",
		Long: `Prints the JSON Schema of rule files, of the configuration or of feed lists. Editors that
know YAML complete keys with it, show what they mean, and underline mistakes; the first
line of a file says where its schema is:

  # yaml-language-server: $schema=./` + schema.Rules.Name + `

tocsin init writes the schemas beside the files that it writes. After an update of tocsin:

  tocsin schema rules > rules/` + schema.Rules.Name,
		ValidArgs: words,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("%s takes one word: %s", cmd.CommandPath(), all)
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			for _, s := range schemas {
				if s.word == args[0] {
					_, err := e.stdout.Write(s.file.Data)
					return err
				}
			}
			hint := yamlfile.DidYouMean(args[0], words)
			if hint == "" {
				hint = "there are " + yamlfile.OneOf(words, "and")
			}
			return usage("there is no schema %q (%s)", args[0], hint)
		},
	}
}
