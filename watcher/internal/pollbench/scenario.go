package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"tocsin/watcher/slack/slacktest"
)

// scenario measures something of a daemon in a folder of its own.
type scenario struct {
	name    string
	measure func(context.Context, bench) error
}

var scenarios = []scenario{
	{"rounds", rounds},
	{"many", many},
	{"https", overTLS},
	{"idle", idle},
	{"latency", latency},
	{"hanging", hanging},
	{"delivery", delivery},
}

func scenarioNames() (names []string) {
	for _, s := range scenarios {
		names = append(names, s.name)
	}
	return names
}

// choose returns the scenarios with these names; all, where there are none.
func choose(names []string) ([]scenario, error) {
	if len(names) == 0 {
		return scenarios, nil
	}
	var chosen []scenario
	for _, name := range names {
		i := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no scenario %q, but %v", name, scenarioNames())
		}
		chosen = append(chosen, scenarios[i])
	}
	return chosen, nil
}

// bench is what a scenario works with.
type bench struct {
	options
	dir string
	out *report
}

// stage is a daemon with feeds to poll and a Slack to write to.
type stage struct {
	bench
	room   *newsroom
	site   *site
	slack  *slacktest.Server
	daemon daemon
}

// stage serves n feeds, over TLS or not, and configures a daemon for them.
func (b bench) stage(n int, secure bool, s setup) (*stage, error) {
	st := &stage{bench: b, room: newNewsroom(time.Now()), daemon: daemon{program: b.tocsin, dir: b.dir}}
	var a *authority
	if secure {
		file := filepath.Join(b.dir, "authority.pem")
		var err error
		if a, err = newAuthority(file); err != nil {
			return nil, err
		}
		st.daemon.env = []string{"SSL_CERT_FILE=" + file}
	}
	var err error
	if st.site, err = serve(n, st.room, a); err != nil {
		return nil, err
	}
	st.slack = slacktest.New(slacktest.Options{})
	s.feeds, s.slack = st.site.urls(), st.slack.APIURL()
	if s.routes == "" {
		s.routes = `{channel: "#general"}`
	}
	if err := st.daemon.configure(s); err != nil {
		st.close()
		return nil, err
	}
	return st, nil
}

func (s *stage) close() {
	s.site.close()
	s.slack.Close()
}

// round polls all feeds once, and holds that they were answered as expected.
func (s *stage) round(ctx context.Context, m manner, want map[int]int) (usage, error) {
	s.site.reset(m)
	u, err := s.daemon.once(ctx, "--all")
	if err == nil {
		err = s.site.answered(want)
	}
	return u, err
}

