package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/store"
)

const heldFeed = "https://held.example/feed"

// holdLeases claims a feed for an hour and stays.
func holdLeases(ctx context.Context, path string) error {
	db, err := Open(ctx, path)
	if err != nil {
		return err
	}
	if _, err := db.Join(ctx, "the other process"); err != nil {
		return err
	}
	if err := db.SyncFeeds(ctx, []store.Subscription{{URL: heldFeed}}); err != nil {
		return err
	}
	if _, err := db.ClaimDueFeeds(ctx, anHour("the other process")); err != nil {
		return err
	}
	fmt.Println("holding")
	select {}
}

func anHour(holder string) store.Claim {
	return store.Claim{Holder: holder, Now: benchStart, Lease: time.Hour, Limit: 10}
}

func TestOneProcessWorksAtATime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	db := openAt(t, path)
	other := start(t, "hold leases", path)
	other.says(t)

	_, err := db.Join(t.Context(), "me")
	if !errors.Is(err, store.ErrInUse) {
		t.Fatalf("error is %v, want %v", err, store.ErrInUse)
	}
	if want := fmt.Sprintf("process %d", other.Process.Pid); !strings.Contains(err.Error(), want) {
		t.Errorf("error %q does not name %s", err, want)
	}
	if feeds, err := db.Feeds(t.Context()); err != nil || len(feeds) != 1 {
		t.Errorf("who does not work cannot read: %v, %v", feeds, err)
	}

	other.kill()
	leave, err := db.Join(t.Context(), "me")
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	feeds, err := db.ClaimDueFeeds(t.Context(), anHour("me"))
	if err != nil || len(feeds) != 1 {
		t.Errorf("the killed process's lease is not free at once: %v, %v", feeds, err)
	}
}

func TestTwoHandlesOfOneFileContendToo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	a, b := openAt(t, path), openAt(t, path)
	leave, err := a.Join(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Join(t.Context(), "b"); !errors.Is(err, store.ErrInUse) {
		t.Errorf("error is %v, want %v", err, store.ErrInUse)
	}
	if err := leave(); err != nil {
		t.Fatal(err)
	}
	leave, err = b.Join(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	leave()
}

func TestAHolderJoinsOnceAndHasAName(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	leave, err := db.Join(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	for _, holder := range []string{"a", ""} {
		if _, err := db.Join(t.Context(), holder); err == nil {
			t.Errorf("%q joins", holder)
		}
	}
}

func TestClosingGivesTheLockUp(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	a := openAt(t, path)
	leaveA, err := a.Join(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	leaveB, err := openAt(t, path).Join(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	defer leaveB()
	if err := leaveA(); err == nil {
		t.Error("leaving a closed store is no error")
	}
}

// A process that is being started has all that is open here, for a moment.
func TestALockGivenUpIsFreeWhileProcessesAreStarted(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			if err := exec.Command(os.Args[0], "-test.run=^$").Run(); err != nil {
				t.Error(err)
				return
			}
		}
	})
	defer wg.Wait()
	defer close(done)
	path := filepath.Join(t.TempDir(), "lock")
	for range 1000 {
		l, err := acquire(path)
		check(t, err)
		check(t, l.release())
	}
}
