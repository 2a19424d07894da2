package health_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/watcher/health"
)

// life is a feed that is polled every hour, and what was told of it.
type life struct {
	now, before time.Time
	failures    int
	state       health.State
	told        []string
}

// daily is a feed that has brought an article every noon for a year, and brought the
// last one today.
func daily() *life {
	l := &life{now: start.Add(13 * hour)}
	var dates []time.Time
	for d := range 365 {
		dates = append(dates, start.AddDate(0, 0, -d).Add(12*hour))
	}
	l.poll(health.Poll{Document: true, Whole: true, Dates: dates})
	return l
}

func (l *life) poll(p health.Poll) {
	p.At, p.Before = l.now, l.before
	if p.Failed == health.Well {
		l.before, l.failures = l.now, 0
	} else {
		l.failures++
		p.Failures = l.failures
	}
	var changes []health.Change
	l.state, changes = l.state.After(p)
	for _, c := range changes {
		l.told = append(l.told, fmt.Sprintf("%s: %s", c.Title(), c.Text(l.now, "the reason")))
	}
	l.now = l.now.Add(hour)
}

func (l *life) polls(n int, p health.Poll) {
	for range n {
		l.poll(p)
	}
}

var (
	same      = health.Poll{}
	news      = health.Poll{News: 1, Document: true, Whole: true}
	rewritten = health.Poll{Document: true, Whole: true}
	fails     = health.Poll{Failed: health.Failing}
	page      = health.Poll{Failed: health.NoFeed}
	gone      = health.Poll{Failed: health.Gone}
)

func TestAfter(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		live func(l *life)
		want []string
		is   string // the words in the end
	}{
		{"a feed that goes on is well", func(l *life) {
			for range 30 {
				l.polls(23, same)
				l.poll(news)
			}
		}, nil, "well; silent after 3 days"},
		{"a feed that stops is silent once, for however long", func(l *life) { l.polls(24*60, same) },
			[]string{"feed has fallen silent: Nothing new since 1 Jan 2026 12:00 UTC (3 days). In the year before it never was silent for more than 24 hours."},
			"silent since 1 Jan 2026 12:00 UTC (60 days)"},
		{"and once again when it goes on", func(l *life) { l.polls(24*10, same); l.polls(3, news) },
			[]string{"feed has fallen silent: Nothing new since 1 Jan 2026 12:00 UTC (3 days). In the year before it never was silent for more than 24 hours.",
				"feed brings news again: It was silent for 10 days."},
			"well; silent after 4 days"},
		{"a document that is written anew without news is stuck", func(l *life) { l.polls(100, rewritten) },
			[]string{"feed repeats itself: Its document is written anew, and holds nothing new since 1 Jan 2026 12:00 UTC (3 days). In the year before it never was silent for more than 24 hours."},
			"stuck since 1 Jan 2026 12:00 UTC (4 days)"},
		{"a document that is read in part is no other one", func(l *life) { l.polls(100, health.Poll{Document: true}) },
			[]string{"feed has fallen silent: Nothing new since 1 Jan 2026 12:00 UTC (3 days). In the year before it never was silent for more than 24 hours."},
			"silent since 1 Jan 2026 12:00 UTC (4 days)"},
		{"four failures are none", func(l *life) { l.polls(4, fails); l.poll(same) }, nil, "well; silent after 3 days"},
		{"five failures are told, and their end", func(l *life) { l.polls(30, fails); l.polls(2, same) },
			[]string{"feed keeps failing: It cannot be read since 1 Jan 2026 14:00 UTC (4 hours): the reason.",
				"feed can be read again: It could not be read for 30 hours."},
			"well; silent after 3 days"},
		{"what is sent in its place may change untold", func(l *life) { l.polls(5, page); l.polls(5, fails); l.polls(5, page) },
			[]string{"feed has turned into something else: It cannot be read since 1 Jan 2026 14:00 UTC (4 hours): the reason."},
			"no feed since 1 Jan 2026 14:00 UTC (15 hours)"},
		{"gone is told at once", func(l *life) { l.poll(gone) },
			[]string{"feed is gone for good: Its server says so: the reason. It is polled no more."},
			"gone since 1 Jan 2026 14:00 UTC (60 minutes)"},
		{"gone is told of a failing feed, too", func(l *life) { l.polls(6, fails); l.polls(2, gone) },
			[]string{"feed keeps failing: It cannot be read since 1 Jan 2026 14:00 UTC (4 hours): the reason.",
				"feed is gone for good: Its server says so: the reason. It is polled no more."},
			"gone since 1 Jan 2026 14:00 UTC (8 hours)"},
		{"a feed that was away for long is not silent when it is back", func(l *life) { l.polls(24*10, fails); l.polls(48, same); l.poll(news) },
			[]string{"feed keeps failing: It cannot be read since 1 Jan 2026 14:00 UTC (4 hours): the reason.",
				"feed can be read again: It could not be read for 10 days."},
			"well; silent after 3 days"},
		{"but when it goes on to bring nothing", func(l *life) { l.polls(24*10, fails); l.polls(24*4, same) },
			[]string{"feed keeps failing: It cannot be read since 1 Jan 2026 14:00 UTC (4 hours): the reason.",
				"feed can be read again: It could not be read for 10 days.",
				"feed has fallen silent: Nothing new since 11 Jan 2026 14:00 UTC (3 days). In the year before it never was silent for more than 24 hours."},
			"silent since 11 Jan 2026 14:00 UTC (4 days)"},
		{"a silent feed stays silent while it fails", func(l *life) { l.polls(24*4, same); l.polls(6, fails); l.polls(6, same); l.poll(news) },
			[]string{"feed has fallen silent: Nothing new since 1 Jan 2026 12:00 UTC (3 days). In the year before it never was silent for more than 24 hours.",
				"feed keeps failing: It cannot be read since 5 Jan 2026 14:00 UTC (4 hours): the reason.",
				"feed can be read again: It could not be read for 6 hours.",
				"feed brings news again: It was silent for 4 days."},
			"well; silent after 4 days"},
		{"a daemon that was off is no silence of the feed", func(l *life) { l.now = l.now.AddDate(0, 0, 20); l.poll(news) }, nil, "well; silent after 3 days"},
		{"and needs a look or two to know of one", func(l *life) { l.now = l.now.AddDate(0, 0, 20); l.polls(2, same); l.poll(news) }, nil, "well; silent after 30 days"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			l := daily()
			tc.live(l)
			if diff := cmp.Diff(tc.want, l.told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			if got := l.state.Words(l.now); got != tc.is {
				t.Errorf("it is %q, want %q", got, tc.is)
			}
		})
	}
}

