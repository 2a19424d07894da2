package route_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
	"tocsin/watcher/route"
	"tocsin/watcher/schedule"
)

var berlin = func() *time.Location {
	z, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return z
}()

// nights are from 20:00 to 07:00, on the nights after working days.
var nights = route.Interval{Name: "nights", Zone: berlin, Days: [7]bool{1: true, 2: true, 3: true, 4: true, 5: true}, From: 20 * 60, To: 7 * 60}

// weekends are whole days.
var weekends = route.Interval{Name: "weekends", Zone: berlin, Days: [7]bool{0: true, 6: true}, From: 0, To: 24 * 60}

func cron(t *testing.T, spec string) *schedule.Schedule {
	t.Helper()
	s, err := schedule.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	return &s
}

func TestTheFirstRouteThatFitsTakes(t *testing.T) {
	t.Parallel()
	routes := []route.Route{
		{Channel: "#policy", Themes: []string{"probe"}, MinSeverity: rules.High, Continue: true},
		{Channel: "#eu", Themes: []string{"probe"}, Tags: []string{"eu", "uk"}},
		{Channel: "#paper", Feeds: []string{"https://paper.example/feed"}, Continue: true},
		{Channel: "#policy", Themes: []string{"probe"}, MinSeverity: rules.Low},
		{Channel: "#all", MinSeverity: rules.Low},
	}
	for _, tt := range []struct {
		name string
		m    route.Match
		want []int
	}{
		{"the last one takes the rest", route.Match{Theme: "other", Severity: rules.Low}, []int{4}},
		{"what is too weak for all is taken by none", route.Match{Theme: "other", Severity: rules.Info}, nil},
		{"a route that continues, and the next that fits", route.Match{Theme: "probe", Severity: rules.High, Tags: []string{"uk"}}, []int{0, 1}},
		{"a channel is taken once", route.Match{Theme: "probe", Severity: rules.High}, []int{0}},
		{"one tag of several is enough", route.Match{Theme: "probe", Severity: rules.Info, Tags: []string{"x", "eu"}}, []int{1}},
		{"a feed", route.Match{Theme: "other", Severity: rules.Medium, Feed: "https://paper.example/feed"}, []int{2, 4}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, route.Takes(routes, tt.m)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhenARouteSpeaks(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", text, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	quiet := []route.Interval{nights, weekends}
	for _, tt := range []struct {
		name     string
		r        route.Route
		severity rules.Severity
		now      string
		want     string
		together bool
		interval string
	}{
		{"at once", route.Route{}, rules.Low, "2026-11-25 12:00", "2026-11-25 12:00", false, ""},
		{"held", route.Route{Hold: 10 * time.Minute}, rules.Low, "2026-11-25 12:00", "2026-11-25 12:10", false, ""},
		{"in a digest", route.Route{Digest: cron(t, "0 8 * * 1-5")}, rules.Low, "2026-11-25 12:00", "2026-11-26 09:00", true, ""},
		{"in a digest of a zone", route.Route{Digest: cron(t, "CRON_TZ=Europe/Berlin 0 8 * * 1-5")}, rules.Low, "2026-11-27 12:00", "2026-11-30 08:00", true, ""},
		{"held into the next digest", route.Route{Hold: time.Hour, Digest: cron(t, "0 * * * *")}, rules.Low, "2026-11-25 12:30", "2026-11-25 14:00", true, ""},
		{"outside of quiet hours", route.Route{Quiet: quiet}, rules.High, "2026-11-25 19:59", "2026-11-25 19:59", false, ""},
		{"in the evening", route.Route{Quiet: quiet}, rules.High, "2026-11-25 20:00", "2026-11-26 07:00", true, "nights"},
		{"before the morning", route.Route{Quiet: quiet}, rules.High, "2026-11-26 06:59", "2026-11-26 07:00", true, "nights"},
		{"when they end", route.Route{Quiet: quiet}, rules.High, "2026-11-26 07:00", "2026-11-26 07:00", false, ""},
		{"one interval after the other", route.Route{Quiet: quiet}, rules.High, "2026-11-27 22:00", "2026-11-30 00:00", true, "weekends"},
		{"Monday before the morning, since Sunday has no night", route.Route{Quiet: quiet}, rules.High, "2026-11-30 03:00", "2026-11-30 03:00", false, ""},
		{"held into quiet hours", route.Route{Hold: 10 * time.Minute, Quiet: quiet}, rules.High, "2026-11-25 19:55", "2026-11-26 07:00", true, "nights"},
		{"a digest in quiet hours comes after them", route.Route{Digest: cron(t, "0 22 * * *"), Quiet: quiet}, rules.Low, "2026-11-25 12:00", "2026-11-26 07:00", true, "nights"},
		{"critical breaks through", route.Route{Quiet: quiet}, rules.Critical, "2026-11-25 22:00", "2026-11-25 22:00", false, ""},
		{"unless it may not", route.Route{Quiet: quiet, QuietCritical: true}, rules.Critical, "2026-11-25 22:00", "2026-11-26 07:00", true, "nights"},
		{"the night in which clocks go back", route.Route{Quiet: []route.Interval{{Name: "always", Zone: berlin, Days: [7]bool{true, true, true, true, true, true, true}, From: 1 * 60, To: 4 * 60}}}, rules.Low, "2026-10-25 01:30", "2026-10-25 04:00", true, "always"},
		{"the night in which they go forward", route.Route{Quiet: []route.Interval{{Name: "gap", Zone: berlin, Days: [7]bool{true}, From: 2*60 + 30, To: 4 * 60}}}, rules.Low, "2026-03-29 03:30", "2026-03-29 04:00", true, "gap"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := tt.r.Due(at(tt.now), tt.severity)
			if !got.At.Equal(at(tt.want)) || got.Together != tt.together || got.Quiet != tt.interval {
				t.Errorf("due %s (%+v), want %s", got.At.In(berlin), got, tt.want)
			}
		})
	}
}

func TestIntervalsThatLeaveNoTime(t *testing.T) {
	t.Parallel()
	every := [7]bool{true, true, true, true, true, true, true}
	day := route.Interval{Name: "day", Zone: berlin, Days: every, From: 7 * 60, To: 20 * 60}
	night := route.Interval{Name: "night", Zone: berlin, Days: every, From: 20 * 60, To: 7 * 60}
	if route.NeverEnds([]route.Interval{night}) || route.NeverEnds([]route.Interval{day}) || route.NeverEnds(nil) {
		t.Error("a night never ends")
	}
	if !route.NeverEnds([]route.Interval{night, day}) {
		t.Error("a night and a day leave time")
	}
}

func TestTheStrictestLimitOfAChannelCounts(t *testing.T) {
	t.Parallel()
	routes := []route.Route{
		{Channel: "#a", Budget: 40, AtMostEvery: time.Minute},
		{Channel: "#b", Budget: 5, AtMostEvery: time.Hour},
		{Channel: "#a"},
		{Channel: "#a", Budget: 20},
	}
	if got := route.LimitsOf(routes, "#a"); got != (route.Limits{AtMostEvery: time.Minute, Budget: 20}) {
		t.Errorf("limits %+v", got)
	}
}

func TestARouteInWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		r           route.Route
		takes, does string
	}{
		{route.Route{Channel: "#all", MinSeverity: rules.Low, Budget: 40}, "#all: low or higher", "at once, at most 40 a day"},
		{route.Route{Channel: "#a", Themes: []string{"probe", "deal"}, MinSeverity: rules.Critical, Mention: "@oncall", Hold: 5 * time.Minute, Continue: true},
			"#a: theme probe or deal, critical only; the routes after it are tried as well", "5m after the first report, mentions @oncall"},
		{route.Route{Channel: "#a", Tags: []string{"eu"}, Digest: cron(t, "0 8 * * *"), Quiet: []route.Interval{nights}, AtMostEvery: 90 * time.Minute},
			"#a: feeds tagged eu, any severity", "in one message at 0 8 * * *, not in nights unless critical, at most every 1h30m"},
	} {
		if takes, does := tt.r.Text(); takes != tt.takes || does != tt.does {
			t.Errorf("%q, %q, want %q, %q", takes, does, tt.takes, tt.does)
		}
	}
}
