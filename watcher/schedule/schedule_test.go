package schedule

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNext(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, spec, after, want string }{
		{"five fields are UTC", "*/10 * * * *", "2026-03-01 12:03:00", "2026-03-01 12:10:00"},
		{"a time of the schedule is not after itself", "*/10 * * * *", "2026-03-01 12:10:00", "2026-03-01 12:20:00"},
		{"an interval counts from the time given", "@every 90s", "2026-03-01 12:00:10", "2026-03-01 12:01:40"},
		{"a descriptor", "@hourly", "2026-03-01 12:03:00", "2026-03-01 13:00:00"},
		{"a time zone", "CRON_TZ=Europe/Berlin 0 8 * * *", "2026-01-01 00:00:00", "2026-01-01 07:00:00"},
		{"a time zone in summer", "TZ=Europe/Berlin 0 8 * * *", "2026-07-01 00:00:00", "2026-07-01 06:00:00"},
		{"white space around", "  0 8 * * 1-5 ", "2026-01-03 09:00:00", "2026-01-05 08:00:00"},
		{"the 29th of February comes", "0 0 29 2 *", "2026-01-01 00:00:00", "2028-02-29 00:00:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := Parse(tt.spec)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := s.Next(at(t, tt.after)), at(t, tt.want); !got.Equal(want) {
				t.Errorf("Next(%s) = %s, want %s", tt.after, got, want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ spec, want string }{
		{"", `"" is no schedule`},
		{"every day", `"every day" is no schedule`},
		{"0 0 * * 7", "is no schedule"},
		{"0 0 0 * * *", "is no schedule"},
		{"0 0 31 2 *", "never comes"},
		{"TZ=", "a time zone and no schedule"},
		{"TZ=0", "a time zone and no schedule"},
		{"CRON_TZ=Europe/Berlin", "a time zone and no schedule"},
		{"CRON_TZ=Europe/Bärlin 0 8 * * *", "is no time zone"},
		{"TZ=UTC TZ=UTC", "two time zones"},
		{"@every 0s", "is no interval"},
		{"@every -1m", "is no interval"},
		{"@every 100ms", "is no interval"},
		{"@every 1500ms", "is no interval"},
		{"@every day", "is no interval"},
		{"@fortnightly", "is no schedule"},
	} {
		t.Run(tt.spec, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(tt.spec)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Parse(%q) = %v, want an error with %q", tt.spec, err, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"*/5 * * * *", "@every 1h", "TZ=x", "CRON_TZ=UTC 0 0 1 1 *", "TZ= * * * * *"} {
		f.Add(s)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, spec string) {
		s, err := Parse(spec)
		if err == nil && !s.Next(now).After(now) {
			t.Errorf("Parse(%q): next time %s is not after %s", spec, s.Next(now), now)
		}
	})
}

func TestNextPoll(t *testing.T) {
	t.Parallel()
	const feed = "https://news.example/feed"
	for _, tt := range []struct {
		name, spec string
		poll       Poll
		notBefore  string
		want       string
	}{
		{name: "the schedule's next time", spec: "*/10 * * * *", want: "2026-03-01 12:10:00"},
		{name: "not sooner than the shortest interval", spec: "@every 10s", poll: Poll{MinInterval: 5 * time.Minute}, want: "2026-03-01 12:08:00"},
		{name: "when the server wishes", spec: "*/10 * * * *", notBefore: "2026-03-01 12:31:00", want: "2026-03-01 12:31:00"},
		{name: "a wish in the past changes nothing", spec: "*/10 * * * *", notBefore: "2026-03-01 11:00:00", want: "2026-03-01 12:10:00"},
		{name: "a wish for next year ends after a day", spec: "*/10 * * * *", notBefore: "2027-03-01 12:00:00", want: "2026-03-02 12:03:00"},
		{name: "a first failure waits a minute", spec: "@every 10s", poll: Poll{Failures: 1}, want: "2026-03-01 12:04:00"},
		{name: "a fifth failure waits sixteen", spec: "@every 10s", poll: Poll{Failures: 5}, want: "2026-03-01 12:19:00"},
		{name: "a thousandth failure waits a day", spec: "@every 10s", poll: Poll{Failures: 1000}, want: "2026-03-02 12:03:00"},
		{name: "a first failure waits as long as the schedule does", spec: "@every 20m", poll: Poll{Failures: 1}, want: "2026-03-01 12:23:00"},
		{name: "and each further one twice as long", spec: "@every 20m", poll: Poll{Failures: 4}, want: "2026-03-01 14:43:00"},
		{name: "a failure of a weekly feed does not add to its week", spec: "0 8 * * 2", poll: Poll{Failures: 9}, want: "2026-03-03 08:00:00"},
		{name: "being asked too often waits one and a half times as long", spec: "@every 40m", poll: Poll{Failures: 1, Throttled: true}, want: "2026-03-01 13:03:00"},
		{name: "and half an hour at least", spec: "@every 1m", poll: Poll{Failures: 1, Throttled: true}, want: "2026-03-01 12:33:00"},
		{name: "and twice as long each time", spec: "@every 40m", poll: Poll{Failures: 3, Throttled: true}, want: "2026-03-01 16:03:00"},
		{name: "and a day at most", spec: "@every 40m", poll: Poll{Failures: 300, Throttled: true}, want: "2026-03-02 12:03:00"},
		{name: "not in an hour that the feed skips", spec: "*/10 * * * *", poll: Poll{Skip: Skip{Hours: 1<<12 | 1<<13}}, want: "2026-03-01 14:00:00"},
		{name: "in an hour that it does not skip", spec: "*/10 * * * *", poll: Poll{Skip: Skip{Hours: 1<<11 | 1<<13}}, want: "2026-03-01 12:10:00"},
		{name: "over midnight", spec: "*/10 * * * *", poll: Poll{Skip: Skip{Hours: 1<<24 - 1<<12 | 1}}, want: "2026-03-02 01:00:00"},
		{name: "not on a day that it skips", spec: "*/10 * * * *", poll: Poll{Skip: Skip{Days: 1}}, want: "2026-03-02 00:00:00"},
		{name: "three days are skipped", spec: "*/10 * * * *", poll: Poll{Skip: Skip{Days: 1 | 2 | 4}}, want: "2026-03-04 00:00:00"},
		{name: "four days are too many", spec: "*/10 * * * *", poll: Poll{Skip: Skip{Days: 1 | 2 | 4 | 8}}, want: "2026-03-01 12:10:00"},
		{name: "who skips everything skips nothing", spec: "*/10 * * * *", poll: Poll{Skip: Skip{Hours: 1<<24 - 1}}, want: "2026-03-01 12:10:00"},
		{name: "after the server's wish as well", spec: "*/10 * * * *", notBefore: "2026-03-01 15:30:00", poll: Poll{Skip: Skip{Hours: 1 << 15}}, want: "2026-03-01 16:00:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := Parse(tt.spec)
			if err != nil {
				t.Fatal(err)
			}
			p := tt.poll
			p.Feed, p.Ended = feed, at(t, "2026-03-01 12:03:00")
			p.Started = p.Ended
			if tt.notBefore != "" {
				p.NotBefore = at(t, tt.notBefore)
			}
			want := at(t, tt.want)
			got := s.NextPoll(p)
			if late := got.Sub(want); late < 0 || late > s.spread {
				t.Errorf("NextPoll = %s, want %s and at most %s later", got, want, s.spread)
			}
			if again := s.NextPoll(p); !again.Equal(got) {
				t.Errorf("NextPoll = %s, then %s: not a function of its arguments", got, again)
			}
		})
	}
}

