package postgres

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tocsin/store/postgres/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(closing{m}) }

// closing closes the idle stores when all tests have run.
type closing struct{ *testing.M }

func (c closing) Run() int {
	code := c.M.Run()
	close(idle)
	for db := range idle {
		db.Close()
	}
	return code
}

// idle are empty stores that no test uses.
var idle = make(chan *DB, 100)

// openStore opens an empty store that lasts as long as the test. It is one that
// tests before this one have used: making one takes longer than most tests.
func openStore(t testing.TB) *DB {
	t.Helper()
	var db *DB
	select {
	case db = <-idle:
	default:
		var err error
		if db, err = Open(t.Context(), pgtest.Lasting(t)); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		db.callersClock = false
		if db.closed || t.Failed() {
			db.Close()
			return
		}
		if err := clean(db); err != nil {
			t.Fatal(err)
		}
		idle <- db
	})
	return db
}

// clean empties a store once nothing works on it any more: the server may still
// be ending what a cancelled context has left to it.
func clean(db *DB) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for busy := 1; busy > 0; {
		if err := db.direct().one(ctx, `
			SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'`,
		).Scan(&busy); err != nil {
			return err
		}
	}
	return db.write(ctx, "emptying", func(ctx context.Context, tx tx) error {
		for _, table := range []string{"reports", "story_keys", "stories", "verdicts", "matches", "alerts", "articles", "forgotten", "pushes", "feeds", "workers", "tasks", "mutes"} {
			if _, err := tx.exec(ctx, `DELETE FROM `+table); err != nil {
				return err
			}
		}
		return nil
	})
}

// openAt opens the store at a URL until the test ends.
func openAt(t testing.TB, url string) *DB {
	t.Helper()
	db, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
