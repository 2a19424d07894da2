package sqlite

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"tocsin/store"
)

func TestDamageIsFound(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	db, feed := polledAt(t, path)
	check(t, db.CommitPoll(t.Context(), store.Poll{Holder: "me", Feed: feed, Articles: benchArticles(feed.URL, 0, 500)}, benchJudge))
	var root int64
	check(t, db.readers.QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = 'articles_url'`).Scan(&root))
	check(t, db.Close())

	f, err := os.OpenFile(path, os.O_RDWR, 0)
	check(t, err)
	_, err = f.WriteAt(bytes.Repeat([]byte{0xa5}, 1000), root*8192-1000) // where its entries are
	check(t, err)
	check(t, f.Close())

	e, err := openAt(t, path).Examine(t.Context())
	check(t, err)
	if len(e.Damage) == 0 {
		t.Error("no damage is found")
	}
}

func TestADeadWorkerIsNone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	p := start(t, "hold leases", path)
	p.says(t)
	db := openAt(t, path)
	e, err := db.Examine(t.Context())
	check(t, err)
	if len(e.Workers) != 1 || e.Workers[0].Feeds == 0 {
		t.Errorf("workers are %+v, want the one that holds leases", e.Workers)
	}
	p.kill()
	if e, err = db.Examine(t.Context()); err != nil || len(e.Workers) != 0 {
		t.Errorf("workers are %+v: %v", e.Workers, err)
	}
}
