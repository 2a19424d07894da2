// Package migration reads the steps by which the schema of a store grows. How a
// step is taken is the engine's, and so are the files.
package migration

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// Step leads from the schema of the version before to that of Version.
type Step struct {
	Version int // from 1
	Name    string
	SQL     string
}

// Read returns the steps in files, in order: one file a step, named
// migrations/NNNN_name.sql and numbered from 1 without gaps. None is ever edited
// once it is released.
func Read(files fs.FS) ([]Step, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var steps []Step
	for i, file := range names { // Glob sorts
		number, name, _ := strings.Cut(strings.TrimSuffix(file[len("migrations/"):], ".sql"), "_")
		if version, err := strconv.Atoi(number); err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s is not number %d", file, i+1)
		}
		text, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, err
		}
		steps = append(steps, Step{Version: i + 1, Name: name, SQL: string(text)})
	}
	return steps, nil
}
