package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"tocsin/store/sqlite"
)

// version is set by the linker for releases.
var version = "devel"

func newVersion(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Version, commit, Go, schema",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			commit, goVersion := buildInfo()
			_, err := fmt.Fprintf(e.stdout, "tocsin %s\ncommit %s\ngo %s\nschema %d\n", version, commit, goVersion, sqlite.SchemaVersion())
			return err
		},
	}
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
