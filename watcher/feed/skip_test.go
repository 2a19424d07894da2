package feed

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSkip(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		hours, days []string
		want        Skip
	}{
		{"nothing", nil, nil, Skip{}},
		{"hours, of which 24 is the first", []string{"1", " 23 ", "24"}, nil, Skip{Hours: 1<<1 | 1<<23 | 1}},
		{"days in any case", nil, []string{"Sunday", " saturday"}, Skip{Days: 1<<time.Sunday | 1<<time.Saturday}},
		{"what is no hour and no day", []string{"25", "-1", "noon", ""}, []string{"Sun", "Samstag", ""}, Skip{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, skip(tt.hours, tt.days)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPeriod(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, period, frequency string
		want                    time.Duration
	}{
		{"nothing is said", "", "", 0},
		{"once a day", "daily", "", 24 * time.Hour},
		{"several times a day", "Daily", "4", 6 * time.Hour},
		{"twice an hour", "hourly", "2", 30 * time.Minute},
		{"the hour that much software writes for everybody", "hourly", "1", 0},
		{"the same without a number", "hourly", "", 0},
		{"no frequency at all", "weekly", "often", 7 * 24 * time.Hour},
		{"no period", "sometimes", "3", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := period(tt.period, tt.frequency); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
