package reload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/watcher/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	bell    = "version: 1\ntheme: noise\nrules:\n  - {id: noise.bell, require: bell}\n"
	gong    = bell + "  - {id: noise.gong, require: gong}\n"
	broken  = bell + "  - {id: noise.gong, require: gong AND}\n"
	mistake = `"rules.yaml:5:39: rule \"noise.gong\": the query ends where a term should follow"`
)

// rig is a reloader of one rule file in simulated time, with all that is outside
// of it.
type rig struct {
	t        *testing.T
	turn     sync.Mutex
	text     string // of the file
	readErr  string // why it cannot be read; "" it can
	watchErr error
	useErr   error
	config   config.Config
	lists    []string // that the configuration names
	watched  []string
	secrets  map[string]string

	log     bytes.Buffer
	changed chan struct{}
	asked   chan os.Signal
	reads   int
	watches int // that were begun
	stopped int // that were ended
	hangups int // calls of Asked
	used    []Setup
	usedAt  time.Time
}

// run runs f beside a reloader that begins with the rules of a text.
func run(t *testing.T, text string, f func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, text: text, changed: make(chan struct{}, 1), asked: make(chan os.Signal, 1)}
		d := r.draft()
		set, problems := d.Compile(time.Now())
		if set == nil {
			t.Fatal(problems)
		}
		log := slog.New(slog.NewTextHandler(&r.log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
		reloader := New(log, time.Now, InUse{d, set, time.Now()}, Options{
			Read: func() Draft {
				r.taken()
				r.reads++
				return r.draft()
			},
			Use: func(_ context.Context, s Setup) error {
				if r.useErr != nil {
					return r.useErr
				}
				r.used, r.usedAt = append(r.used, s), time.Now()
				return nil
			},
			Watch: func(paths []string) (<-chan struct{}, func(), error) {
				r.taken()
				r.watched = paths
				if r.watchErr != nil {
					return nil, nil, r.watchErr
				}
				r.watches++
				return r.changed, func() { r.stopped++ }, nil
			},
			Asked: func() { r.hangups++ },
		})
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { reloader.Run(ctx, r.asked) })
		synctest.Wait()
		f(r)
		cancel()
		running.Wait()
		if r.watches != r.stopped {
			t.Errorf("%d watches were begun and %d ended", r.watches, r.stopped)
		}
	})
}

// draft is the file as it is.
func (r *rig) draft() Draft {
	text, readErr, c := r.text, r.readErr, r.config
	files := append([]string{"tocsin.yaml"}, r.lists...)
	return Draft{Files: files, Digest: fmt.Sprint(text, readErr, c, files), Secrets: r.secrets, Config: &c, Compile: func(now time.Time) (*rules.Set, []yamlfile.Problem) {
		r.taken()
		if readErr != "" {
			return nil, []yamlfile.Problem{{File: "rules.yaml", Msg: readErr}}
		}
		file, problems := rules.Parse("rules.yaml", []byte(text))
		set, more := rules.Compile(now, file)
		return set, append(problems, more...)
	}}
}

// taken orders what the test did before what the reloader does when simulated
// time wakes it. The other order comes from synctest.Wait.
func (r *rig) taken() {
	r.turn.Lock()
	defer r.turn.Unlock()
}

// save writes the file, which is noticed.
func (r *rig) save(text string) {
	r.text = text
	r.touch()
}

// touch has something be noticed.
func (r *rig) touch() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
	synctest.Wait()
}

// hangUp sends a signal.
func (r *rig) hangUp() {
	r.asked <- syscall.SIGHUP
	synctest.Wait()
}

// after lets time pass.
func (r *rig) after(d time.Duration) {
	r.taken()
	time.Sleep(d)
	synctest.Wait()
}

// wants checks what was logged since the last check, and how often rules were
// put in use up to now.
func (r *rig) wants(used int, lines ...string) {
	r.t.Helper()
	want := strings.Join(lines, "\n")
	if len(lines) > 0 {
		want += "\n"
	}
	if diff := cmp.Diff(want, r.log.String()); diff != "" {
		r.t.Errorf("the log (-want +got):\n%s", diff)
	}
	r.log.Reset()
	if len(r.used) != used {
		r.t.Errorf("rules were put in use %d times, want %d", len(r.used), used)
	}
}

