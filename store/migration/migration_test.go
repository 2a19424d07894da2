package migration

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestStepsAreReadInOrder(t *testing.T) {
	t.Parallel()
	steps, err := Read(fstest.MapFS{
		"migrations/0002_more.sql":  {Data: []byte("two")},
		"migrations/0001_first.sql": {Data: []byte("one")},
		"migrations/README":         {Data: []byte("no step")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []Step{{1, "first", "one"}, {2, "more", "two"}}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Error(diff)
	}
}

func TestStepsAreNumberedWithoutGaps(t *testing.T) {
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
		if steps, err := Read(dir); err == nil {
			t.Errorf("%s: got %v", name, steps)
		}
	}
}
