package sqlite

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/store"
)

func TestOpeningWhatIsNoStoreSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		want string // with PATH, FOLDER above it, and KNOWN for the newest schema
	}{
		"a folder": {
			func(t *testing.T, path string) { check(t, os.Mkdir(path, 0o700)) },
			"opening store: PATH is not a file",
		},
		"a file in a folder that is not there": {
			func(t *testing.T, path string) { check(t, os.Remove(filepath.Dir(path))) },
			"opening store: open PATH: no such file or directory",
		},
		"a link to nothing": {
			func(t *testing.T, path string) { check(t, os.Symlink("nothing", path)) },
			"opening store: lstat FOLDER/nothing: no such file or directory",
		},
		"a text": {
			func(t *testing.T, path string) {
				check(t, os.WriteFile(path, []byte(strings.Repeat("some text\n", 1000)), 0o600))
			},
			"opening store PATH: file is not a database (26); name another file, or restore this one from a backup",
		},
		"a store whose tables were overwritten": {
			func(t *testing.T, path string) {
				db := openAt(t, path)
				check(t, db.Close())
				f, err := os.OpenFile(path, os.O_RDWR, 0)
				check(t, err)
				defer f.Close()
				_, err = f.WriteAt(make([]byte, 4000), 100)
				check(t, err)
			},
			"opening store PATH: database disk image is malformed (11); restore it from a backup, or move it away to begin anew",
		},
		"a database of another program": {
			func(t *testing.T, path string) { execute(t, path, `CREATE TABLE contacts (name TEXT)`) },
			"opening store PATH: this is a database, but not a tocsin store; name another file",
		},
		"a store of a newer tocsin": {
			func(t *testing.T, path string) {
				check(t, openAt(t, path).Close())
				execute(t, path, `INSERT INTO ledger (version, name) VALUES (99, 'future')`)
			},
			"opening store PATH: its schema is 99, this tocsin knows up to KNOWN: store was written by a newer tocsin",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "folder", "tocsin.db")
			check(t, os.Mkdir(filepath.Dir(path), 0o700))
			c.make(t, path)
			before, _ := os.ReadFile(path)

			db, err := Open(t.Context(), path)
			if err == nil {
				db.Close()
				t.Fatal("it is opened")
			}
			if diff := cmp.Diff(places(c.want, path), err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestAReaderMakesNoStore(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	if _, err := OpenExisting(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error is %v, want %v", err, fs.ErrNotExist)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a file: %v", err)
	}
	check(t, openAt(t, path).Close())
	db, err := OpenExisting(t.Context(), path)
	check(t, err)
	check(t, db.Close())
}

func TestANewerSchemaIsTold(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	check(t, openAt(t, path).Close())
	execute(t, path, `INSERT INTO ledger (version, name) VALUES (99, 'future')`)
	if _, err := Open(t.Context(), path); !errors.Is(err, store.ErrNewerSchema) {
		t.Errorf("error is %v, want %v", err, store.ErrNewerSchema)
	}
}

func TestOddPathsAreOpened(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"with space.db", "a?b#c%20d&_pragma=x.db", "ünï.db", ":memory:", "file:x.db"} {
		path := filepath.Join(t.TempDir(), name)
		check(t, openAt(t, path).SyncFeeds(t.Context(), []store.Subscription{{URL: "a"}}))
		info, err := os.Stat(path)
		if err != nil || info.Size() == 0 {
			t.Errorf("%s: the store is not there: %v", name, err)
		}
	}
}

func TestTheFileIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	leave, err := db.Join(t.Context(), "me")
	check(t, err)
	defer leave()
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(db.path + suffix)
		check(t, err)
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("tocsin.db%s has mode %o", suffix, mode)
		}
	}
}

func TestALinkIsTheStoreThatItLeadsTo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	leave, err := openAt(t, path).Join(t.Context(), "a")
	check(t, err)
	defer leave()
	link := filepath.Join(t.TempDir(), "link.db")
	check(t, os.Symlink(path, link))
	if _, err := openAt(t, link).Join(t.Context(), "b"); !errors.Is(err, store.ErrInUse) {
		t.Errorf("error is %v, want %v", err, store.ErrInUse)
	}
}

func TestTheConnectionsAreSetUp(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	check(t, db.write(t.Context(), "testing", func(tx *tx) error {
		for pragma, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "auto_vacuum": "2", "page_size": "8192",
		} {
			var got string
			if err := tx.query(t.Context(), func(row scanner) error { return row.Scan(&got) }, `PRAGMA `+pragma); err != nil {
				return err
			}
			if got != want {
				t.Errorf("%s is %s, want %s", pragma, got, want)
			}
		}
		return nil
	}))
	if _, err := db.readers.ExecContext(t.Context(), `DELETE FROM feeds`); err == nil {
		t.Error("readers can write")
	}
}

// places fills the names of a store's file and folder in, and the newest
// schema's number.
func places(text, path string) string {
	return strings.NewReplacer("PATH", path, "FOLDER", filepath.Dir(path), "KNOWN", strconv.Itoa(SchemaVersion())).Replace(text)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// execute runs a statement on a file as another program would.
func execute(t *testing.T, path, statement string) {
	t.Helper()
	other, err := sql.Open("sqlite", path)
	check(t, err)
	defer other.Close()
	_, err = other.ExecContext(t.Context(), statement)
	check(t, err)
}

func TestAStoreThatGaveItsMemoryBackWorksAsBefore(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	for range 2 {
		check(t, db.SyncFeeds(t.Context(), []store.Subscription{{URL: "a"}}))
		_, _, err := db.NextDue(t.Context())
		check(t, err)
		check(t, db.GiveBack(t.Context()))
		if n := db.readers.Stats().OpenConnections; n != 0 {
			t.Errorf("%d readers are left", n)
		}
	}
	check(t, db.Close())
	if err := db.GiveBack(t.Context()); !errors.Is(err, errClosed) {
		t.Errorf("error is %v, want %v", err, errClosed)
	}
}
