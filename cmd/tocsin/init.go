package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/cmd/tocsin/schema"
	"tocsin/seeds"
	"tocsin/watcher/config"
)

func newInit(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Writes a commented tocsin.yaml, feeds.yaml and the starter rules",
		Long: `Writes the files that one begins with into DIR, by default this folder, with the JSON Schemas
for editors beside them. What is there already is left as it is.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("%s takes one folder, not %d", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return e.init(dir)
		},
	}
}

//go:embed tocsin.yaml
var exampleConfig []byte

func (e *env) init(dir string) error {
	themes, err := builtinRules("")
	if err != nil {
		return err
	}
	files := slices.Concat(
		withSchema(schema.Config, textFile{"tocsin.yaml", exampleConfig}),
		withSchema(schema.Feeds, textFile{"feeds.yaml", seeds.Feeds()}),
	)
	for i, t := range themes {
		themes[i].name = strings.TrimPrefix(t.name, config.Builtin) + ".yaml"
	}
	for _, f := range withSchema(schema.Rules, themes...) {
		files = append(files, textFile{filepath.Join("rules", f.name), f.data})
	}
	for _, f := range files {
		f.name = filepath.Join(dir, f.name)
		switch err := writeNew(f); {
		case errors.Is(err, fs.ErrExist):
			e.printf("%s is there already, left as it is", f.name)
		case err != nil:
			return usage("writing %w", err)
		default:
			fmt.Fprintln(e.stdout, f.name)
		}
	}
	e.printf("next: edit %s, then tocsin check and tocsin once", filepath.Join(dir, "tocsin.yaml"))
	return nil
}

// withSchema returns files that name the schema in their first line, as editors
// look for it, and the schema itself.
func withSchema(s schema.File, files ...textFile) []textFile {
	line := "# yaml-language-server: $schema=./" + s.Name + "\n"
	out := make([]textFile, len(files), len(files)+1)
	for i, f := range files {
		out[i] = textFile{f.name, append([]byte(line), f.data...)}
	}
	return append(out, textFile{s.Name, s.Data})
}

// writeNew writes a file that is not there yet, whole or not at all.
func writeNew(f textFile) error {
	if err := os.MkdirAll(filepath.Dir(f.name), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(f.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(f.data)
	if err = errors.Join(err, file.Close()); err != nil {
		os.Remove(f.name)
	}
	return err
}
