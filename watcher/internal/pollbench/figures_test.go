package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/store"
)

func TestMemoryIsReadFromAStatus(t *testing.T) {
	t.Parallel()
	const status = "Name:\ttocsin\nVmHWM:\t   78904 kB\nVmRSS:\t   70000 kB\n"
	if n, err := statusField(status, "VmHWM"); err != nil || n != 78904*1024 {
		t.Errorf("%d %v", n, err)
	}
	if _, err := statusField(status, "VmSwap"); err == nil {
		t.Error("a field that is not there is read")
	}
}

func TestCPUTimeIsReadFromAStat(t *testing.T) {
	t.Parallel()
	const stat = "42 (a (b) c) S 1 42 42 0 -1 4194304 100 0 0 0 150 25 0 0 20 0 9 0 1\n"
	if d, err := statTime(stat); err != nil || d != 1750*time.Millisecond {
		t.Errorf("%s %v", d, err)
	}
	if _, err := statTime("42 (x) S 1"); err == nil {
		t.Error("too few fields are read")
	}
}

func TestQuantiles(t *testing.T) {
	t.Parallel()
	var all []time.Duration
	for i := range 100 {
		all = append(all, time.Duration(100-i))
	}
	for share, want := range map[float64]time.Duration{0: 1, 0.5: 51, 0.99: 100, 1: 100} {
		if got := quantile(slices.Clone(all), share); got != want {
			t.Errorf("quantile %v is %d, want %d", share, got, want)
		}
	}
}

func TestWaitsHaveTheMedianThatIsAsked(t *testing.T) {
	t.Parallel()
	waits := logNormal(rand.New(rand.NewPCG(1, 2)), 10_000, 120*time.Millisecond, 0.5)
	if m := quantile(waits, 0.5); m < 115*time.Millisecond || m > 125*time.Millisecond {
		t.Errorf("median %s", m)
	}
}

func TestTheFastestIsTheShareOrTheLongestWait(t *testing.T) {
	t.Parallel()
	if d := fastest([]time.Duration{1, 2, 3, 4}, 2); d != 5 {
		t.Errorf("%d, want the share", d)
	}
	if d := fastest([]time.Duration{1, 2, 9}, 3); d != 9 {
		t.Errorf("%d, want the longest", d)
	}
}

func TestTheLeastAndThePeakAreOfAllRounds(t *testing.T) {
	t.Parallel()
	all := []usage{{cpu: 3, peak: 1}, {cpu: 1, peak: 2}, {cpu: 2, peak: 5}}
	if least(all).cpu != 1 || peak(all) != 5 {
		t.Errorf("%v %v", least(all), peak(all))
	}
}

func TestAnswerTimesAreThoseOfTheAlertsOfMatches(t *testing.T) {
	t.Parallel()
	alert := store.AlertID("aaaa", "C1")
	log := `{"time":"2026-03-01T12:00:00Z","msg":"match","article":"aaaa"}
{"time":"2026-03-01T12:00:00Z","msg":"match","article":"bbbb"}
words for people
{"time":"2026-03-01T12:00:00.003Z","msg":"alert said","alert":"` + alert + `","channel":"C1"}
{"time":"2026-03-01T12:00:01Z","msg":"alert said","alert":"other","channel":"C1"}
`
	waits, err := answerTimes(strings.NewReader(log))
	if err != nil || !slices.Equal(waits, []time.Duration{3 * time.Millisecond}) {
		t.Errorf("%v %v", waits, err)
	}
}
