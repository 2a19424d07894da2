package sqlite

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"tocsin/store"
)

// lockFile is the file beside the store that its one worker process holds
// locked. The lock is the kernel's and ends with the process, however it ends;
// what the file says is for people. It is left in place when it is not held:
// removing it could take it from under another process.
type lockFile struct{ f *os.File }

// acquire locks the file at path, or returns store.ErrInUse with the process
// that has it.
func acquire(path string) (*lockFile, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, inUse(f)
		}
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	l := &lockFile{f: f}
	if err := l.sign(); err != nil {
		l.release()
		return nil, fmt.Errorf("signing %s: %w", path, err)
	}
	return l, nil
}

// sign writes our process into the file.
func (l *lockFile) sign() error {
	if err := l.f.Truncate(0); err != nil {
		return err
	}
	_, err := l.f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return err
}

// release gives the lock up.
func (l *lockFile) release() error {
	// An empty file names nobody, should the next worker be asked for before it
	// has signed. Closing alone would leave the lock to a child that this process
	// is about to start, until the child has become its own program.
	return errors.Join(l.f.Truncate(0), unix.Flock(int(l.f.Fd()), unix.LOCK_UN), l.f.Close())
}

// inUse is ErrInUse with the process that signed the file, if one did yet.
func inUse(f *os.File) error {
	var b [20]byte
	n, _ := f.ReadAt(b[:], 0)
	pid := strings.TrimSpace(string(b[:n]))
	if strings.Trim(pid, "0123456789") != "" || pid == "" {
		return store.ErrInUse
	}
	return fmt.Errorf("%w: process %s", store.ErrInUse, pid)
}
