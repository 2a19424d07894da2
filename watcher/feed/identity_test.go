package feed

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// keys identifies copies of items and returns their keys by title.
func keys(items ...Item) map[string]string {
	out := map[string]string{}
	for _, it := range identify(slices.Clone(items)) {
		out[it.Title] = it.Key
	}
	return out
}

func TestKeysDoNotDependOnOrder(t *testing.T) {
	t.Parallel()
	items := []Item{
		{ID: "a", Title: "one", Link: "http://paper.example/1"},
		{ID: "a", Title: "two", Link: "http://paper.example/2"},
		{ID: "b", Title: "three", Link: "http://paper.example/3"},
		{ID: "b", Title: "four", Link: "http://paper.example/3"},
		{Link: "http://paper.example/5", Title: "five"},
		{Title: "six"},
	}
	want := keys(items...)
	if len(want) != len(items) {
		t.Fatalf("%d of %d items", len(want), len(items))
	}
	for i := range items {
		turned := slices.Concat(items[i:], items[:i])
		slices.Reverse(turned)
		if d := cmp.Diff(want, keys(turned...)); d != "" {
			t.Errorf("begun at %d: %s", i, d)
		}
	}
}

func TestKeysDoNotDependOnOthers(t *testing.T) {
	t.Parallel()
	alone := keys(Item{ID: "a", Title: "one"})
	among := keys(Item{ID: "b", Title: "two"}, Item{ID: "a", Title: "one"}, Item{Link: "http://paper.example/3", Title: "three"})
	if alone["one"] != among["one"] {
		t.Errorf("%q alone, %q among others", alone["one"], among["one"])
	}
}

func TestKeysOutliveEdits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		before, after Item
	}{
		{"the title of an entry with an ID", Item{ID: "a", Title: "x"}, Item{ID: "a", Title: "y"}},
		{"the link of an entry with an ID", Item{ID: "a", Link: "http://paper.example/1"}, Item{ID: "a", Link: "http://paper.example/2"}},
		{"the title of an entry with a link", Item{Link: "http://paper.example/1", Title: "x"}, Item{Link: "http://paper.example/1", Title: "y"}},
		{"blanks around an ID", Item{ID: "a"}, Item{ID: " a\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before, after := identify([]Item{tt.before})[0].Key, identify([]Item{tt.after})[0].Key
			if before != after {
				t.Errorf("%q became %q", before, after)
			}
		})
	}
}

func TestTwinsAreReadOnce(t *testing.T) {
	t.Parallel()
	twin := Item{ID: "a", Title: "x", Summary: "y"}
	got := identify([]Item{twin, {ID: "b"}, twin})
	if len(got) != 2 || got[0].Key != "a" || got[1].Key != "b" {
		t.Errorf("got %+v", got)
	}
}

func TestLongKeysAreShort(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for i := range 3 {
		id := fmt.Sprintf("%0300d", i)
		key := identify([]Item{{ID: id}})[0].Key
		if len(key) > maxKey || seen[key] {
			t.Errorf("key of %s is %q", id, key)
		}
		seen[key] = true
	}
}
