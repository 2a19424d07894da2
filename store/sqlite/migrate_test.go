package sqlite

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tocsin/store"
	"tocsin/store/migration"
)

// frozen are the steps that were released, and what they hold.
var frozen = map[string]string{
	"migrations/0001_first.sql":     "afb2f924de0c5ffd4f511b50490f7f56b679eca89c3405a9386d6b1e89fa3210",
	"migrations/0002_address.sql":   "0a54477110ebfa26b15bc75d604aec3be52a3bc96d14b33dc77ca3128fa54d58",
	"migrations/0003_begun.sql":     "761c8463845648368fe1e49f3f8f3f799e32f9c427c9893c4d0f328661414c23",
	"migrations/0004_manners.sql":   "a4648e9cbfc697ba21f5f133f360813801371ee092c05760fe32e75a13b47f08",
	"migrations/0005_signature.sql": "42e2b7b328e2a4136b8882ace66b3f8dab5e222ff0b69eff098188678a1d8c71",
	"migrations/0006_health.sql":    "a4949d65a2d10022d88309e4cd1ef2bb1f63c1596beb8475a150b48c02663b07",
	"migrations/0007_pushes.sql":    "a6967163e57dcc944ca3161a38aceedf156a5e620d398f3d1ae7bda6d45aaa58",
	"migrations/0008_search.sql":    "4615023005b346c4e9b56a5a5684b4150d9bb26d83bf05cbec71d8b8b47d0077",
	"migrations/0009_tasks.sql":     "303bd72640fd00098cc01d3765ca551c52d453f33df08d600208009ff0173c61",
	"migrations/0010_forgotten.sql": "4c9442b77677a85113315ec1e688fbd2e7dfadbd923f22b617742b2e14790c0f",
	"migrations/0011_messages.sql":  "b7b523b88e1ddc3d842d75c5d93272f5819335b89957ee79fe076c6a50cf7120",
	"migrations/0012_feedback.sql":  "5f558a98f706061261ec8d09b12946a04b4c7a7a80f3bec8d9f3321031eb2963",
	"migrations/0013_merging.sql":   "e80b9bf36ee356df898ed230a8c7c08d0dc9f1f5e9e74a97b1d40f830df13dc8",
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
	if n := count(t, first, `SELECT count(*) FROM ledger`); n != SchemaVersion() {
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
	if n := count(t, openAt(t, path), `SELECT count(*) FROM ledger`); n != SchemaVersion() {
		t.Errorf("the ledger has %d entries", n)
	}
}

func TestAStepIsTakenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	check(t, openAt(t, path).SyncFeeds(t.Context(), []store.Subscription{{URL: "a"}}))
	steps, err := migration.Read(released)
	check(t, err)
	next := len(steps) + 1
	broken := append(steps, migration.Step{Version: next, Name: "broken", SQL: `
		CREATE TABLE half (n INTEGER) STRICT;
		INSERT INTO half VALUES ('not a number')`})
	if _, err := open(t.Context(), path, full, broken); err == nil {
		t.Fatal("a step that fails is taken")
	}
	db := openAt(t, path)
	if n := count(t, db, `SELECT count(*) FROM sqlite_schema WHERE name = 'half'`); n != 0 {
		t.Error("half of it was taken")
	}

	mended := append(steps, migration.Step{Version: next, Name: "mended", SQL: `
		CREATE TABLE half (n INTEGER) STRICT; INSERT INTO half SELECT count(*) FROM feeds`})
	check(t, db.Close())
	db, err = open(t.Context(), path, full, mended)
	check(t, err)
	defer db.Close()
	if n := count(t, db, `SELECT n FROM half`); n != 1 {
		t.Errorf("the step saw %d feeds, want the one that was there", n)
	}
}

// What a store of the first schema holds is there after the later steps.
func TestTheFirstSchemaIsUpgraded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	steps, err := migration.Read(released)
	check(t, err)
	old, err := open(t.Context(), path, full, steps[:1])
	check(t, err)
	check(t, old.Close())
	feed := func(id int, url string, polled, succeeded time.Time) {
		execute(t, path, fmt.Sprintf(`
			INSERT INTO feeds (id, url, subscribed, schedule, location, host, title, etag, last_modified, next_poll,
				polled, succeeded, failures, problem, gone)
			VALUES (%d, '%s', 1, '', '', 'a.example:443', '', '', '', 0, %d, %d, 0, '', 0)`, id, url, micros(polled), micros(succeeded)))
	}
	hour := func(n int) time.Time { return benchStart.Add(time.Duration(n) * time.Hour) }
	feed(1, "https://a.example/with", hour(9), hour(9))
	feed(2, "https://a.example/without", hour(9), hour(8))
	feed(3, "https://a.example/never", hour(9), time.Time{})
	for n := range 2 {
		key := fmt.Sprint(n)
		execute(t, path, fmt.Sprintf(`
			INSERT INTO articles (feed, id, seen, published, updated, language, key, url, title, author, categories, summary, body)
			VALUES (1, '%s', %d, 0, 0, '', '%s', 'https://a.example/page', 'Title', '', '', '', '')`,
			store.ArticleID("https://a.example/with", key), micros(hour(5+n)), key))
	}

	db := openAt(t, path)
	for url, want := range map[string]time.Time{
		"https://a.example/with": hour(5), "https://a.example/without": hour(8), "https://a.example/never": {},
	} {
		f, err := db.Feed(t.Context(), url)
		check(t, err)
		if !f.Begun.Equal(want) || f.Begun.IsZero() != want.IsZero() {
			t.Errorf("%s has begun %v, want %v", url, f.Begun, want)
		}
		if !f.Delivered.Equal(f.Succeeded) || f.Delivered.IsZero() != f.Succeeded.IsZero() || f.Digest != "" || f.TTL != 0 || f.Health != nil {
			t.Errorf("%s was delivered %v: %+v", url, f.Delivered, f)
		}
	}
	found, err := db.ArticlesAt(t.Context(), "https://a.example/page")
	check(t, err)
	if len(found) != 2 {
		t.Errorf("%d articles are found by their address, want 2", len(found))
	}
	for n, more := range []bool{true, true, false} {
		titled, err := db.Search(t.Context(), store.Search{Text: "title", Limit: 9})
		check(t, err)
		if len(titled.Articles) != n {
			t.Errorf("%d articles are found by their words, want %d", len(titled.Articles), n)
		}
		left, err := db.IndexArchive(t.Context(), 1)
		check(t, err)
		if left != more {
			t.Errorf("more is %v after %d", left, n)
		}
	}
}
