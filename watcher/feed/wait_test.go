package feed

import (
	"net/http"
	"testing"
	"time"
)

func TestNotBefore(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		header []string
		want   time.Duration // after now; 0 for no wish
	}{
		{"no header", nil, 0},
		{"max-age", []string{"Cache-Control", "public, Max-Age=600"}, 10 * time.Minute},
		{"max-age in quotes", []string{"Cache-Control", `max-age="600"`}, 10 * time.Minute},
		{"max-age less the age that the answer has", []string{"Cache-Control", "max-age=600", "Age", "120"}, 8 * time.Minute},
		{"an answer older than its max-age", []string{"Cache-Control", "max-age=600", "Age", "700"}, 0},
		{"max-age 0", []string{"Cache-Control", "max-age=0"}, 0},
		{"a negative max-age", []string{"Cache-Control", "max-age=-600"}, 0},
		{"s-maxage is for others", []string{"Cache-Control", "s-maxage=600"}, 0},
		{"a year is cut to a day", []string{"Cache-Control", "max-age=31536000"}, 24 * time.Hour},
		{"a number without end is cut to a day", []string{"Cache-Control", "max-age=99999999999999999999999"}, 24 * time.Hour},
		{"an old age of a long life is subtracted first", []string{"Cache-Control", "max-age=31536000", "Age", "90000"}, 24 * time.Hour},
		{"Expires", []string{"Expires", "Sun, 01 Mar 2026 12:30:00 GMT"}, 30 * time.Minute},
		{"Expires of a server whose clock is a day off", []string{"Expires", "Mon, 02 Mar 2026 12:30:00 GMT", "Date", "Mon, 02 Mar 2026 12:00:00 GMT"}, 30 * time.Minute},
		{"Expires in the past", []string{"Expires", "Thu, 01 Jan 1970 00:00:00 GMT"}, 0},
		{"Expires: 0", []string{"Expires", "0"}, 0},
		{"max-age goes before Expires", []string{"Expires", "Sun, 01 Mar 2026 15:00:00 GMT", "Cache-Control", "max-age=60"}, time.Minute},
		{"Retry-After in seconds", []string{"Retry-After", " 90 "}, 90 * time.Second},
		{"Retry-After with a date", []string{"Retry-After", "Sunday, 01-Mar-26 13:00:00 GMT"}, time.Hour},
		{"Retry-After with neither", []string{"Retry-After", "soon"}, 0},
		{"the later one of two wishes", []string{"Retry-After", "60", "Cache-Control", "max-age=120"}, 2 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			for i := 0; i < len(tt.header); i += 2 {
				h.Set(tt.header[i], tt.header[i+1])
			}
			want := time.Time{}
			if tt.want != 0 {
				want = now.Add(tt.want)
			}
			if got := notBefore(h, now); !got.Equal(want) {
				t.Errorf("not before %v, want %v", got, want)
			}
		})
	}
}
