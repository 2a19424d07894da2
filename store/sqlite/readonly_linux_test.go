package sqlite

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestAStoreThatCannotBeWrittenSaysWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		want string // with PATH, and FOLDER above it
	}{
		"no file yet, and a folder that cannot be written": {
			func(t *testing.T, path string) {},
			"opening store: open PATH: permission denied",
		},
		"a store in a folder that cannot be written": {
			func(t *testing.T, path string) { check(t, openAt(t, path).Close()); check(t, os.Chmod(path, 0o644)) },
			"opening store PATH: attempt to write a readonly database (1544); tocsin must be able to write the file and its folder",
		},
		"a store that cannot be read": {
			func(t *testing.T, path string) { check(t, openAt(t, path).Close()); check(t, os.Chmod(path, 0)) },
			"opening store PATH: unable to open database file (14); tocsin must be able to write the file and its folder",
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tocsin.db")
			c.make(t, path)
			check(t, os.Chmod(filepath.Dir(path), 0o555))
			check(t, os.Chmod(filepath.Dir(filepath.Dir(path)), 0o755))
			err := asNobody(t, func() error {
				db, err := Open(t.Context(), path)
				if err == nil {
					db.Close()
				}
				return err
			})
			if err == nil {
				t.Fatal("it is opened")
			}
			if diff := cmp.Diff(places(c.want, path), err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// asNobody runs f without the privileges on files that root has.
func asNobody(t *testing.T, f func() error) error {
	t.Helper()
	done := make(chan error)
	go func() {
		// The thread is not unlocked, and so ends with the goroutine.
		runtime.LockOSThread()
		if os.Getuid() == 0 {
			unix.Setfsuid(65534)
		}
		done <- f()
	}()
	return <-done
}
