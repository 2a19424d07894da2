package watcher

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/store/sqlite"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
	"tocsin/watcher/route"
	"tocsin/watcher/schedule"
	"tocsin/watcher/slack"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a watcher with a real store, a reader that answers what the test
// says, and a sink that notes what is said.
type world struct {
	t      testing.TB
	store  *sqlite.DB
	reader *scriptedReader
	sink   *notingSink
	feeds  []config.Feed
	routes []route.Route
	log    *slog.Logger
	runs   int
	// operators is the channel for notices.
	operators string
	keep      *config.Retention // nil: nothing is tidied
}

func newWorld(t testing.TB, path string) *world {
	t.Helper()
	w := &world{
		t: t, reader: &scriptedReader{answers: make(map[string]answer)}, sink: &notingSink{},
		routes: []route.Route{{Channel: "#noise", MinSeverity: rules.Low}},
		log:    slog.New(slog.DiscardHandler),
	}
	w.open(path)
	return w
}

func (w *world) open(path string) {
	w.t.Helper()
	db, err := sqlite.Open(context.Background(), path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.store = db
}

// add subscribes a feed that answers with the given function.
func (w *world) add(url, spec string, a answer, tags ...string) {
	w.t.Helper()
	s, err := schedule.Parse(spec)
	if err != nil {
		w.t.Fatal(err)
	}
	w.feeds = append(w.feeds, config.Feed{URL: url, Schedule: s, MaxAge: 24 * time.Hour, Tags: tags})
	w.reader.answers[url] = a
}

func (w *world) watcher() *Watcher {
	w.runs++
	var tidy *Tidying
	if w.keep != nil {
		tidy = &Tidying{Store: w.store, Keep: *w.keep}
	}
	return New(w.log, w.store, w.reader, w.sink, time.Now, Options{
		Tidy:     tidy,
		Plan:     w.plan(),
		Holder:   fmt.Sprintf("run %d", w.runs),
		Requests: 4,
		PerHost:  2,
		Timeout:  10 * time.Minute,
	})
}

func (w *world) plan() Plan {
	return Plan{
		Rules: ruleSet(w.t, testRules), Feeds: w.feeds, Routes: w.routes, Operators: w.operators,
		MinInterval: time.Minute, StoryWindow: 72 * time.Hour,
	}
}

// run runs a watcher for a while.
func (w *world) run(d time.Duration) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	if err := w.watcher().Run(ctx); err != nil {
		w.t.Fatal(err)
	}
}

// answer is what a feed answers to its nth request, from 1.
type answer func(ctx context.Context, n int, now time.Time) (*feed.Result, error)

// scriptedReader answers as the test says and notes when it was asked.
type scriptedReader struct {
	mu      sync.Mutex
	answers map[string]answer
	asked   map[string][]time.Time
	reqs    []feed.Request
}

func (r *scriptedReader) Read(ctx context.Context, req feed.Request, now time.Time) (*feed.Result, error) {
	r.mu.Lock()
	if r.asked == nil {
		r.asked = make(map[string][]time.Time)
	}
	r.asked[req.URL] = append(r.asked[req.URL], now)
	r.reqs = append(r.reqs, req)
	n := len(r.asked[req.URL])
	r.mu.Unlock()
	res, err := r.answers[req.URL](ctx, n, now)
	if res != nil && res.Document != nil {
		res.Sent = true
	}
	return res, err
}

// ReadPage answers that there is no page.
func (r *scriptedReader) ReadPage(context.Context, feed.PageRequest) (string, error) {
	return "", &feed.Error{Problem: feed.Status, Reason: "404 Not Found", Code: 404}
}

// items answers with a document of items whose titles are given, the nth of
// them at the nth request and those before it.
func items(titles ...string) answer {
	return func(_ context.Context, n int, now time.Time) (*feed.Result, error) {
		d := &feed.Document{Title: "The Paper"}
		for i, title := range titles[:min(n, len(titles))] {
			d.Items = append(d.Items, feed.Item{Key: fmt.Sprint(i), Link: fmt.Sprintf("https://a.example/%s/%d", title, i), Title: title, Published: now})
		}
		return &feed.Result{Document: d, ETag: fmt.Sprintf("%q", fmt.Sprint(n))}, nil
	}
}

