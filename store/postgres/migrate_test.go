package postgres

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
	"tocsin/store/migration"
	"tocsin/store/postgres/pgtest"
)

// frozen are the steps that were released, and what they hold.
var frozen = map[string]string{
	"migrations/0001_first.sql":     "44aecd846e10bb8e50242aa5ab3088ebf6d40b2cffbaeb3920698daebb8d45a8",
	"migrations/0002_search.sql":    "4daf70e15c905dc35df07dc79c18544e657b19f853345e31787f7dd2eb33ba71",
	"migrations/0003_tasks.sql":     "7e1c9f0dde542e1b465d4cb8042dbe4410b5234c4c0dafdf0e687a21ca7d975f",
	"migrations/0004_forgotten.sql": "4b337b9d1d477a6310a6a27e8bf23079b4e5b6e506c04f809297d6d6dc697f73",
	"migrations/0005_pushes.sql":    "9cfdd1bd572b38225e593cd8fd970fb96ec7318a20873d12c5e8b7c648794785",
	"migrations/0006_messages.sql":  "0f1a3842fbc9a86531decb6289396cfa41b8945019c6f866a2678fbc128e89e1",
	"migrations/0007_feedback.sql":  "0ece25f254c7b4da52366a3d2744b65308c51388baceabe4ae4c7f43d6a20725",
}

func TestReleasedMigrationsAreNotEdited(t *testing.T) {
	t.Parallel()
	for file, want := range frozen {
		text, err := released.ReadFile(file)
		check(t, err)
		if got := fmt.Sprintf("%x", sha256.Sum256(text)); got != want {
			t.Errorf("%s was edited: stores that have it would differ from new ones; write a new step\ngot  %s\nwant %s", file, got, want)
		}
	}
}

func TestOpeningAtOnceMigratesOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			db, err := Open(t.Context(), url)
			if err != nil {
				t.Error(err)
				return
			}
			db.Close()
		})
	}
	wg.Wait()
	if n := count(t, openAt(t, url), `SELECT count(*) FROM ledger`); n != SchemaVersion() {
		t.Errorf("the ledger has %d entries", n)
	}
}

func TestAStepIsTakenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	check(t, openAt(t, url).SyncFeeds(t.Context(), []store.Subscription{{URL: "a"}}))
	steps, err := migration.Read(released)
	check(t, err)
	next := len(steps) + 1
	step := func(sql string) []migration.Step {
		return append(steps[:len(steps):len(steps)], migration.Step{Version: next, Name: "next", SQL: sql})
	}
	if _, err := openWith(t.Context(), url, true, step(`CREATE TABLE half (n integer); INSERT INTO half VALUES ('none')`)); err == nil {
		t.Fatal("a step that fails is taken")
	}
	db := openAt(t, url)
	if n := count(t, db, `SELECT count(*) FROM pg_tables WHERE tablename = 'half'`); n != 0 {
		t.Error("half of it was taken")
	}
	mended, err := openWith(t.Context(), url, true, step(`CREATE TABLE half (n integer); INSERT INTO half SELECT count(*) FROM feeds`))
	check(t, err)
	defer mended.Close()
	if n := count(t, mended, `SELECT n FROM half`); n != 1 {
		t.Errorf("the step saw %d feeds, want the one that was there", n)
	}
	// The older program is refused from now on, whose store stays as it is.
	if _, err := Open(t.Context(), url); !errors.Is(err, store.ErrNewerSchema) {
		t.Errorf("error is %v, want ErrNewerSchema", err)
	}
	check(t, db.SyncFeeds(t.Context(), nil))
}

func TestWhoOnlyReadsMakesNothing(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	if _, err := OpenExisting(t.Context(), url); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error is %v, want fs.ErrNotExist", err)
	}
	openAt(t, url)
	db, err := OpenExisting(t.Context(), url)
	check(t, err)
	db.Close()
}

func TestADatabaseWithOtherTablesIsLeftAlone(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	run(t, url, `CREATE TABLE customers (n integer); CREATE SCHEMA news`)
	if _, err := Open(t.Context(), url); !errors.Is(err, errForeign) {
		t.Errorf("error is %v", err)
	}
	// A schema of its own is fine, and is another store than the next one.
	db := openAt(t, url+"&search_path=news")
	check(t, db.SyncFeeds(t.Context(), []store.Subscription{{URL: "a"}}))
	if n := count(t, db, `SELECT count(*) FROM news.feeds`); n != 1 {
		t.Errorf("%d feeds are in the schema", n)
	}
}

// run runs statements in a database.
func run(t testing.TB, url, statements string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	check(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), statements)
	check(t, err)
}

// count returns the one number of a query.
func count(t testing.TB, db *DB, query string, args ...any) (n int) {
	t.Helper()
	check(t, db.direct().one(t.Context(), query, args...).Scan(&n))
	return n
}