// matches returns the IDs of the rules last put in use that match a title.
func (r *rig) matches(title string) string {
	r.t.Helper()
	if len(r.used) == 0 {
		r.t.Fatal("no rules were put in use")
	}
	var ids []string
	for _, m := range r.used[len(r.used)-1].Rules.Evaluate(&rules.Article{Title: title}) {
		ids = append(ids, m.Rule.ID)
	}
	return strings.Join(ids, " ")
}

func TestASaveIsTakenWhenItIsOver(t *testing.T) {
	t.Parallel()
	run(t, bell, func(r *rig) {
		reads := r.reads
		// Truncated, written in two parts, and its date set.
		for _, text := range []string{"", broken, gong, gong} {
			r.save(text)
			r.after(quiet - time.Millisecond)
		}
		last := time.Now().Add(-quiet + time.Millisecond)
		r.wants(0)
		r.after(time.Second)
		r.wants(1, `level=INFO msg=reloaded feeds=0 rules=2 changes="+1 rule" after="a change of the files"`)
		if wait := r.usedAt.Sub(last); wait != quiet {
			t.Errorf("it was taken %s after the last change", wait)
		}
		if n := r.reads - reads; n != 1 {
			t.Errorf("the file was read %d times", n)
		}
		if got := r.matches("A gong"); got != "noise.gong" {
			t.Errorf("matches of the new rules: %q", got)
		}
	})
}

func TestEndlessChangesPutAReloadOffForAWhileOnly(t *testing.T) {
	t.Parallel()
	run(t, bell, func(r *rig) {
		for range 2 * maxUnrest / quiet * 2 {
			r.save(gong)
			r.after(quiet / 2)
			if len(r.used) > 0 {
				return
			}
		}
		t.Error("the rules were never taken")
	})
}

func TestWhatChangedBeforeTheWatchIsTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, text: bell}
		d := r.draft()
		set, _ := d.Compile(time.Now())
		r.text = gong
		reloader := New(slog.New(slog.DiscardHandler), time.Now, InUse{d, set, time.Now()}, Options{
			Read: r.draft, Use: func(_ context.Context, s Setup) error { r.used = append(r.used, s); return nil }, Watch: Files,
		})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		reloader.Run(ctx, nil)
		if got := r.matches("A gong"); got != "noise.gong" {
			t.Errorf("matches: %q", got)
		}
	})
}

func TestBrokenRulesAreNotTaken(t *testing.T) {
	t.Parallel()
	refused := func(after string) []string {
		return []string{
			`level=ERROR msg="the configuration is wrong" problem=` + mistake,
			`level=WARN msg="not reloaded, what was before stays in use" errors=1 after="` + after + `"`,
		}
	}
	run(t, bell, func(r *rig) {
		r.save(broken)
		r.after(time.Second)
		r.wants(0, refused("a change of the files")...)

		// Something else in the folder changes, and nobody touches anything.
		r.touch()
		r.after(10 * time.Minute)
		r.wants(0)

		// Somebody wants to know.
		r.hangUp()
		r.wants(0, refused("a request")...)

		r.save(gong)
		r.after(time.Second)
		r.wants(1, `level=INFO msg=reloaded feeds=0 rules=2 changes="+1 rule" after="a change of the files"`)

		// Back to what is in use, after another slip.
		r.save(broken)
		r.after(time.Second)
		r.log.Reset()
		r.save(gong)
		r.after(time.Second)
		r.wants(2, `level=INFO msg=reloaded feeds=0 rules=2 changes=none after="a change of the files"`)
	})
}

func TestTheSameContentIsNoReload(t *testing.T) {
	t.Parallel()
	run(t, bell, func(r *rig) {
		r.save(bell)
		r.after(time.Second)
		r.hangUp()
		r.after(24 * time.Hour)
		r.wants(0)
	})
}

func TestASignalReloadsAtOnce(t *testing.T) {
	t.Parallel()
	run(t, bell, func(r *rig) {
		r.text = gong
		r.hangUp()
		r.wants(1, `level=INFO msg=reloaded feeds=0 rules=2 changes="+1 rule" after="a request"`)
		if r.hangups != 1 {
			t.Errorf("Asked was called %d times", r.hangups)
		}
	})
}

