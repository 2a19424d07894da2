package feed

import (
	"testing"
	"time"
)

func TestSkipNext(t *testing.T) {
	t.Parallel()
	weekend := []string{"Saturday", "Sunday"}
	var all []string
	for d := time.Sunday; d <= time.Saturday; d++ {
		all = append(all, d.String())
	}
	for _, tt := range []struct {
		name        string
		hours, days []string
		from, want  string
	}{
		{"nothing is skipped", nil, nil, "2024-02-09T10:20:00Z", "2024-02-09T10:20:00Z"},
		{"an hour that is not skipped", []string{"11"}, nil, "2024-02-09T10:20:00Z", "2024-02-09T10:20:00Z"},
		{"an hour that is skipped", []string{"10"}, nil, "2024-02-09T10:20:00Z", "2024-02-09T11:00:00Z"},
		{"hours over midnight", []string{"22", "23", "24", "1"}, nil, "2024-02-09T22:00:00Z", "2024-02-10T02:00:00Z"},
		{"hours are those of UTC", []string{"10"}, nil, "2024-02-09T11:20:00+01:00", "2024-02-09T11:00:00Z"},
		{"a weekend", nil, weekend, "2024-02-10T10:20:00Z", "2024-02-12T00:00:00Z"},
		{"a weekend and an hour after it", []string{"0"}, weekend, "2024-02-10T10:20:00Z", "2024-02-12T01:00:00Z"},
		{"all days", nil, all, "2024-02-10T10:20:00Z", "2024-02-10T10:20:00Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			from, err := time.Parse(time.RFC3339, tt.from)
			if err != nil {
				t.Fatal(err)
			}
			if got := skip(tt.hours, tt.days).Next(from).UTC().Format(time.RFC3339); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