// notingSink notes what is said, and fails as the test says.
type notingSink struct {
	mu       sync.Mutex
	said     []string      // "channel title"
	contents []slack.Alert // of what was said
	edits    []slack.Alert
	edit     func() error
	keys     map[string]bool
	times    []time.Time
	post     func(n int) error // of the nth attempt, from 1
	on       func(channel string) error
	find     func() error
	tries    int
	finds    int
	lost     bool // what fails was said all the same
	hasty    bool // no time between two messages
}

func (s *notingSink) Post(_ context.Context, channel, thread string, a slack.Alert) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tries++
	var err error
	if s.post != nil {
		err = s.post(s.tries)
	}
	if s.on != nil && err == nil {
		err = s.on(channel)
	}
	if err == nil || s.lost {
		line := channel + " " + a.Title
		if a.Report != nil {
			line = channel + " (thread) " + a.Title
		}
		s.said = append(s.said, line)
		s.contents = append(s.contents, a)
		s.times = append(s.times, time.Now())
		if s.keys == nil {
			s.keys = make(map[string]bool)
		}
		s.keys[a.Key] = true
	}
	return "receipt", err
}

// stories counts those that were told, by themselves or together.
func (s *notingSink) stories() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.contents {
		switch {
		case c.Digest != nil:
			n += len(c.Digest.Entries)
		case c.Report == nil:
			n++
		}
	}
	return n
}

func (s *notingSink) Edit(_ context.Context, _ string, a slack.Alert) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.edit != nil {
		if err := s.edit(); err != nil {
			return err
		}
	}
	s.edits = append(s.edits, a)
	return nil
}

func (s *notingSink) Link(context.Context, string) (string, error) {
	return "https://slack.example/m", nil
}

func (s *notingSink) Find(_ context.Context, _, _, key string, _ time.Time) (string, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finds++
	if s.find != nil {
		if err := s.find(); err != nil {
			return "", false, err
		}
	}
	return "found", s.keys[key], nil
}

func (s *notingSink) Pace() time.Duration {
	if s.hasty {
		return 0
	}
	return time.Second
}

func (w *world) counts() store.Counts {
	w.t.Helper()
	c, err := w.store.Counts(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) close() {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Error(err)
	}
}

func (w *world) alerts() []store.Alert {
	w.t.Helper()
	a, err := w.store.Alerts(context.Background(), time.Time{})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// bubble runs a test in simulated time.
func bubble(t *testing.T, f func(t *testing.T, w *world)) {
	path := filepath.Join(t.TempDir(), "test.db")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, path)
		t.Cleanup(w.close)
		f(t, w)
	})
}

func TestRunPollsOnScheduleAndRingsOnce(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		const url = "https://a.example/feed"
		w.add(url, "*/10 * * * *", items("Nothing", "A bell rings in town", "A whistle blows in town", "Nothing else"))
		start := time.Now()
		w.run(45 * time.Minute)
		asked := w.reader.asked[url]
		if len(asked) != 5 {
			t.Fatalf("asked %d times in 45 minutes: %v", len(asked), asked)
		}
		for i, at := range asked[1:] {
			if late := at.Sub(start.Truncate(10 * time.Minute).Add(time.Duration(i+1) * 10 * time.Minute)); late < 0 || late > 30*time.Second {
				t.Errorf("poll %d is %s late", i+2, late)
			}
		}
		if diff := cmp.Diff([]string{"#noise A bell rings in town", "#noise A whistle blows in town"}, w.sink.said); diff != "" {
			t.Errorf("said:\n%s", diff)
		}
		if got := w.reader.reqs[4].ETag; got != `"4"` {
			t.Errorf("validator of the fifth request: %s", got)
		}
	})
}

func TestARestartPollsNothingEarly(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		const url = "https://a.example/feed"
		w.add(url, "0 * * * *", items("A bell rings in town"))
		start := time.Now()
		w.run(time.Minute)
		for range 5 {
			time.Sleep(time.Minute)
			w.run(time.Minute)
		}
		if n := len(w.reader.asked[url]); n != 1 {
			t.Errorf("asked %d times in %s of restarts", n, time.Since(start))
		}
		w.run(time.Hour)
		if n := len(w.reader.asked[url]); n != 2 {
			t.Errorf("asked %d times after another hour", n)
		}
		if len(w.sink.said) != 1 {
			t.Errorf("said %q", w.sink.said)
		}
	})
}

