package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"tocsin/store"
	"tocsin/store/sqlite"
	"tocsin/watcher/slack/slacktest"
)

// atOnce is how many connections the daemon has at once by default.
const atOnce = 64

// latency measures how well the waits for slow servers overlap.
func latency(ctx context.Context, b bench) error {
	s, err := b.stage(b.feeds, false, setup{schedule: never})
	if err != nil {
		return err
	}
	defer s.close()
	if _, err := s.first(ctx); err != nil {
		return err
	}
	delays := logNormal(rand.New(rand.NewPCG(3, 4)), b.feeds, 120*time.Millisecond, 0.5)
	floor := fastest(delays, atOnce)
	best := time.Duration(math.MaxInt64)
	for range b.rounds {
		if _, err := s.round(ctx, manner{delays: delays}, map[int]int{http.StatusNotModified: b.feeds}); err != nil {
			return err
		}
		best = min(best, s.site.took())
	}
	b.out.figure("answers of 120 ms, wall", times(best.Seconds(), floor.Seconds()), "1.15 ×",
		"%s over %s, which %d connections allow", best.Round(time.Millisecond), floor.Round(time.Millisecond), atOnce)
	return nil
}

// logNormal draws n durations with a median, of which the logarithms have the
// standard deviation sigma.
func logNormal(r *rand.Rand, n int, median time.Duration, sigma float64) []time.Duration {
	list := make([]time.Duration, n)
	for i := range list {
		list[i] = time.Duration(float64(median) * math.Exp(sigma*r.NormFloat64()))
	}
	return list
}

// fastest is the least time in which workers can wait so long each: their share
// of the sum, or the longest wait.
func fastest(waits []time.Duration, workers int) time.Duration {
	var sum, longest time.Duration
	for _, w := range waits {
		sum += w
		longest = max(longest, w)
	}
	return max(sum/time.Duration(workers), longest)
}

// lead is how long after a daemon's start the feeds that it is to poll are due.
const lead = 2 * time.Second

// space makes feeds due while no daemon runs, so many together and then a gap, and
// returns when each is, by its number.
func (s *stage) space(ctx context.Context, together int, gap time.Duration) ([]time.Time, error) {
	db, err := sqlite.OpenExisting(ctx, s.daemon.store())
	if err != nil {
		return nil, err
	}
	defer db.Close()
	start := time.Now().Add(lead).Truncate(time.Microsecond)
	urls, due := s.site.urls(), make([]time.Time, len(s.site.feeds))
	for i := 0; i < len(urls); i += together {
		at := start.Add(time.Duration(i/together) * gap)
		some := urls[i:min(i+together, len(urls))]
		if err := db.MakeDue(ctx, at, some...); err != nil {
			return nil, err
		}
		for k := range some {
			due[i+k] = at
		}
	}
	return due, nil
}

// runUntil runs the daemon until something is so.
func (s *stage) runUntil(ctx context.Context, so func() bool) error {
	p, err := s.daemon.start(ctx, "run")
	if err != nil {
		return err
	}
	err = s.await(ctx, p, 3*time.Minute, so)
	if err == nil {
		err = wait(ctx, p, time.Second) // for the last things to be recorded
	}
	if _, ended := p.end(syscall.SIGTERM); err == nil {
		err = ended
	}
	return err
}

// hanging measures how late feeds are, of which two hundred a second are due,
// while one in a hundred takes requests and never answers.
func hanging(ctx context.Context, b bench) error {
	s, err := b.stage(b.feeds, false, setup{schedule: never})
	if err != nil {
		return err
	}
	defer s.close()
	if _, err := s.first(ctx); err != nil {
		return err
	}
	silent := make(map[int]bool)
	for i := 0; i < b.feeds; i += 100 {
		silent[i] = true
	}
	var late []time.Duration
	for range b.rounds {
		s.site.reset(manner{silent: silent})
		due, err := s.space(ctx, 5, 25*time.Millisecond)
		if err != nil {
			return err
		}
		if err := s.runUntil(ctx, func() bool { return !slices.ContainsFunc(s.site.starts(), time.Time.IsZero) }); err != nil {
			return err
		}
		var lates []time.Duration
		for i, t := range s.site.starts() {
			if !silent[i] {
				lates = append(lates, t.Sub(due[i]))
			}
		}
		if late == nil || quantile(lates, 1) < quantile(late, 1) {
			late = lates
		}
	}
	b.out.figure("1 % never answer, latest start", millis(quantile(late, 1)), "500 ms", "p50 %s, p99 %s",
		millis(quantile(late, 0.5)), millis(quantile(late, 0.99)))
	return nil
}

