package seeds_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/robfig/cron/v3"
	"go.yaml.in/yaml/v4"

	"tocsin/seeds"
)

type feed struct {
	URL, Title, Schedule string
	Tags                 []string
}

func feeds(t *testing.T) []feed {
	t.Helper()
	var out []feed
	if err := yaml.Unmarshal(seeds.Feeds(), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFeedListIsLongEnough(t *testing.T) {
	t.Parallel()
	if n := len(feeds(t)); n < 60 {
		t.Errorf("%d feeds, want 60 at least", n)
	}
}

func TestFeedsHaveAnAddressATitleAndASchedule(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range feeds(t) {
		u, err := url.Parse(f.URL)
		if err != nil || u.Scheme != "https" || u.Host == "" {
			t.Errorf("%q is no https address", f.URL)
		}
		if seen[f.URL] {
			t.Errorf("%s is there twice", f.URL)
		}
		seen[f.URL] = true
		if f.Title == "" {
			t.Errorf("%s has no title", f.URL)
		}
		if _, err := cron.ParseStandard(f.Schedule); err != nil {
			t.Errorf("%s: %v", f.URL, err)
		}
	}
}

func TestFeedsSayWhatTheyAreAndWhere(t *testing.T) {
	t.Parallel()
	kinds := []string{"wire", "trade", "company", "regulator", "analyst", "forum"}
	regions := []string{"us", "eu", "uk", "asia", "world"}
	for _, f := range feeds(t) {
		if len(f.Tags) != 2 || !slices.Contains(kinds, f.Tags[0]) || !slices.Contains(regions, f.Tags[1]) {
			t.Errorf("%s: tags %v, want one of %v and one of %v", f.URL, f.Tags, kinds, regions)
		}
	}
}

func TestFeedTextIsTheCallers(t *testing.T) {
	t.Parallel()
	copied := seeds.Feeds()
	clear(copied)
	if !strings.HasPrefix(string(seeds.Feeds()), "#") {
		t.Error("changing what Feeds returned changed the list")
	}
}
