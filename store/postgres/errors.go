package postgres

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Codes of errors, as the manual of PostgreSQL has them in its Appendix A.
const (
	serializationFailure  = "40001"
	deadlockDetected      = "40P01"
	diskFull              = "53100"
	tooManyConnections    = "53300"
	readOnlyTransaction   = "25006"
	insufficientPrivilege = "42501"
	undefinedDatabase     = "3D000"
	invalidPassword       = "28P01"
	invalidAuthorization  = "28000"
)

// code is the kind of an error of the server; "" for other errors.
func code(err error) string {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return ""
	}
	return e.Code
}

// inTheWay reports whether a transaction was ended because others got into its
// way, and nothing else is wrong with it.
func inTheWay(err error) bool {
	c := code(err)
	return c == serializationFailure || c == deadlockDetected
}

// hints say what to do about the errors that people meet.
var hints = map[string]string{
	diskFull:              "nothing of this was kept, free some space on the server",
	tooManyConnections:    "raise max_connections of the server, or lower pool_max_conns in the store's URL",
	readOnlyTransaction:   "tocsin needs a server that takes writes, not a standby",
	insufficientPrivilege: "tocsin's user must own the schema, or be allowed to create tables in it",
	undefinedDatabase:     "create it, as with createdb",
	invalidPassword:       "the password comes from the store's URL, PGPASSWORD or ~/.pgpass",
	invalidAuthorization:  "see pg_hba.conf on the server",
}

// line is an error whose text is in one line.
type line struct {
	text string
	err  error
}

func (l line) Error() string { return l.text }
func (l line) Unwrap() error { return l.err }

// explain puts an error into one line, with what to do about it.
func explain(err error) error {
	text := err.Error()
	var unreached *pgconn.ConnectError
	if errors.As(err, &unreached) {
		text = "connecting as " + strconv.Quote(unreached.Config.User) + ": " + oneLine(unreached.Unwrap().Error())
	}
	if hint := hints[code(err)]; hint != "" {
		text += "; " + hint
	}
	if text = oneLine(text); text == err.Error() {
		return err
	}
	return line{text, err}
}

// oneLine is a text without line breaks. The driver lists attempts to connect on
// a line each, with and without TLS.
func oneLine(text string) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' })
	return strings.Join(slices.Compact(lines), "; ")
}
