package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/store"
	"tocsin/store/migration"
)

// A copy that is made while polls are committed has whole polls.
func TestABackupIsOfOneMoment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "tocsin.db")
	p := start(t, "commit polls", path)
	for n := range 3 {
		for range 5 {
			p.says(t)
		}
		to := filepath.Join(dir, "backup.db")
		size, err := Backup(t.Context(), path, to)
		check(t, err)
		info, err := os.Stat(to)
		check(t, err)
		if info.Mode().Perm() != 0o600 || info.Size() != size {
			t.Errorf("the copy is %v of %d bytes, want %d", info.Mode(), info.Size(), size)
		}
		db, err := Open(t.Context(), to)
		check(t, err)
		feeds, err := db.Feeds(t.Context())
		check(t, err)
		if feeds[0].Failures < 5*(n+1)-1 {
			t.Errorf("the copy has %d polls", feeds[0].Failures)
		}
		wholePolls(t, db, feeds[0].Failures)
		found, err := db.Search(t.Context(), store.Search{Text: "article", Limit: 10})
		check(t, err)
		if len(found.Articles) != 10 {
			t.Errorf("%d articles are found in the copy", len(found.Articles))
		}
		check(t, db.Close())
		check(t, os.Remove(to))
	}
}

func TestABackupReplacesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, to := filepath.Join(dir, "tocsin.db"), filepath.Join(dir, "backup.db")
	openAt(t, path)
	check(t, os.WriteFile(to, []byte("precious"), 0o644))
	if _, err := Backup(t.Context(), path, to); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error is %v", err)
	}
	if data, err := os.ReadFile(to); string(data) != "precious" {
		t.Errorf("the file holds %q: %v", data, err)
	}
}

func TestABackupThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		make func(t *testing.T, path string)
		want string
	}{
		"no store":      {func(*testing.T, string) {}, "no such file"},
		"an empty file": {func(t *testing.T, path string) { check(t, os.WriteFile(path, nil, 0o600)) }, "there is nothing in it"},
		"something else": {func(t *testing.T, path string) {
			check(t, os.WriteFile(path, []byte(strings.Repeat("no store", 1000)), 0o600))
		}, "not a database"},
		"a store that is damaged": {func(t *testing.T, path string) {
			db, err := Open(t.Context(), path)
			check(t, err)
			check(t, db.SyncFeeds(t.Context(), []store.Subscription{{URL: "a"}}))
			check(t, db.Close())
			info, err := os.Stat(path)
			check(t, err)
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			check(t, err)
			_, err = f.WriteAt([]byte(strings.Repeat("damage", int(info.Size()/8))), info.Size()/8)
			check(t, err)
			check(t, f.Close())
		}, "malformed"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "tocsin.db")
			c.make(t, path)
			if _, err := Backup(t.Context(), path, filepath.Join(dir, "backup.db")); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want one that says %q", err, c.want)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*backup*")); len(left) > 0 {
				t.Errorf("it left %v", left)
			}
		})
	}
}

func TestABackupDoesNotMigrate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, to := filepath.Join(dir, "tocsin.db"), filepath.Join(dir, "backup.db")
	steps, err := migration.Read(released)
	check(t, err)
	old, err := open(t.Context(), path, full, steps[:1])
	check(t, err)
	check(t, old.Close())
	_, err = Backup(t.Context(), path, to)
	check(t, err)
	for _, name := range []string{path, to} {
		db, err := open(t.Context(), name, full, steps[:1])
		check(t, err)
		if version, err := schema(t.Context(), db.readers.DB); version != 1 {
			t.Errorf("%s has schema %d: %v", name, version, err)
		}
		check(t, db.Close())
	}
}

func TestABackupEndsWithItsContext(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "tocsin.db")
	openAt(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Backup(ctx, path, filepath.Join(dir, "backup.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}