func TestAFirstDocument(t *testing.T) {
	t.Parallel()
	ago := func(gap time.Duration, n int, more ...time.Duration) (dates []time.Time) {
		for i := range n {
			dates = append(dates, start.Add(-time.Duration(i)*gap))
		}
		for _, d := range more {
			dates = append(dates, start.Add(-d))
		}
		return dates
	}
	for _, tc := range []struct {
		name  string
		dates []time.Time
		want  string
	}{
		{"without dates teaches nothing", nil, "well; its rhythm is being learnt"},
		{"of fewer than eleven articles teaches too little", ago(7*day, 10), "well; its rhythm is being learnt"},
		{"of a busy day teaches too little", ago(hour, 20), "well; its rhythm is being learnt"},
		{"of eleven weeks teaches a week", ago(7*day, 11), "well; silent after 21 days"},
		{"with an article that stays on top is as without it", ago(7*day, 11, 2000*day), "well; silent after 21 days"},
		{"with dates that are yet to come is as without them", ago(7*day, 11, -5*day, -900*day), "well; silent after 21 days"},
		{"with dates that are none is as without them", append(ago(7*day, 11), time.Time{}, time.Unix(0, 0)), "well; silent after 21 days"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, changes := health.State{}.After(health.Poll{At: start, Document: true, Dates: tc.dates})
			if got := s.Words(start); got != tc.want || len(changes) > 0 {
				t.Errorf("%q, told %v, want %q", got, changes, tc.want)
			}
		})
	}
}

func TestWhatWasSoFromTheBeginningIsNoNews(t *testing.T) {
	t.Parallel()
	l := daily()
	dates := []time.Time{}
	for d := range 30 {
		dates = append(dates, start.AddDate(-3, 0, -d))
	}
	l.state = health.State{}
	l.poll(health.Poll{Document: true, Dates: dates})
	if got := l.state.Words(l.now); !strings.HasPrefix(got, "silent since 1 Jan 2023") {
		t.Errorf("a feed that ended years ago is %q", got)
	}
	l.polls(100, same)
	l.poll(news)
	if len(l.told) > 0 || l.state.Condition() != health.Well {
		t.Errorf("told %q; it is %q", l.told, l.state.Condition())
	}
}

func TestAStateThatIsKnownLaterBeginsWithItsDocument(t *testing.T) {
	t.Parallel()
	s, _ := health.State{}.After(health.Poll{At: start, Before: start.Add(-hour)})
	if got := s.Words(start); got != "its rhythm is not known yet" {
		t.Errorf("before any document: %q", got)
	}
	s, _ = s.After(health.Poll{At: start, Before: start.Add(-hour), Document: true, News: 3})
	if s.Heard != start || s.Gaps != 0 {
		t.Errorf("with its first document: %+v", s)
	}
}