func TestALongListOfProblemsIsCutOff(t *testing.T) {
	t.Parallel()
	text := bell
	for i := range 22 {
		text += fmt.Sprintf("  - {id: noise.r%02d, require: %q}\n", i, strings.Repeat("x", 3000)+fmt.Sprint(i)+" AND")
	}
	run(t, bell, func(r *rig) {
		r.save(text)
		r.after(time.Second)
		lines := strings.Split(strings.TrimSpace(r.log.String()), "\n")
		if len(lines) != 12 {
			t.Fatalf("%d lines:\n%s", len(lines), &r.log)
		}
		for _, l := range lines {
			if len(l) > 600 {
				t.Errorf("a line of %d bytes", len(l))
			}
		}
		if want := `level=ERROR msg="the configuration is wrong" problem="and 12 more; tocsin check shows all"`; lines[10] != want {
			t.Errorf("the last but one line is %s", lines[10])
		}
		if !strings.Contains(lines[11], "errors=22") {
			t.Errorf("the last line is %s", lines[11])
		}
	})
}

// expiring returns rules with a tuning that counts until the end of a day.
func expiring(day time.Time, tuning string) string {
	return bell + "tune: [{rules: [noise.bell], " + tuning + ", expires: " + day.UTC().Format(time.DateOnly) + "}]\n"
}

func TestATuningExpiresWhileTheDaemonRuns(t *testing.T) {
	t.Parallel()
	run(t, bell, func(r *rig) {
		today := time.Now().UTC().Truncate(24 * time.Hour)
		r.save(expiring(today.AddDate(0, 0, 1), "exclude: opinion"))
		r.after(time.Second)
		r.wants(1, `level=INFO msg=reloaded feeds=0 rules=1 changes="rule noise.bell changed" after="a change of the files"`)

		// The file is broken when the day comes, which does not make the tuning
		// count for longer.
		r.save(broken)
		r.after(time.Second)
		r.log.Reset()

		// The first of the two nights changes nothing.
		r.after(time.Until(today.AddDate(0, 0, 2)) - time.Second)
		r.wants(1)
		if got := r.matches("A bell, an opinion"); got != "" {
			t.Errorf("the tuning does not count on its last day: %q", got)
		}
		r.after(time.Second + often)
		r.wants(2, `level=INFO msg=reloaded feeds=0 rules=1 changes="rule noise.bell changed" after="a new day"`)
		if got := r.matches("A bell, an opinion"); got != "noise.bell" {
			t.Errorf("the tuning counts after its last day: %q", got)
		}
	})
}

func TestRulesThatNeedAnExpiredTuningAreToldOfOnceADay(t *testing.T) {
	t.Parallel()
	run(t, bell, func(r *rig) {
		today := time.Now().UTC().Truncate(24 * time.Hour)
		text := strings.Replace(expiring(today, "signals: [{when: loud, points: 5}]"), "require: bell}", "require: bell, threshold: 5}", 1)
		r.save(text)
		r.after(time.Second)
		r.wants(1, `level=INFO msg=reloaded feeds=0 rules=1 changes="rule noise.bell threshold 0→5" after="a change of the files"`)
		want := []string{
			`level=ERROR msg="the configuration is wrong" problem="rules.yaml:4:48: rule \"noise.bell\": the threshold 5 cannot be reached (the points add up to 0 at most)"`,
			`level=WARN msg="not reloaded, what was before stays in use" errors=1 after="a new day"`,
		}
		for day := range 2 {
			r.after(time.Until(today.AddDate(0, 0, day+2)) - time.Hour)
			r.wants(1, want...)
		}
	})
}

func TestWithoutAWatchASignalReloads(t *testing.T) {
	t.Parallel()
	run(t, bell, func(r *rig) {
		r.watchErr = errors.New("no space left on device")
		r.hangUp()
		warning := `level=WARN msg="files are not watched, only SIGHUP reloads them" err="no space left on device"`
		r.wants(0, warning)

		r.text = gong
		r.touch()
		r.after(time.Hour)
		r.hangUp()
		r.wants(1, `level=INFO msg=reloaded feeds=0 rules=2 changes="+1 rule" after="a request"`)

		// It works again, fails again, and says so again.
		r.watchErr = nil
		r.hangUp()
		r.save(bell)
		r.after(time.Second)
		r.wants(2, `level=INFO msg=reloaded feeds=0 rules=1 changes="-1 rule" after="a change of the files"`)
		r.watchErr = errors.New("no space left on device")
		r.hangUp()
		r.wants(2, warning)
	})
}

