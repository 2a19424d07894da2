package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"tocsin/store"
	"tocsin/store/postgres"
	"tocsin/store/sqlite"
	"tocsin/watcher/config"
)

// openStore opens a store: a file, or a database.
func openStore(ctx context.Context, name string) (store.Store, error) {
	if postgres.IsURL(name) {
		return postgres.Open(ctx, name)
	}
	return sqlite.Open(ctx, name)
}

// openToRead opens the store for a command that only reads: beside the daemon,
// and without making a store where there is none.
func openToRead(ctx context.Context, c *config.Config) (db store.Store, err error) {
	if postgres.IsURL(c.Store) {
		db, err = postgres.OpenExisting(ctx, c.Store)
	} else {
		db, err = sqlite.OpenExisting(ctx, c.Store)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("there is no store in %s yet: tocsin once or tocsin run makes it", c.StoreName())
	}
	return db, storeTrouble(err)
}