// bell is a word that the rule below asks for.
const bell = "kizbell"

const bellRule = `version: 1
theme: bench
rules:
  - id: bench.bell
    title: A bell
    why: To measure how soon it rings.
    severity: medium
    require: ` + bell + `
    signals:
      - {when: ` + bell + `, points: 5}
    threshold: 5
    examples:
      match: ["A ` + bell + ` rings"]
      no_match: ["No bell rings"]
`

// delivery measures the time from a match to Slack's answer, for alerts of which
// one is raised every 50 ms. Each goes to a channel of its own, for a channel takes
// one a second.
func delivery(ctx context.Context, b bench) error {
	const alerts = 200
	var routes strings.Builder
	fmt.Fprint(&routes, "\n  channel: \"#general\"\n  routes:\n")
	for i := range alerts {
		fmt.Fprintf(&routes, "    - {tags: [t%d], channel: %s}\n", i, channelID(i))
	}
	s, err := b.stage(alerts, false, setup{schedule: never, tagged: true, routes: routes.String(), rules: bellRule})
	if err != nil {
		return err
	}
	defer s.close()
	for i := range alerts {
		s.slack.SetChannel(slacktest.Channel{ID: channelID(i), Name: fmt.Sprintf("c%d", i)})
	}
	if _, err := s.first(ctx); err != nil {
		return err
	}
	var waits []time.Duration
	for range b.rounds {
		round, err := s.ring(ctx)
		if err != nil {
			return err
		}
		if len(round) != alerts {
			return fmt.Errorf("%d alerts of %d are in the log %s", len(round), alerts, s.daemon.log())
		}
		if waits == nil || quantile(round, 0.99) < quantile(waits, 0.99) {
			waits = round
		}
	}
	disk, err := syncs(s.dir)
	if err != nil {
		return err
	}
	b.out.figure("match to Slack's answer, p50", millis(quantile(waits, 0.5)), "2 ms", "%d alerts; an fsync, p50 %s", alerts, millis(quantile(disk, 0.5)))
	b.out.figure("match to Slack's answer, p99", millis(quantile(waits, 0.99)), "10 ms", "latest %s", millis(quantile(waits, 1)))
	return nil
}

// syncs is how long the disk of a folder takes to keep what was written to it:
// before an alert is said, the store keeps that it is being said.
func syncs(dir string) (took []time.Duration, err error) {
	f, err := os.CreateTemp(dir, "sync")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for range 200 {
		start := time.Now()
		if _, err = f.Write(make([]byte, 8192)); err == nil {
			err = f.Sync()
		}
		if err != nil {
			return nil, err
		}
		took = append(took, time.Since(start))
	}
	return took, nil
}

func channelID(i int) string { return fmt.Sprintf("C%08d", i) }

// ring has every feed raise an alert, and returns the time to Slack's answer of
// each.
func (s *stage) ring(ctx context.Context) ([]time.Duration, error) {
	want := s.slack.Calls("chat.postMessage") + s.site.update(1, func(src *source) {
		s.room.publish(src)
		src.items[0].title = s.room.title(9) + " " + bell
	})
	s.site.reset(manner{})
	if _, err := s.space(ctx, 1, 50*time.Millisecond); err != nil {
		return nil, err
	}
	if err := s.runUntil(ctx, func() bool { return s.slack.Calls("chat.postMessage") >= want }); err != nil {
		return nil, err
	}
	log, err := os.Open(s.daemon.log())
	if err != nil {
		return nil, err
	}
	defer log.Close()
	return answerTimes(log)
}

// answerTimes reads a log for the time from each match, which is logged when its
// poll is committed, to the answer to its alert. Where the alert is said before the
// match is logged, it is none.
func answerTimes(log io.Reader) (waits []time.Duration, err error) {
	type line struct {
		Time                         time.Time
		Msg, Article, Alert, Channel string
	}
	var matches []line
	said := make(map[string]line) // by alert
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			continue // words for people
		}
		switch l.Msg {
		case "match":
			matches = append(matches, l)
		case "alert said":
			said[l.Alert] = l
		}
	}
	for _, m := range matches {
		for _, s := range said {
			if store.AlertID(m.Article, s.Channel) == s.Alert {
				waits = append(waits, max(0, s.Time.Sub(m.Time)))
			}
		}
	}
	return waits, lines.Err()
}
