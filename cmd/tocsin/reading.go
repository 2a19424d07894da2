package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"tocsin/store/sqlite"
)

// openToRead opens the store for a command that only reads: beside the daemon,
// and without making a store where there is none.
func openToRead(ctx context.Context, path string) (*sqlite.DB, error) {
	db, err := sqlite.OpenExisting(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("there is no store in %s yet: tocsin once or tocsin run makes it", path)
	}
	return db, storeTrouble(err)
}
