package postgres

import "tocsin/store/migration"

// SchemaVersion returns the number of the newest schema that this tocsin knows,
// to which Open brings a database.
func SchemaVersion() int {
	steps, err := migration.Read(released)
	if err != nil {
		panic(err) // the files are embedded, and tested
	}
	return len(steps)
}
