package postgres

import (
	"net/url"
	"strings"
	"testing"

	"tocsin/store/postgres/pgtest"
)

func TestWhatIsWrongWithAnAddressIsOneLineWithoutThePassword(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct{ address, want string }{
		"no URL of PostgreSQL": {"mysql://me:s3cret@db.example/news", "opening store: the address is not a PostgreSQL URL such as postgres://user@host/database; signs in a password are written as %XX"},
		"no URL":               {"postgres://me:s3cret%@db.example/news", "opening store: the address is not a PostgreSQL URL such as postgres://user@host/database; signs in a password are written as %XX"},
		"a port that is none":  {"postgres://me:s3cret@db.example:99999/news", "opening store: the PostgreSQL URL is not understood: invalid port"},
		"a setting of the pool that is none": {"postgres://me:s3cret@db.example/news?pool_max_conns=many",
			"opening store: the PostgreSQL URL is not understood: cannot parse pool_max_conns (strconv.ParseInt: parsing \"many\": invalid syntax)"},
		"nobody there": {"postgres://me:s3cret@127.0.0.1:1/news", `opening the store in PostgreSQL database "news" on 127.0.0.1: connecting as "me": ` +
			`127.0.0.1:1 (127.0.0.1): dial error: dial tcp 127.0.0.1:1: connect: connection refused`},
	} {
		db, err := Open(t.Context(), c.address)
		if err == nil {
			db.Close()
			t.Errorf("%s: it opens", what)
			continue
		}
		if err.Error() != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", what, err, c.want)
		}
	}
}

func TestSeveralAddressesAreOneLine(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), "postgres://me:s3cret@127.0.0.1:1,127.0.0.2:1/news")
	if err == nil || strings.ContainsAny(err.Error(), "\n\t") || strings.Contains(err.Error(), "s3cret") ||
		strings.Count(err.Error(), "refused") != 2 {
		t.Errorf("error is %v", err)
	}
}

func TestADatabaseThatCannotBeUsedSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	there := s.Database(t)
	run(t, there, `CREATE USER guest PASSWORD 'another'`)
	run(t, there, `CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0`)
	as := func(address, user, database string) string {
		u, err := url.Parse(address)
		check(t, err)
		u.User = url.UserPassword(user, "s3cret")
		if database != "" {
			u.Path = "/" + database
		}
		return u.String()
	}
	for what, c := range map[string]struct{ address, want string }{
		"a database that is not there": {as(there, "tocsin", "nowhere"), "create it, as with createdb"},
		"a user that is not there":     {as(there, "nobody", ""), `role "nobody" does not exist`},
		"a user that may not":          {as(there, "guest", ""), "must own the schema"},
		"another encoding":             {as(there, "tocsin", "latin"), "the encoding of the database is LATIN1; create one with ENCODING 'UTF8'"},
		"a schema that is not there":   {there + "&search_path=nowhere", "no schema of the search path exists"},
	} {
		db, err := Open(t.Context(), c.address)
		if err == nil {
			db.Close()
			t.Errorf("%s: it opens", what)
			continue
		}
		if text := err.Error(); !strings.Contains(text, c.want) || strings.ContainsAny(text, "\n\t") || strings.Contains(text, "s3cret") {
			t.Errorf("%s: %s", what, text)
		}
	}
}
