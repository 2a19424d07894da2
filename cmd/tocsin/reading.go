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

// openExisting opens a store that is there, beside the daemon; where there is none,
// the error is fs.ErrNotExist.
func openExisting(ctx context.Context, name string) (store.Store, error) {
	if postgres.IsURL(name) {
		return postgres.OpenExisting(ctx, name)
	}
	return sqlite.OpenExisting(ctx, name)
}

// openToRead opens the store for a command that only reads and that needs one.
func openToRead(ctx context.Context, c *config.Config) (store.Store, error) {
	db, err := openExisting(ctx, c.Store)
	if errors.Is(err, fs.ErrNotExist) {
		err = noStore(c)
	}
	return db, storeTrouble(err)
}

// noStore is the error of a store that is not there.
func noStore(c *config.Config) error {
	return fmt.Errorf("there is no store in %s yet: tocsin once or tocsin run makes it", c.StoreName())
}
