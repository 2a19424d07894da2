package newsroom_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/seeds/newsroom"
)

func TestDemoIsADozenFeedsInAllFormats(t *testing.T) {
	t.Parallel()
	feeds := newsroom.Demo()
	if len(feeds) != 12 {
		t.Errorf("%d feeds, want 12", len(feeds))
	}
	formats, names := map[newsroom.Format]int{}, map[string]bool{}
	for _, f := range feeds {
		formats[f.Format]++
		if names[f.Name] {
			t.Errorf("the name %q is there twice", f.Name)
		}
		names[f.Name] = true
		if len(f.Published(start, start)) == 0 {
			t.Errorf("%s is empty at the start", f.Name)
		}
	}
	for _, format := range []newsroom.Format{newsroom.RSS, newsroom.Atom, newsroom.JSON} {
		if formats[format] < 3 {
			t.Errorf("%d feeds are %s, want 3 at least", formats[format], format)
		}
	}
}

func TestDemoArticlesAreUniqueAndTitled(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range newsroom.Demo() {
		for _, a := range f.Articles {
			if seen[a.ID] {
				t.Errorf("the ID %q is there twice", a.ID)
			}
			seen[a.ID] = true
			if a.ID == "" || a.Title == "" {
				t.Errorf("article without ID or title: %+v", a)
			}
		}
	}
}

func TestDemoHasNewsAllTheTime(t *testing.T) {
	t.Parallel()
	var times []time.Duration
	for _, f := range newsroom.Demo() {
		for _, a := range f.Articles {
			if a.After >= 0 {
				times = append(times, a.After)
			}
		}
	}
	slices.Sort(times)
	last := time.Duration(0)
	for _, next := range append(times, time.Minute) {
		if next-last > 5*time.Second {
			t.Errorf("nothing new between %v and %v", last, next)
		}
		last = next
	}
}

func TestDemoTellsEventsTwice(t *testing.T) {
	t.Parallel()
	feeds := map[string]int{}
	for _, f := range newsroom.Demo() {
		for _, a := range f.Articles {
			feeds[a.Title]++
		}
	}
	twice := 0
	for _, n := range feeds {
		if n == 2 {
			twice++
		}
	}
	if twice != 2 {
		t.Errorf("%d headlines are in two feeds, want 2", twice)
	}
}

func TestDemoCarriesMarkupInTitles(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, f := range newsroom.Demo() {
		for _, a := range f.Articles {
			all.WriteString(a.Title + "\n")
		}
	}
	for _, want := range []string{"&amp;", "<!channel>", "<b>"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no title has %q", want)
		}
	}
}
