package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/seeds"
)

func newInit(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Writes a commented tocsin.yaml, feeds.yaml and the starter rules",
		Long:  `Writes the files that one begins with into DIR, by default this folder. What is there already is left as it is.`,
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
	files := []textFile{{"tocsin.yaml", exampleConfig}, {"feeds.yaml", seeds.Feeds()}}
	themes, err := builtinRules("")
	if err != nil {
		return err
	}
	for _, t := range themes {
		files = append(files, textFile{filepath.Join("rules", strings.TrimPrefix(t.name, "builtin:")+".yaml"), t.data})
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