func TestAFailingFeedWaitsLongerAndStopsNobody(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://bad.example/feed", "* * * * *", func(context.Context, int, time.Time) (*feed.Result, error) {
			return nil, &feed.Error{Problem: feed.Status, Reason: "500 Internal Server Error", Code: 500}
		})
		w.add("https://good.example/feed", "* * * * *", items("A bell rings in town"))
		w.run(time.Hour)
		bad, good := len(w.reader.asked["https://bad.example/feed"]), len(w.reader.asked["https://good.example/feed"])
		if good < 58 || bad < 4 || bad > 10 {
			t.Errorf("in an hour the good feed was asked %d times, the bad one %d times", good, bad)
		}
		feeds, err := w.store.Feeds(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		f := feeds[0]
		if f.Failures != bad || f.Problem != "500 Internal Server Error" || !f.Succeeded.IsZero() {
			t.Errorf("the bad feed's row: %+v", f)
		}
	})
}

func TestAHangingFeedDelaysNobody(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		// Many more feeds of one dead host than may be asked at once.
		for i := range 200 {
			w.add(fmt.Sprintf("https://hangs.example/%d", i), "* * * * *", func(ctx context.Context, _ int, _ time.Time) (*feed.Result, error) {
				select {
				case <-ctx.Done():
					return nil, ctx.Err()
				case <-time.After(time.Minute):
					return nil, &feed.Error{Problem: feed.Timeout, Reason: "no answer within 1m"}
				}
			})
		}
		w.add("https://good.example/feed", "* * * * *", items("A bell rings in town"))
		w.run(3 * time.Minute)
		if n := len(w.reader.asked["https://good.example/feed"]); n < 3 {
			t.Errorf("the good feed was asked %d times in 3 minutes", n)
		}
	})
}

func TestAGoneFeedIsPolledNoMore(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		const url = "https://gone.example/feed"
		w.add(url, "* * * * *", func(context.Context, int, time.Time) (*feed.Result, error) {
			return nil, &feed.Error{Problem: feed.Gone, Reason: "410 Gone", Code: 410}
		})
		w.run(time.Hour)
		if n := len(w.reader.asked[url]); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestAMovedFeedIsReadWhereItIsWithoutItsCredentials(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		const old, moved = "https://old.example/feed", "https://new.example/feed"
		w.add(old, "*/10 * * * *", func(context.Context, int, time.Time) (*feed.Result, error) {
			return &feed.Result{Document: &feed.Document{}, Moved: moved}, nil
		})
		w.feeds[0].Header = map[string][]string{"Authorization": {"s3cret"}}
		w.reader.answers[moved] = items("A bell rings in town")
		w.run(15 * time.Minute)
		if len(w.reader.asked[old]) != 1 || len(w.reader.asked[moved]) != 1 {
			t.Fatalf("asked %v", w.reader.asked)
		}
		if got := w.reader.reqs[0].Header.Get("Authorization"); got != "s3cret" {
			t.Errorf("the old host got %q", got)
		}
		if h := w.reader.reqs[1].Header; h != nil {
			t.Errorf("the new host got %v", h)
		}
	})
}

func TestOnceDeliversAndReturns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, filepath.Join(t.TempDir(), "test.db"))
	defer w.close()
	for i := range 50 {
		w.add(fmt.Sprintf("https://a.example/%d", i), "@hourly", items(fmt.Sprintf("Only news of number %d", i)))
	}
	w.add("https://b.example/feed", "@hourly", items("A bell rings in town"))
	sum, err := w.watcher().Once(context.Background(), false)
	if err != nil {
		t.Fatal(err)
	}
	want := Summary{Polled: 51, New: 51, Matched: 1, Raised: 1, Said: 1}
	if diff := cmp.Diff(want, sum); diff != "" {
		t.Error(diff)
	}
	sum, err = w.watcher().Once(context.Background(), false)
	if diff := cmp.Diff(Summary{}, sum); err != nil || diff != "" {
		t.Errorf("a second round, nothing being due: %v\n%s", err, diff)
	}
	sum, err = w.watcher().Once(context.Background(), true)
	if diff := cmp.Diff(Summary{Polled: 51}, sum); err != nil || diff != "" {
		t.Errorf("a third round over everything: %v\n%s", err, diff)
	}
}

func TestOnceDeliversAllThatItsChannelsQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, filepath.Join(t.TempDir(), "test.db"))
	defer w.close()
	w.sink.hasty = true
	for i := range 60 {
		w.add(fmt.Sprintf("https://a.example/%d", i), "@hourly", items(fmt.Sprintf("A bell of number %d rings", i)))
	}
	sum, err := w.watcher().Once(context.Background(), false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Summary{Polled: 60, New: 60, Matched: 60, Raised: 60, Said: 60}, sum); diff != "" {
		t.Error(diff)
	}
}

func TestOnceWithAStoreThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, filepath.Join(t.TempDir(), "test.db"))
	defer w.close()
	w.add("https://a.example/feed", "@hourly", items("A bell rings in town"))
	watcher := w.watcher()
	full := errors.New("no space left on device")
	watcher.store = failingCommits{w.store, full}
	if _, err := watcher.Once(context.Background(), false); !errors.Is(err, full) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want %v in one line", err, full)
	}
	if c := w.counts(); c.Articles != 0 {
		t.Errorf("%d articles were kept", c.Articles)
	}
}

func TestAPollThatCannotBeKeptIsKeptSoon(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		const url = "https://a.example/feed"
		w.add(url, "@daily", items("A bell rings in town"))
		watcher := w.watcher()
		watcher.opts.Timeout = 30 * time.Second
		watcher.store = &failingOnce{Store: w.store}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := watcher.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if len(w.reader.asked[url]) != 1 || len(w.sink.said) != 1 {
			t.Errorf("asked at %v, said %q", w.reader.asked[url], w.sink.said)
		}
	})
}

// A feed whose poll cannot be kept for minutes is not left alone until its lease ends
// when it can be.
func TestAPollIsKeptAsSoonAsTheDiskHasRoom(t *testing.T) {
	t.Parallel()
	for _, full := range []time.Duration{100 * time.Second, 5 * time.Minute, 28 * time.Minute} {
		bubble(t, func(t *testing.T, w *world) {
			w.add("https://a.example/feed", "@daily", items("A bell rings in town"))
			watcher := w.watcher()
			watcher.opts.Timeout = 30 * time.Second
			start := time.Now()
			watcher.store = crammedStore{w.store, start.Add(full)}
			ctx, cancel := context.WithTimeout(context.Background(), full+15*time.Second)
			defer cancel()
			if err := watcher.Run(ctx); err != nil {
				t.Fatal(err)
			}
			if len(w.sink.said) != 1 {
				t.Fatalf("after %s: said %q", full, w.sink.said)
			}
		})
	}
}

// crammedStore keeps no poll until a time.
type crammedStore struct {
	Store
	until time.Time
}

func (f crammedStore) CommitPoll(ctx context.Context, p store.Poll, judge store.Judge) error {
	if time.Now().Before(f.until) {
		return errors.New("no space left on device")
	}
	return f.Store.CommitPoll(ctx, p, judge)
}

// failingOnce is a store where the first look for what is known fails, and the
// first commit.
type failingOnce struct {
	Store
	looked, failed bool
}

func (f *failingOnce) Unknown(ctx context.Context, url string, ids []string) ([]string, error) {
	if !f.looked {
		f.looked = true
		return nil, errors.New("the server shuts down")
	}
	return f.Store.Unknown(ctx, url, ids)
}

func (f *failingOnce) CommitPoll(ctx context.Context, p store.Poll, j store.Judge) error {
	if !f.failed {
		f.failed = true
		return errors.New("no space left on device")
	}
	return f.Store.CommitPoll(ctx, p, j)
}

func TestAServersWishIsHeard(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		const good, bad = "https://good.example/feed", "https://bad.example/feed"
		w.add(good, "* * * * *", func(_ context.Context, _ int, now time.Time) (*feed.Result, error) {
			return &feed.Result{Document: &feed.Document{}, NotBefore: now.Add(time.Hour)}, nil
		})
		w.add(bad, "* * * * *", func(_ context.Context, _ int, now time.Time) (*feed.Result, error) {
			return nil, &feed.Error{Problem: feed.Status, Reason: "429 Too Many Requests", NotBefore: now.Add(time.Hour)}
		})
		w.run(150 * time.Minute)
		for _, url := range []string{good, bad} {
			if n := len(w.reader.asked[url]); n != 3 {
				t.Errorf("%s was asked %d times: %v", url, n, w.reader.asked[url])
			}
		}
	})
}

func TestNoFeedIsPolledMoreOftenThanTheLeastInterval(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		const url = "https://a.example/feed"
		w.add(url, "@every 5s", items("Nothing"))
		w.run(10 * time.Minute)
		if n := len(w.reader.asked[url]); n < 9 || n > 11 {
			t.Errorf("asked %d times in 10 minutes with a least interval of one", n)
		}
	})
}