func TestPollsKeepTheirRhythm(t *testing.T) {
	t.Parallel()
	for _, spec := range []string{"*/5 * * * *", "@every 90s"} {
		s, err := Parse(spec)
		if err != nil {
			t.Fatal(err)
		}
		start := at(t, "2026-03-01 12:00:41")
		next := start
		const polls, latency = 100, 20 * time.Millisecond
		for range polls {
			started := next.Add(latency)
			next = s.NextPoll(Poll{Feed: "https://a.example/feed", Started: started, Ended: started.Add(latency), MinInterval: time.Minute})
		}
		period := s.Next(s.Next(start)).Sub(s.Next(start))
		if took := next.Sub(start); took > (polls+1)*(period+s.spread) {
			t.Errorf("%s: %d polls took %s", spec, polls, took)
		}
	}
}

func TestJitterSpreadsTheFeedsOfOneSite(t *testing.T) {
	t.Parallel()
	const feeds, slots = 6000, 30
	var count [slots]int
	for i := range feeds {
		d := Jitter("https://site.example/section/"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+time.Duration(i).String(), slots*time.Second)
		if d < 0 || d >= slots*time.Second {
			t.Fatalf("jitter of %s", d)
		}
		count[d/time.Second]++
	}
	for i, n := range count {
		if n < feeds/slots/2 || n > feeds/slots*2 {
			t.Errorf("second %d has %d of %d feeds", i, n, feeds)
		}
	}
	if Jitter("x", 0) != 0 || Jitter("x", -time.Second) != 0 {
		t.Error("a limit that is not positive must give no jitter")
	}
}

func TestTheFeedsOfOneHostAreSpreadFurther(t *testing.T) {
	t.Parallel()
	s, err := Parse("*/10 * * * *")
	if err != nil {
		t.Fatal(err)
	}
	ended := at(t, "2026-03-01 12:03:00")
	for feeds, want := range map[int]time.Duration{0: 30 * time.Second, 10: 30 * time.Second, 120: 2 * time.Minute, 5000: 5 * time.Minute} {
		var last time.Duration
		for i := range 500 {
			p := Poll{Feed: "https://site.example/" + strconv.Itoa(i), HostFeeds: feeds, Started: ended, Ended: ended}
			last = max(last, s.NextPoll(p).Sub(at(t, "2026-03-01 12:10:00")))
		}
		if last > want || last < want*9/10 {
			t.Errorf("%d feeds are spread over %s, want %s", feeds, last, want)
		}
	}
}