// repeat runs a round several times.
func (s *stage) repeat(ctx context.Context, round func() (usage, error)) ([]usage, error) {
	var all []usage
	for range s.rounds {
		u, err := round()
		if err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, nil
}

// first polls all feeds that the store does not know yet.
func (s *stage) first(ctx context.Context) (usage, error) {
	if err := s.daemon.forget(); err != nil {
		return usage{}, err
	}
	return s.round(ctx, manner{}, map[int]int{http.StatusOK: len(s.site.feeds)})
}

// unchanged polls all feeds, of which none has anything new.
func (s *stage) unchanged(ctx context.Context) (usage, error) {
	return s.round(ctx, manner{}, map[int]int{http.StatusNotModified: len(s.site.feeds)})
}

// rounds measures rounds over all feeds, each a process, beside bare ones that do
// the least that any poller does with the same libraries. What a machine gives to
// a process differs, so the ratios say more than the seconds do.
func rounds(ctx context.Context, b bench) error {
	s, err := b.stage(b.feeds, false, setup{schedule: never})
	if err != nil {
		return err
	}
	defer s.close()
	floor, err := s.bare(ctx)
	if err != nil {
		return fmt.Errorf("bare: %w", err)
	}
	n := b.feeds
	const fewNew = 20 // one feed in so many has something new
	if _, err := s.first(ctx); err != nil {
		return err
	}
	var start usage // of the process, which a daemon pays once
	for _, f := range []struct {
		name   string
		least  time.Duration // CPU of a bare round, 0 for none
		target float64       // how many times that it is to be at the most
		round  func() (usage, error)
	}{
		{"start, nothing due", 0, 0, func() (usage, error) { return s.daemon.once(ctx) }},
		{"first poll", floor.first, 1.85, func() (usage, error) { return s.first(ctx) }},
		{"nothing changed, 304", floor.unchanged, 2, func() (usage, error) { return s.unchanged(ctx) }},
		{"5 % with a new item", floor.unchanged + (floor.first-floor.unchanged)/fewNew, 1.67, func() (usage, error) {
			changed := s.site.update(fewNew, s.room.publish)
			return s.round(ctx, manner{}, map[int]int{http.StatusOK: changed, http.StatusNotModified: n - changed})
		}},
		{"unchanged, no validators, 200", floor.hashed, 1.52, func() (usage, error) {
			return s.round(ctx, manner{noValidators: true}, map[int]int{http.StatusOK: n})
		}},
	} {
		all, err := s.repeat(ctx, f.round)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		u := least(all)
		b.out.figure(f.name+", CPU/1,000", seconds(perThousand(u.cpu, n)), "",
			"peak %s, %s wall", megabytes(peak(all)), u.wall.Round(time.Millisecond))
		if f.least == 0 {
			start = u
			continue
		}
		b.out.figure("  less the start, over bare", times((u.cpu-start.cpu).Seconds(), f.least.Seconds()), fmt.Sprintf("%.2f ×", f.target),
			"bare: %s", seconds(perThousand(f.least, n)))
		if f.name == "first poll" {
			b.out.figure(f.name+", peak RSS", megabytes(peak(all)), "120 MB", "")
		}
	}
	return nil
}

// many compares five times as many feeds.
func many(ctx context.Context, b bench) error {
	var first, unchanged [2]usage
	counts := [2]int{b.feeds, 5 * b.feeds}
	for i, n := range counts {
		if err := func() error {
			s, err := b.stage(n, false, setup{schedule: never})
			if err != nil {
				return err
			}
			defer s.close()
			for _, f := range []struct {
				to    *usage
				round func(context.Context) (usage, error)
			}{{&first[i], s.first}, {&unchanged[i], s.unchanged}} {
				all, err := s.repeat(ctx, func() (usage, error) { return f.round(ctx) })
				if err != nil {
					return err
				}
				*f.to = least(all)
			}
			return nil
		}(); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		name string
		of   [2]usage
	}{{"first poll", first}, {"nothing changed", unchanged}} {
		b.out.figure(fmt.Sprintf("%s, %d feeds", f.name, counts[1]), times(f.of[1].cpu.Seconds(), f.of[0].cpu.Seconds()), "5.5 ×",
			"%.3f s over %.3f s CPU, peak %s", f.of[1].cpu.Seconds(), f.of[0].cpu.Seconds(), megabytes(f.of[1].peak))
	}
	return nil
}

// overTLS measures feeds of https.
func overTLS(ctx context.Context, b bench) error {
	s, err := b.stage(b.feeds, true, setup{schedule: never})
	if err != nil {
		return err
	}
	defer s.close()
	if _, err := s.first(ctx); err != nil {
		return err
	}
	all, err := s.repeat(ctx, func() (usage, error) { return s.unchanged(ctx) })
	if err != nil {
		return err
	}
	u := least(all)
	b.out.figure("nothing changed, https, CPU/1,000", seconds(perThousand(u.cpu, b.feeds)), "",
		"peak %s, %s wall", megabytes(peak(all)), u.wall.Round(time.Millisecond))
	return nil
}

// settle is how long a daemon is left alone before its memory is that of one
// that idles.
const settle = 15 * time.Second

// idle measures the memory of a daemon that has polled all feeds for the first
// time, each when it was due, and has nothing to do.
func idle(ctx context.Context, b bench) error {
	s, err := b.stage(b.feeds, false, setup{schedule: never})
	if err != nil {
		return err
	}
	defer s.close()
	s.site.reset(manner{})
	p, err := s.daemon.start(ctx, "run")
	if err != nil {
		return err
	}
	err = s.await(ctx, p, 3*time.Minute, func() bool {
		return !slices.ContainsFunc(s.site.starts(), time.Time.IsZero)
	})
	if err == nil {
		err = wait(ctx, p, settle)
	}
	if err != nil {
		p.end(os.Kill)
		return err
	}
	rss, err := p.memory("VmRSS")
	if err != nil {
		p.end(os.Kill)
		return err
	}
	busy, err := p.cpu()
	if err == nil {
		err = wait(ctx, p, settle)
	}
	later, errLater := p.cpu()
	u, errEnd := p.end(syscall.SIGTERM)
	for _, e := range []error{err, errLater, errEnd} {
		if e != nil {
			return e
		}
	}
	b.out.figure("idle, RSS", megabytes(rss), "60 MB", "%s after a first poll of %d feeds; in it peak %s", settle, b.feeds, megabytes(u.peak))
	b.out.figure("idle, CPU/minute", seconds((later-busy).Seconds()*float64(time.Minute/settle)), "", "")
	return nil
}

// wait waits, unless the daemon ends before.
func wait(ctx context.Context, p *process, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-p.done:
		return fmt.Errorf("the daemon has ended; see %s", p.log.Name())
	case <-time.After(d):
		return nil
	}
}

// await waits until something is so.
func (s *stage) await(ctx context.Context, p *process, most time.Duration, so func() bool) error {
	for end := time.Now().Add(most); !so(); {
		if time.Now().After(end) {
			return fmt.Errorf("not done within %s; see %s", most, p.log.Name())
		}
		if err := wait(ctx, p, 20*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}
