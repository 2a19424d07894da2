package main

import (
	"database/sql"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestBarePollsAskForAllAndKeepAll(t *testing.T) {
	t.Parallel()
	site, err := serve(3, newNewsroom(time.Now()), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer site.close()
	s := &stage{site: site}
	list, store := filepath.Join(t.TempDir(), "requests"), filepath.Join(t.TempDir(), "bare.db")
	for _, test := range []struct {
		name   string
		status int
		store  string
	}{
		{"nothing has changed", http.StatusNotModified, ""},
		{"all is kept", http.StatusOK, store},
	} {
		site.reset(manner{})
		if err := os.WriteFile(list, s.requests(test.status == http.StatusNotModified), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := barePoll(list, test.store); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if err := site.answered(map[int]int{test.status: 3}); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	db, err := sql.Open("sqlite", "file:"+store)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	want := 0
	for _, f := range site.feeds {
		want += len(f.items)
	}
	var kept int
	if err := db.QueryRow("SELECT count(*) FROM items").Scan(&kept); err != nil || kept != want || want == 0 {
		t.Errorf("%d items of %d were kept: %v", kept, want, err)
	}
}

func TestABarePollThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "requests")
	if err := os.WriteFile(list, []byte("http://127.0.0.1:1/feed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if barePoll(list, "") == nil || barePoll(list+".none", "") == nil {
		t.Error("what cannot be asked is passed over")
	}
}
