package sqlite

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"

	"tocsin/store"
)

// frozen are the steps that were released, and what they hold.
var frozen = map[string]string{
	"migrations/0001_first.sql": "afb2f924de0c5ffd4f511b50490f7f56b679eca89c3405a9386d6b1e89fa3210",
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

func TestMigrationsAreNumberedWithoutGaps(t *testing.T) {
	t.Parallel()
	for name, files := range map[string][]string{
		"a gap":            {"0001_a.sql", "0003_b.sql"},
		"one number twice": {"0001_a.sql", "0001_b.sql"},
		"no number":        {"0001_a.sql", "two.sql"},
		"from zero":        {"0000_a.sql"},
	} {
		dir := fstest.MapFS{}
		for _, f := range files {
			dir["migrations/"+f] = &fstest.MapFile{}
		}
		if steps, err := migrations(dir); err == nil {
			t.Errorf("%s: got %v", name, steps)
		}
	}
}

func TestMigratingTwiceIsNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	first := openAt(t, path)
	check(t, first.SyncFeeds(t.Context(), []store.Subscription{{URL: "a"}}))
	before := count(t, first, `PRAGMA data_version`)
	openAt(t, path)
	if after := count(t, first, `PRAGMA data_version`); after != before {
		t.Error("opening a store writes to it")
	}
	if n := count(t, first, `SELECT count(*) FROM ledger`); n != 1 {
		t.Errorf("the ledger has %d entries", n)
	}
}

func TestOpeningAtOnceMigratesOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			db, err := Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := count(t, openAt(t, path), `SELECT count(*) FROM ledger`); n != 1 {
		t.Errorf("the ledger has %d entries", n)
	}
}

func TestAStepIsTakenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	check(t, openAt(t, path).SyncFeeds(t.Context(), []store.Subscription{{URL: "a"}}))
	steps, err := migrations(released)
	check(t, err)
	broken := append(steps, migration{version: 2, name: "broken", sql: `
		CREATE TABLE half (n INTEGER) STRICT;
		INSERT INTO half VALUES ('not a number')`})
	if _, err := open(t.Context(), path, full, broken); err == nil {
		t.Fatal("a step that fails is taken")
	}
	db := openAt(t, path)
	if n := count(t, db, `SELECT count(*) FROM sqlite_schema WHERE name = 'half'`); n != 0 {
		t.Error("half of it was taken")
	}

	mended := append(steps, migration{version: 2, name: "mended", sql: `
		CREATE TABLE half (n INTEGER) STRICT; INSERT INTO half SELECT count(*) FROM feeds`})
	check(t, db.Close())
	db, err = open(t.Context(), path, full, mended)
	check(t, err)
	defer db.Close()
	if n := count(t, db, `SELECT n FROM half`); n != 1 {
		t.Errorf("the step saw %d feeds, want the one that was there", n)
	}
}
