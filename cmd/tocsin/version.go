package main

import (
	"encoding/json"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"tocsin/store/sqlite"
)

// version is set by the linker for releases.
var version = "devel"

func newVersion(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Version, commit, Go, schema",
		Long:  "Prints the version, the commit it was built from, the version of Go, and of the store's schema.",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			commit, goVersion := buildInfo()
			if asJSON {
				return json.NewEncoder(e.stdout).Encode(map[string]any{
					"version": version, "commit": commit, "go": goVersion, "schema": sqlite.SchemaVersion(),
				})
			}
			_, err := fmt.Fprintf(e.stdout, "tocsin %s\ncommit %s\ngo %s\nschema %d\n", version, commit, goVersion, sqlite.SchemaVersion())
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	return cmd
}

// buildInfo returns the commit that the program was built from, "unknown" when
// the build did not note it, and Go's version.
func buildInfo() (commit, goVersion string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown", "unknown"
	}
	commit = "unknown"
	dirty := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = " with changes"
		}
	}
	return commit + dirty, info.GoVersion
}
