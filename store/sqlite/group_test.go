package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"

	"tocsin/store"
)

// inTurn queues writes behind each other, lets them run, and returns their errors
// when all have ended.
func inTurn(t *testing.T, db *DB, writes ...func(tx *tx) error) []error {
	t.Helper()
	errs := make([]error, len(writes))
	check(t, db.writer.take(t.Context()))
	var running sync.WaitGroup
	for i, write := range writes {
		running.Go(func() { errs[i] = db.write(t.Context(), "testing", write) })
		synctest.Wait() // until it waits for its turn
	}
	db.writer.give()
	running.Wait()
	return errs
}

// entry is a write of one row, which fails with err after it.
func entry(t *testing.T, n int, err error) func(tx *tx) error {
	return func(tx *tx) error {
		if _, err := tx.exec(t.Context(), `INSERT INTO ledger (version, name) VALUES (?, '')`, n); err != nil {
			return err
		}
		return err
	}
}

const countEntries = `SELECT count(*) FROM ledger WHERE version > 1000`

func TestWritesThatWaitShareACommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := openStore(t)
		sizes := make(chan int, 1)
		for _, err := range inTurn(t, db, entry(t, 1001, nil), entry(t, 1002, nil), func(tx *tx) error {
			sizes <- tx.group.size
			return nil
		}) {
			check(t, err)
		}
		if n := <-sizes; n != 2 {
			t.Errorf("the third write found %d in its group, want 2", n)
		}
		if n := count(t, db, countEntries); n != 2 {
			t.Errorf("%d rows are kept", n)
		}
	})
}

func TestAWriteThatFailsIsUndoneAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := openStore(t)
		broken := errors.New("broken")
		errs := inTurn(t, db, entry(t, 1001, nil), entry(t, 1002, broken), entry(t, 1003, nil), entry(t, 1003, nil), entry(t, 1004, context.Canceled), entry(t, 1005, nil))
		for i, want := range []error{nil, broken, nil, errs[3], context.Canceled, nil} {
			if !errors.Is(errs[i], want) {
				t.Errorf("write %d: %v, want %v", i+1, errs[i], want)
			}
		}
		if errs[3] == nil {
			t.Error("one row was kept twice")
		}
		if n := count(t, db, countEntries); n != 3 {
			t.Errorf("%d rows are kept, want 3", n)
		}
	})
}

func TestAGroupOfWhichSQLiteKeepsNothingSaysSoToAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := openStore(t)
		broken := errors.New("broken")
		errs := inTurn(t, db, entry(t, 1001, nil), func(tx *tx) error {
			// As SQLite does after some errors.
			_, err := tx.exec(t.Context(), `ROLLBACK`)
			return errors.Join(err, broken)
		}, entry(t, 1003, nil))
		if !errors.Is(errs[0], errGroupLost) || !errors.Is(errs[1], broken) || errs[2] != nil {
			t.Errorf("errors are %v", errs)
		}
		if n := count(t, db, countEntries); n != 1 {
			t.Errorf("%d rows are kept, want that of the write after it", n)
		}
	})
}

func TestManyWritesAtOnceAreAllKept(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	const writers, each = 20, 10
	var running sync.WaitGroup
	for i := range writers {
		running.Go(func() {
			for j := range each {
				n := 1001 + i*each + j
				if err := db.write(t.Context(), "testing", entry(t, n, nil)); err != nil {
					t.Error(err)
				}
				if kept := count(t, db, countEntries+` AND version = `+strconv.Itoa(n)); kept != 1 {
					t.Errorf("row %d is not there after its commit", n)
				}
			}
		})
	}
	running.Wait()
	if n := count(t, db, countEntries); n != writers*each {
		t.Errorf("%d rows are kept", n)
	}
	if db.writer.group != nil {
		t.Error("a transaction is left open")
	}
}

func TestAGroupsWordsAreFoundAsFarAsTheyAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := openStore(t)
		const feed = "https://words.example/feed"
		check(t, db.SyncFeeds(t.Context(), []store.Subscription{{URL: feed}}))
		keep := func(n int, failing error) func(tx *tx) error {
			return func(tx *tx) error {
				for i := range 2 {
					a := benchArticles(feed, 10*n+i, 1)[0]
					a.Title = fmt.Sprintf("common own%d", n)
					if _, err := tx.keepArticle(t.Context(), 1, &a); err != nil {
						return err
					}
				}
				return failing
			}
		}
		broken := errors.New("broken")
		inTurn(t, db, keep(1, nil), keep(2, broken), keep(3, nil), keep(4, broken), keep(5, nil))
		inTurn(t, db, keep(6, broken), keep(7, nil))
		for text, want := range map[string]int{"common": 8, "own1": 2, "own2": 0, "own3": 2, "own4": 0, "own5": 2, "own6": 0, "own7": 2} {
			found, err := db.Search(t.Context(), store.Search{Text: text, Limit: 99})
			check(t, err)
			if len(found.Articles) != want {
				t.Errorf("%d articles are found by %q, want %d", len(found.Articles), text, want)
			}
		}
		if kept := count(t, db, `SELECT count(*) FROM articles`); kept != 8 {
			t.Errorf("%d articles are kept, want 8", kept)
		}
	})
}