func TestAFailureKeepsTheValidatorsOfTheLastGoodAnswer(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		good := items("Nothing")
		w.add("https://a.example/feed", "*/10 * * * *", func(ctx context.Context, n int, now time.Time) (*feed.Result, error) {
			if n == 2 {
				return nil, &feed.Error{Problem: feed.Status, Reason: "500 Internal Server Error"}
			}
			return good(ctx, n, now)
		})
		w.run(25 * time.Minute)
		if n := len(w.reader.reqs); n < 3 || w.reader.reqs[2].ETag != `"1"` {
			t.Errorf("%d requests, the third with the validator %s", n, w.reader.reqs[2].ETag)
		}
	})
}

func TestAMoveThatWasAMistakeIsUndone(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	bubble(t, func(t *testing.T, w *world) {
		w.log = slog.New(slog.NewTextHandler(&out, nil))
		const own, wrong = "https://own.example/feed", "https://parked.example/feed"
		good := items("A bell rings in town")
		w.add(own, "*/10 * * * *", func(ctx context.Context, n int, now time.Time) (*feed.Result, error) {
			if n == 1 {
				return &feed.Result{Document: &feed.Document{}, Moved: wrong}, nil
			}
			return good(ctx, n, now)
		})
		w.reader.answers[wrong] = func(context.Context, int, time.Time) (*feed.Result, error) {
			return nil, &feed.Error{Problem: feed.Gone, Reason: "410 Gone", Code: 410}
		}
		w.run(time.Hour)
		if len(w.reader.asked[wrong]) != 1 || len(w.reader.asked[own]) < 3 || len(w.sink.said) != 1 {
			t.Errorf("asked %v, said %q", w.reader.asked, w.sink.said)
		}
	})
	for _, line := range []string{
		`msg="feed has moved for good" feed=https://own.example/feed to=https://parked.example/feed`,
		`msg="feed is asked at its own address again" feed=https://own.example/feed not=https://parked.example/feed`,
	} {
		if n := strings.Count(out.String(), line); n != 1 {
			t.Errorf("%d times in the log: %s", n, line)
		}
	}
}

func TestWhatIsOldOnTheFirstPollDoesNotRingLater(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.add("https://a.example/feed", "*/10 * * * *", func(_ context.Context, n int, now time.Time) (*feed.Result, error) {
			d := &feed.Document{Items: []feed.Item{{Key: "1", Title: "A bell of old"}, {Key: "2", Title: "A bell of last year", Published: now.AddDate(-1, 0, 0)}}}
			if n > 1 {
				d.Items = append(d.Items, feed.Item{Key: "3", Title: "A whistle of today"})
			}
			return &feed.Result{Document: d}, nil
		})
		w.run(time.Hour)
		if diff := cmp.Diff([]string{"#noise A whistle of today"}, w.sink.said); diff != "" {
			t.Error(diff)
		}
	})
}

func TestANewScheduleTakesEffect(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		const url = "https://a.example/feed"
		w.add(url, "0 0 * * 0", items("Nothing"))
		w.run(time.Minute)
		s, err := schedule.Parse("*/5 * * * *")
		if err != nil {
			t.Fatal(err)
		}
		w.feeds[0].Schedule = s
		w.run(31 * time.Minute)
		if n := len(w.reader.asked[url]); n < 6 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestSecretsOfAddressesStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	bubble(t, func(t *testing.T, w *world) {
		w.log = log
		const url = "https://s3cretuser:s3cretword@a.example/feed?token=s3crettoken#s3cretpart"
		good := items("A bell rings in town")
		w.add(url, "* * * * *", func(ctx context.Context, n int, now time.Time) (*feed.Result, error) {
			switch n {
			case 1:
				return nil, &feed.Error{Problem: feed.Status, Reason: "500 Internal Server Error"}
			case 2:
				return &feed.Result{Document: &feed.Document{Degraded: "cut off"}, Moved: url}, nil
			case 6:
				return nil, &feed.Error{Problem: feed.Gone, Reason: "410 Gone"}
			}
			return good(ctx, n, now)
		})
		w.run(time.Hour)
	})
	if text := out.String(); strings.Contains(text, "s3cret") || !strings.Contains(text, "a.example") {
		t.Errorf("the log:\n%s", text)
	}
}

type failingCommits struct {
	*sqlite.DB
	err error
}

func (f failingCommits) CommitPoll(context.Context, store.Poll, store.Judge) error { return f.err }

// Join returns a leave that fails as the commits do.
func (f failingCommits) Join(ctx context.Context, holder string) (func() error, error) {
	leave, err := f.DB.Join(ctx, holder)
	return func() error { return errors.Join(leave(), f.err) }, err
}
