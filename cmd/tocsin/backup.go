package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"tocsin/store/postgres"
	"tocsin/store/sqlite"
)

func newBackup(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "A consistent copy of the SQLite store while the daemon runs",
		Long: `Copies the store of the configuration to a new file, as it is at one moment; the
daemon goes on meanwhile. The copy appears when it is whole. It is a store itself:
put it in the place of the other one, while nothing runs, to go back to it.

A store in PostgreSQL is copied by pg_dump and restored by pg_restore.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return usage("%s takes one file to write (such as tocsin-backup.db)", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.backup(ctx, args[0])
		},
	}
}

func (e *env) backup(ctx context.Context, to string) error {
	c, problems, err := e.loadConfig()
	if err != nil {
		return err
	}
	if c == nil {
		return e.refuse(problems)
	}
	if postgres.IsURL(c.Store) {
		return usage("the store is a PostgreSQL database, which pg_dump copies while daemons run: pg_dump --format=custom --file=%s %s", to, c.StoreName())
	}
	if _, err := os.Stat(c.Store); errors.Is(err, fs.ErrNotExist) {
		return storeTrouble(noStore(c))
	}
	size, err := sqlite.Backup(ctx, c.Store, to)
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrExist):
		return usage("%s is there already, nothing was touched (name a new file)", to)
	case errors.As(err, &path):
		return usage("writing the copy: %w", err)
	case err != nil:
		return storeTrouble(fmt.Errorf("backing up: %w", err))
	}
	e.printf("%s was copied to %s (%s)", c.StoreName(), to, sizeText(size))
	return nil
}

// sizeText is a number of bytes for people.
func sizeText(bytes int64) string {
	size := float64(bytes) / (1 << 10)
	for _, unit := range []string{"KiB", "MiB"} {
		if size < 1000 {
			return fmt.Sprintf("%.3g %s", size, unit)
		}
		size /= 1 << 10
	}
	return fmt.Sprintf("%.1f GiB", size)
}