func TestWhatCannotBeReadIsTriedAgain(t *testing.T) {
	t.Parallel()
	run(t, bell, func(r *rig) {
		r.readErr = "permission denied"
		r.save(gong)
		r.after(time.Second)
		r.wants(0,
			`level=ERROR msg="the configuration is wrong" problem="rules.yaml: permission denied"`,
			`level=WARN msg="not reloaded, what was before stays in use" errors=1 after="a change of the files"`)
		r.after(time.Hour)
		r.readErr = "" // the permission of a folder far above was wrong
		r.after(often)
		r.wants(1, `level=INFO msg=reloaded feeds=0 rules=2 changes="+1 rule" after="a change of the files"`)
	})
}

func TestAConfigurationIsTakenWithItsRules(t *testing.T) {
	t.Parallel()
	run(t, bell, func(r *rig) {
		r.text = gong
		r.config.Operators = "#ops"
		r.config.Feeds = []config.Feed{{URL: "https://a.example/feed"}}
		r.hangUp()
		r.wants(1, `level=INFO msg=reloaded feeds=1 rules=2 changes="+1 feed, +1 rule, operators.channel none→#ops" after="a request"`)
		if got := r.used[0].Config.Operators; got != "#ops" {
			t.Errorf("put in use: %q", got)
		}
	})
}

func TestWhatNeedsARestartIsSaidUntilItIsAsItWas(t *testing.T) {
	t.Parallel()
	run(t, bell, func(r *rig) {
		r.config.Store, r.config.Web.Listen = "other.db", "127.0.0.1:1"
		r.hangUp()
		r.wants(1, `level=INFO msg=reloaded feeds=0 rules=1 changes=none after="a request"`,
			`level=WARN msg="what else has changed counts from the next start on" keys="store, web.listen"`)
		r.config.Web.Listen = ""
		r.text = gong
		r.hangUp()
		r.wants(2, `level=INFO msg=reloaded feeds=0 rules=2 changes="+1 rule" after="a request"`,
			`level=WARN msg="what else has changed counts from the next start on" keys=store`)
		r.config.Store = ""
		r.hangUp()
		r.wants(3, `level=INFO msg=reloaded feeds=0 rules=2 changes=none after="a request"`)
		r.config.Slack.TokenFile = "token"
		r.hangUp()
		r.log.Reset()
		r.secrets = map[string]string{"token": "another one"}
		r.config.Operators = "#ops"
		r.hangUp()
		r.wants(5, `level=INFO msg=reloaded feeds=0 rules=2 changes="operators.channel none→#ops" after="a request"`,
			`level=WARN msg="what else has changed counts from the next start on" keys=slack.token_file`)
	})
}

func TestWhatAConfigurationNamesIsWatchedFromThenOn(t *testing.T) {
	t.Parallel()
	run(t, bell, func(r *rig) {
		r.lists = []string{"feeds.yaml"}
		reads := r.reads
		r.hangUp()
		if want := []string{"tocsin.yaml", "feeds.yaml"}; !slices.Equal(r.watched, want) {
			t.Errorf("watched %q, want %q", r.watched, want)
		}
		if n := r.reads - reads; n != 2 {
			t.Errorf("the files were read %d times: once more when all of them are watched", n)
		}
	})
}

func TestWhatTheStoreCannotTakeIsTriedAgain(t *testing.T) {
	t.Parallel()
	run(t, bell, func(r *rig) {
		r.useErr = errors.New("the disk is full")
		r.text = gong
		r.hangUp()
		failed := `level=ERROR msg="not reloaded, what was before stays in use" reason="the disk is full" after="a `
		r.wants(0, failed+`request"`)
		r.after(often)
		r.wants(0, failed+`change of the files"`)
		r.useErr = nil
		r.after(often)
		r.wants(1, `level=INFO msg=reloaded feeds=0 rules=2 changes="+1 rule" after="a change of the files"`)
	})
}
