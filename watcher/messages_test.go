package watcher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/feed"
	"tocsin/watcher/route"
	"tocsin/watcher/schedule"
	"tocsin/watcher/slack"
)

// timed answers with a document of the items whose time has come, counted from when
// the test began.
func timed(start time.Time, titles map[time.Duration]string) answer {
	return func(_ context.Context, n int, now time.Time) (*feed.Result, error) {
		d := &feed.Document{Title: "The Paper"}
		for after, title := range titles {
			if at := start.Add(after); !at.After(now) {
				d.Items = append(d.Items, feed.Item{Key: title, Link: "https://a.example/" + strings.ReplaceAll(title, " ", "-"), Title: title, Published: at})
			}
		}
		return &feed.Result{Document: d, ETag: fmt.Sprintf("%q", fmt.Sprint(n))}, nil
	}
}

// paper adds a feed of a paper that is read every minute.
func (w *world) paper(name string, titles map[time.Duration]string, tags ...string) {
	w.t.Helper()
	w.paperAt("* * * * *", name, titles, tags...)
}

// paperAt adds a feed of a paper.
func (w *world) paperAt(spec, name string, titles map[time.Duration]string, tags ...string) {
	w.t.Helper()
	a := timed(time.Now(), titles)
	w.add("https://"+name+".example/feed", spec, a, tags...)
	w.feeds[len(w.feeds)-1].Title = name
}

const minutes = time.Minute

// The reports of one event by several papers.
const (
	first  = "Northwind sues Quartzline over the Oslo bell"
	second = "Court in Oslo to hear what Northwind says Quartzline did to its bell"
	third  = "Oslo bell: what Northwind wants from Quartzline"
	louder = "Loud Northwind lawsuit over Oslo bell hits Quartzline"
)

func TestAStoryIsOneMessageWithAThread(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.paper("one", map[time.Duration]string{5 * minutes: first})
		w.paper("two", map[time.Duration]string{9 * minutes: second})
		w.paper("three", map[time.Duration]string{14 * minutes: third})
		w.run(20 * minutes)
		want := []string{"#noise " + first, "#noise (thread) " + second, "#noise (thread) " + third}
		if diff := cmp.Diff(want, w.sink.said); diff != "" {
			t.Errorf("said (-want +got):\n%s", diff)
		}
		if n := len(w.sink.edits); n != 2 {
			t.Fatalf("%d edits", n)
		}
		last := w.sink.edits[1]
		if last.Title != first || len(last.Also) != 2 || last.Also[0].Source != "two" || last.Also[1].Source != "three" {
			t.Errorf("the message says at last: %+v", last)
		}
		for _, a := range w.alerts() {
			if a.State != store.AlertSent {
				t.Errorf("alert %+v", a)
			}
		}
	})
}

func TestAnotherEditionJoinsSilently(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.paper("one", map[time.Duration]string{5 * minutes: first})
		w.paper("two", map[time.Duration]string{9 * minutes: first})
		w.run(20 * minutes)
		if len(w.sink.said) != 1 || len(w.sink.edits) != 0 {
			t.Errorf("said %q, %d edits", w.sink.said, len(w.sink.edits))
		}
	})
}

func TestAStoryIsToldAnewWhenItGetsMoreSevere(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.paper("one", map[time.Duration]string{5 * minutes: first})
		w.paper("two", map[time.Duration]string{9 * minutes: louder})
		w.paper("three", map[time.Duration]string{14 * minutes: third})
		w.run(20 * minutes)
		want := []string{"#noise " + first, "#noise " + louder, "#noise (thread) " + third}
		if diff := cmp.Diff(want, w.sink.said); diff != "" {
			t.Fatalf("said (-want +got):\n%s", diff)
		}
		if e := w.sink.contents[1].Earlier; e == nil || e.Severity != "medium" || e.Link != "https://slack.example/m" {
			t.Errorf("it leads back to %+v", e)
		}
		if e := w.sink.edits[0]; e.Title != louder || e.Earlier == nil || len(e.Also) != 1 {
			t.Errorf("the last message says at last: %+v", e)
		}
	})
}

func TestWhatFollowsAfterTheWindowLeadsBack(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.paperAt("0 */6 * * *", "one", map[time.Duration]string{2 * time.Hour: first})
		w.paperAt("0 */6 * * *", "two", map[time.Duration]string{100 * time.Hour: second})
		w.run(7 * time.Hour)
		time.Sleep(94 * time.Hour)
		w.run(time.Hour)
		if diff := cmp.Diff([]string{"#noise " + first, "#noise " + second}, w.sink.said); diff != "" {
			t.Fatalf("said (-want +got):\n%s", diff)
		}
		if e := w.sink.contents[1].Earlier; e == nil || e.Severity != "" || e.Link == "" {
			t.Errorf("it leads back to %+v", e)
		}
	})
}

func TestAnEditThatFailsIsRepeatedAndItsReplyIsNot(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.paper("one", map[time.Duration]string{5 * minutes: first})
		w.paper("two", map[time.Duration]string{9 * minutes: second})
		fails := 3
		w.sink.edit = func() error {
			if fails--; fails >= 0 {
				return errLost
			}
			return nil
		}
		w.run(20 * minutes)
		if len(w.sink.said) != 2 || len(w.sink.edits) != 1 {
			t.Errorf("said %q, %d edits", w.sink.said, len(w.sink.edits))
		}
		w.sink.edit = func() error { return &slack.Error{Class: slack.Payload, Reason: "message_not_found"} }
		w.paper("three", map[time.Duration]string{0: "Nothing", 4 * minutes: third})
		w.run(20 * minutes)
		if a := w.alerts(); len(w.sink.said) != 3 || a[len(a)-1].State != store.AlertSent {
			t.Errorf("said %q", w.sink.said)
		}
	})
}

// busyStore has one more report come each time it is asked, up to three.
type busyStore struct {
	Store
	asked int
}

func (s *busyStore) Replies(_ context.Context, alert string) (replies []store.Alert, err error) {
	s.asked++
	for n := range min(s.asked, 3) {
		content := mustJSON(slack.Alert{Report: &slack.Report{Source: fmt.Sprint("paper ", n)}})
		replies = append(replies, store.Alert{ID: fmt.Sprint(n), Kind: store.AlertReply, Follows: alert, Content: content})
	}
	return replies, nil
}

func TestAMessageThatIsChangedNamesWhatCameMeanwhile(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.paper("one", map[time.Duration]string{5 * minutes: first})
		w.run(10 * minutes)
		busy := w.watcher()
		busy.store = &busyStore{Store: w.store}
		if err := busy.Redraw(t.Context(), w.alerts()[0].ID, "m"); err != nil {
			t.Fatal(err)
		}
		if n := len(w.sink.edits); n != 3 || len(w.sink.edits[n-1].Also) != 3 {
			t.Errorf("%d edits, the last one with %+v", n, w.sink.edits[n-1].Also)
		}
	})
}

// A report whose message was put off for seconds comes right behind it.
func TestAReportWaitsNoLongerThanItsMessage(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.routes[0].AtMostEvery = 80 * time.Second
		w.paper("one", map[time.Duration]string{5 * minutes: unlike(1), 6 * minutes: first, 6*minutes - time.Second: third})
		w.run(20 * minutes)
		if len(w.sink.said) != 3 || !strings.HasPrefix(w.sink.said[2], "#noise (thread) ") {
			t.Fatalf("said %q", w.sink.said)
		}
		if wait := w.sink.times[2].Sub(w.sink.times[1]); wait > 10*time.Second {
			t.Errorf("the report came %s after its message", wait)
		}
	})
}

func TestHeldReportsAreInTheFirstMessage(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.routes[0].Hold = 10 * minutes
		start := time.Now()
		w.paper("one", map[time.Duration]string{5 * minutes: first})
		w.paper("two", map[time.Duration]string{9 * minutes: second})
		w.run(30 * minutes)
		if diff := cmp.Diff([]string{"#noise " + first, "#noise (thread) " + second}, w.sink.said); diff != "" {
			t.Fatalf("said (-want +got):\n%s", diff)
		}
		if wait := w.sink.times[0].Sub(start); wait < 15*minutes || wait > 17*minutes || len(w.sink.contents[0].Also) != 1 {
			t.Errorf("said after %s, also by %+v", wait, w.sink.contents[0].Also)
		}
	})
}

func TestAStrongerReportMutesTheWeakerOneThatWaits(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.routes[0].Hold = 10 * minutes
		w.paper("one", map[time.Duration]string{5 * minutes: first})
		w.paper("two", map[time.Duration]string{9 * minutes: louder})
		w.paper("three", map[time.Duration]string{12 * minutes: third})
		w.run(30 * minutes)
		if diff := cmp.Diff([]string{"#noise " + louder, "#noise (thread) " + third}, w.sink.said); diff != "" {
			t.Fatalf("said (-want +got):\n%s", diff)
		}
		if c := w.counts(); c.SentAlerts != 3 || c.Pending+c.Held != 0 {
			t.Errorf("counts: %+v", c)
		}
	})
}

// Its own paper tells an event once, so what looks alike is another story there.
func TestAStrongerStoryMutesItsWeakerTwin(t *testing.T) {
	t.Parallel()
	const twin = "Ida Lund of Northwind opens a new bell house in Tromsø, and far Oslo sends its whole choir"
	bubble(t, func(t *testing.T, w *world) {
		w.paper("one", map[time.Duration]string{3 * minutes: louder, 6 * minutes: twin, 9 * minutes: "Ida Lund opens new bell house in Tromsø"})
		w.run(12 * minutes)
		want := []string{"#noise " + louder, "#noise (thread) " + twin}
		if diff := cmp.Diff(want, w.sink.said[:min(len(w.sink.said), 2)]); diff != "" {
			t.Errorf("said %q (-want +got):\n%s", w.sink.said, diff)
		}
		if c := w.counts(); c.Stories < 2 || c.Pending+c.Held > 0 {
			t.Errorf("counts: %+v", c)
		}
		for _, line := range w.sink.said[1:] {
			if !strings.HasPrefix(line, "#noise (thread) ") {
				t.Errorf("said %q", line)
			}
		}
	})
}

func TestWhatIsMutedIsKeptAndNotSaid(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.paper("one", map[time.Duration]string{3 * minutes: first, 8 * minutes: "A whistle blows in Tromsø"})
		w.paper("two", map[time.Duration]string{6 * minutes: second})
		w.paper("three", map[time.Duration]string{9 * minutes: unlike(1)})
		mute := func(target string) {
			if err := w.store.Mute(context.Background(), store.Mute{Target: target, Until: time.Now().Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
		}
		w.run(5 * minutes)
		mute(MuteStory(w.alerts()[0].Story))
		mute(MuteRule("noise.whistle"))
		mute(MuteFeed("https://three.example/feed"))
		w.run(10 * minutes)
		if diff := cmp.Diff([]string{"#noise " + first}, w.sink.said); diff != "" {
			t.Errorf("said (-want +got):\n%s", diff)
		}
		if n := w.outcomes(); n[store.Muted] != 3 {
			t.Errorf("outcomes %v", n)
		}
	})
}

// silence mutes a target for an hour.
func (w *world) silence(target string) {
	w.t.Helper()
	now := time.Now()
	if err := w.store.Mute(context.Background(), store.Mute{Target: target, At: now, Until: now.Add(time.Hour)}); err != nil {
		w.t.Fatal(err)
	}
}

func TestWhatWaitsWhenItIsMutedIsNotSaidLater(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(w *world)
		target string
	}{
		"for its hold": {func(w *world) { w.routes[0].Hold = 3 * time.Hour }, "rule:noise.bell"},
		"for the digest": {func(w *world) {
			daily, err := schedule.Parse("0 8 * * *")
			if err != nil {
				w.t.Fatal(err)
			}
			w.routes[0].Digest = &daily
		}, "feed:https://one.example/feed"},
		"for Slack to take it": {func(w *world) {
			w.sink.on = func(string) error {
				return &slack.Error{Class: slack.Channel, Reason: "is_archived"}
			}
		}, "story:"},
		"for an answer that was lost": {func(w *world) {
			w.sink.post = func(int) error { return errLost }
		}, "rule:noise.bell"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world) {
				tt.change(w)
				w.paper("one", map[time.Duration]string{3 * minutes: first})
				w.run(5 * minutes)
				if tt.target == "story:" {
					tt.target = MuteStory(w.alerts()[0].Story)
				}
				w.silence(tt.target)
				w.sink.on, w.sink.post = nil, nil
				w.run(12 * time.Hour)
				if len(w.sink.said) != 0 {
					t.Errorf("said %q", w.sink.said)
				}
				if a := w.alerts()[0]; a.State != store.AlertMuted {
					t.Errorf("alert %+v", a)
				}
				if n := w.outcomes(); n[store.Muted] != 1 || len(n) != 1 {
					t.Errorf("outcomes %v", n)
				}
				// What is reported when the mute has ended is told.
				w.paper("two", map[time.Duration]string{3 * minutes: second})
				w.routes[0].Hold, w.routes[0].Digest = 0, nil
				w.run(5 * minutes)
				if diff := cmp.Diff([]string{"#noise " + second}, w.sink.said); diff != "" {
					t.Errorf("said in the end (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// unlike is the nth of a lot of titles that tell nothing of each other.
func unlike(n int) string {
	name := string([]byte{byte('A' + n%26), byte('a' + n/26%26), 'q', byte('a' + n*7%26), byte('a' + n/26%26)})
	return fmt.Sprintf("%sville hears bell of %scorp", name, name)
}

func TestQuietHoursEndInOneMessage(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		// The simulated time begins at midnight in UTC.
		every := [7]bool{true, true, true, true, true, true, true}
		w.routes[0].Quiet = []route.Interval{{Name: "nights", Zone: time.UTC, Days: every, From: 20 * 60, To: 7 * 60}}
		start := time.Now()
		w.paperAt("*/30 * * * *", "one", map[time.Duration]string{time.Hour + minutes: unlike(1), 2 * time.Hour: unlike(2), 3 * time.Hour: "A whistle blows in Tromsø"})
		w.paperAt("*/30 * * * *", "two", map[time.Duration]string{8 * time.Hour: unlike(3)})
		w.run(9 * time.Hour)
		if len(w.sink.said) != 2 || w.sink.said[0] != "#noise After nights" || w.sink.said[1] != "#noise "+unlike(3) {
			t.Fatalf("said %q", w.sink.said)
		}
		if at := w.sink.times[0].Sub(start); at < 7*time.Hour || at > 7*time.Hour+time.Minute {
			t.Errorf("said after %s", at)
		}
		d := w.sink.contents[0].Digest
		if len(d.Entries) != 3 || d.Entries[2].Severity != "low" || d.Total != 3 {
			t.Errorf("digest %+v", d)
		}
	})
}

// What is still unsaid when quiet hours begin waits for their end.
func TestQuietHoursHoldWhatIsLate(t *testing.T) {
	t.Parallel()
	away := &slack.Error{Class: slack.Channel, Reason: "is_archived"}
	for name, tt := range map[string]struct {
		title    string
		change   func(r *route.Route)
		tagged   bool          // the feed is of another route to the channel, which has no quiet hours
		reported time.Duration // after midnight
		back     time.Duration // when Slack takes messages again
		said     time.Duration
	}{
		"a message that Slack did not take before": {first, nil, false, 19 * time.Hour, 22 * time.Hour, 31 * time.Hour},
		"a message that it takes in time":          {first, nil, false, 18 * time.Hour, 19 * time.Hour, 19 * time.Hour},
		"one of a route that has none":             {first, nil, true, 19 * time.Hour, 22 * time.Hour, 22 * time.Hour},
		"one that may come only now":               {first, func(r *route.Route) { r.Hold = 2 * time.Hour }, false, 19*time.Hour + 30*minutes, 0, 31 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world) {
				every := [7]bool{true, true, true, true, true, true, true}
				w.routes[0].Quiet = []route.Interval{{Name: "nights", Zone: time.UTC, Days: every, From: 20 * 60, To: 7 * 60}}
				if tt.change != nil {
					tt.change(&w.routes[0])
				}
				w.routes = append([]route.Route{{Channel: "#noise", Tags: []string{"loud"}, MinSeverity: rules.Low}}, w.routes...)
				var tags []string
				if tt.tagged {
					tags = []string{"loud"}
				}
				start := time.Now()
				w.sink.on = func(string) error {
					if time.Since(start) < tt.back {
						return away
					}
					return nil
				}
				w.paperAt("*/30 * * * *", "one", map[time.Duration]string{tt.reported: tt.title}, tags...)
				w.run(32 * time.Hour)
				if len(w.sink.said) != 1 || w.sink.said[0] != "#noise "+tt.title {
					t.Fatalf("said %q", w.sink.said)
				}
				if at := w.sink.times[0].Sub(start); at < tt.said || at > tt.said+10*minutes {
					t.Errorf("said after %s, want %s", at, tt.said)
				}
			})
		})
	}
}

// A message that tells several waits with them.
func TestQuietHoursHoldADigestThatIsLate(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		every := [7]bool{true, true, true, true, true, true, true}
		w.routes[0].Quiet = []route.Interval{{Name: "nights", Zone: time.UTC, Days: every, From: 20 * 60, To: 7 * 60}}
		start := time.Now()
		w.sink.on = func(string) error {
			if time.Since(start) < 22*time.Hour {
				return &slack.Error{Class: slack.Channel, Reason: "is_archived"}
			}
			return nil
		}
		titles := make(map[time.Duration]string)
		for n := range 15 {
			titles[19*time.Hour+time.Duration(n)*time.Second] = unlike(n)
		}
		w.paperAt("*/30 * * * *", "one", titles)
		w.run(32 * time.Hour)
		if n := w.sink.stories(); n != 15 || len(w.sink.said) != 1 {
			t.Fatalf("said %q", w.sink.said)
		}
		if at := w.sink.times[0].Sub(start); at < 31*time.Hour {
			t.Errorf("said after %s", at)
		}
	})
}

func TestADigestIsSaidAtItsTimes(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		cron, err := schedule.Parse("0 8 * * *")
		if err != nil {
			t.Fatal(err)
		}
		w.routes = []route.Route{
			{Channel: "#noise", MinSeverity: rules.High},
			{Channel: "#noise", Digest: &cron},
		}
		w.paperAt("0 */2 * * *", "one", map[time.Duration]string{time.Hour + minutes: unlike(1), time.Hour: "A loud bell wakes Reykjavik harbour"})
		w.paperAt("0 */2 * * *", "two", map[time.Duration]string{2 * time.Hour: first})
		w.paperAt("0 */2 * * *", "three", map[time.Duration]string{3 * time.Hour: second})
		w.run(10 * time.Hour)
		want := []string{"#noise A loud bell wakes Reykjavik harbour", "#noise Digest"}
		if diff := cmp.Diff(want, w.sink.said); diff != "" {
			t.Fatalf("said (-want +got):\n%s", diff)
		}
		if d := w.sink.contents[1].Digest; len(d.Entries) != 2 || len(d.Entries[1].Also)+len(d.Entries[0].Also) != 1 {
			t.Errorf("digest %+v", d)
		}
		if c := w.counts(); c.Pending+c.Held+c.Dead != 0 {
			t.Errorf("counts: %+v", c)
		}
	})
}

func TestAtMostEverySaysTogetherWhatCameMeanwhile(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.routes[0].AtMostEvery = time.Hour
		w.paperAt("*/5 * * * *", "one", map[time.Duration]string{10 * minutes: unlike(1), 20 * minutes: unlike(2), 30 * minutes: unlike(3), 200 * minutes: unlike(4)})
		w.run(4 * time.Hour)
		want := []string{"#noise " + unlike(1), "#noise Catch-up", "#noise " + unlike(4)}
		if diff := cmp.Diff(want, w.sink.said); diff != "" {
			t.Fatalf("said (-want +got):\n%s", diff)
		}
		if gap := w.sink.times[1].Sub(w.sink.times[0]); gap < time.Hour || gap > time.Hour+time.Minute {
			t.Errorf("%s between two messages", gap)
		}
	})
}

// A report of what was told in a thread comes into that thread, since threads have none.
func TestAReportOfWhatIsOverTheBudgetComesIntoItsThread(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.routes[0].Budget = 1
		w.paper("one", map[time.Duration]string{3 * minutes: unlike(1), 5 * minutes: unlike(2), 7 * minutes: first})
		w.paper("two", map[time.Duration]string{9 * minutes: second})
		w.run(20 * minutes)
		alerts := w.alerts()
		i := slices.IndexFunc(alerts, func(a store.Alert) bool {
			return a.Kind == store.AlertReply && a.Follows != "" && a.SaidBy == "" && strings.Contains(string(a.Content), second)
		})
		if i < 0 {
			t.Fatalf("there is no report: %+v", alerts)
		}
		report := attempt{Watcher: w.watcher(), alert: alerts[i]}
		if ready, err := report.findParent(t.Context()); err != nil || !ready || report.parent.Kind != store.AlertDigest || report.parent.Story != overBudget {
			t.Errorf("%v, %v: it is in the thread of %+v", ready, err, report.parent)
		}
	})
}

func TestABudgetEndsInOneMessageWithAThread(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.routes[0].Budget = 3
		titles := make(map[time.Duration]string)
		for i := range 41 {
			titles[time.Duration(i+1)*5*minutes] = unlike(i)
		}
		w.paperAt("*/5 * * * *", "one", titles)
		w.run(5 * time.Hour)
		messages := 0
		for _, c := range w.sink.contents {
			if c.Digest == nil || c.Digest.Title == "Over the budget" {
				messages++
			}
		}
		if messages != 4 || w.sink.stories() != 41 {
			t.Errorf("%d messages, %d stories", messages, w.sink.stories())
		}
		if last := w.sink.edits[len(w.sink.edits)-1]; last.Digest.Line != "41 today, 3 shown, the rest in the thread; the term `bell` caused 41" {
			t.Errorf("at last: %q", last.Digest.Line)
		}
		if c := w.counts(); c.Pending+c.Held+c.Dead != 0 {
			t.Errorf("counts: %+v", c)
		}
	})
}

func TestABurstIsOneMessageWithAThread(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.routes[0].Budget = 40
		w.add("https://a.example/feed", "* * * * *", func(_ context.Context, n int, now time.Time) (*feed.Result, error) {
			d := &feed.Document{Title: "The Paper"}
			for i := range 500 * min(n-1, 1) {
				d.Items = append(d.Items, feed.Item{Key: fmt.Sprint(i), Link: fmt.Sprintf("https://a.example/%d", i), Title: unlike(i), Published: now})
			}
			return &feed.Result{Document: d, ETag: fmt.Sprintf("%q", fmt.Sprint(n))}, nil
		})
		w.run(10 * minutes)
		top := 0
		for i := range w.sink.contents {
			if d := w.sink.contents[i].Digest; d == nil || d.Title != "More" {
				top++
			}
		}
		stories := w.counts().Stories
		if top != 1 || w.sink.stories() != stories || len(w.sink.said) > 26 {
			t.Errorf("%d messages in the channel and %d in all tell %d of %d stories", top, len(w.sink.said), w.sink.stories(), stories)
		}
		for outcome, n := range w.outcomes() {
			if outcome != store.Sent && outcome != store.Joined {
				t.Errorf("%d verdicts are %q", n, outcome)
			}
		}
	})
}

// outcomes counts the verdicts.
func (w *world) outcomes() map[store.Outcome]int {
	w.t.Helper()
	n := make(map[store.Outcome]int)
	for a, err := range w.store.Articles(context.Background(), time.Time{}) {
		if err != nil {
			w.t.Fatal(err)
		}
		h, err := w.store.History(context.Background(), a.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(h.Matches) > 0 && len(h.Verdicts) == 0 {
			w.t.Errorf("article %s has no verdict", a.Title)
		}
		for _, v := range h.Verdicts {
			n[v.Outcome]++
		}
	}
	return n
}

// A day of nothing ends in one message a channel, whoever was away.
func TestAnOutageEndsInOneMessageAChannel(t *testing.T) {
	t.Parallel()
	papers := func(w *world) {
		w.routes = []route.Route{{Channel: "#tagged", Tags: []string{"tagged"}, MinSeverity: rules.Low}, {Channel: "#noise", MinSeverity: rules.Low}}
		for p := range 6 {
			titles := map[time.Duration]string{10 * minutes: unlike(100 + p)}
			for i := range 5 {
				titles[time.Duration(i*2+2)*time.Hour] = unlike(p*5 + i)
			}
			if p%2 == 0 {
				w.paperAt("*/30 * * * *", fmt.Sprint("paper", p), titles)
			} else {
				w.paperAt("*/30 * * * *", fmt.Sprint("paper", p), titles, "tagged")
			}
		}
		w.run(time.Hour)
		if len(w.sink.said) != 6 {
			w.t.Fatalf("before: %q", w.sink.said)
		}
	}
	check := func(t *testing.T, w *world) {
		t.Helper()
		after := w.sink.said[6:]
		channels := make(map[string]int)
		for i, line := range after {
			channel, _, _ := strings.Cut(line, " ")
			if d := w.sink.contents[6+i].Digest; d == nil || d.Title != "More" {
				channels[channel]++
			}
		}
		if diff := cmp.Diff(map[string]int{"#noise": 1, "#tagged": 1}, channels); diff != "" {
			t.Errorf("messages a channel: %s\n%q", diff, after)
		}
		if n, old := w.sink.stories(), w.outcomes()[store.TooOld]; n+old != 36 || n < 12 {
			t.Errorf("%d stories were told, %d were too old", n, old)
		}
		if c := w.counts(); c.Pending+c.Held+c.Dead != 0 {
			t.Errorf("counts: %+v", c)
		}
	}
	t.Run("the daemon was away", func(t *testing.T) {
		t.Parallel()
		bubble(t, func(t *testing.T, w *world) {
			papers(w)
			time.Sleep(24 * time.Hour)
			w.run(time.Hour)
			check(t, w)
		})
	})
	t.Run("Slack was away", func(t *testing.T) {
		t.Parallel()
		bubble(t, func(t *testing.T, w *world) {
			papers(w)
			start := time.Now()
			w.sink.on = func(string) error {
				if time.Since(start) < 12*time.Hour {
					return &slack.Error{Class: slack.NotSent, Reason: "no connection"}
				}
				return nil
			}
			w.run(18 * time.Hour)
			check(t, w)
		})
	})
	t.Run("the network was away", func(t *testing.T) {
		t.Parallel()
		bubble(t, func(t *testing.T, w *world) {
			papers(w)
			start := time.Now()
			for url, a := range w.reader.answers {
				w.reader.answers[url] = func(ctx context.Context, n int, now time.Time) (*feed.Result, error) {
					if time.Since(start) < 12*time.Hour {
						return nil, &feed.Error{Problem: feed.Unreachable, Reason: "no route to host"}
					}
					return a(ctx, n, now)
				}
			}
			w.run(26 * time.Hour)
			check(t, w)
		})
	})
}

// dyingStore is a store whose daemon dies at the nth step of delivery.
type dyingStore struct {
	Store
	at    int
	steps *int
	die   context.CancelFunc
}

var errDead = errors.New("the daemon is dead")

func (s dyingStore) step() error {
	if *s.steps++; *s.steps >= s.at {
		s.die()
		return errDead
	}
	return nil
}

func (s dyingStore) Gather(ctx context.Context, g store.Gathering) error {
	if err := s.step(); err != nil {
		return err
	}
	if err := s.Store.Gather(ctx, g); err != nil {
		return err
	}
	return s.step()
}

func (s dyingStore) RecordDelivery(ctx context.Context, d store.Delivery) error {
	if err := s.step(); err != nil {
		return err
	}
	if err := s.Store.RecordDelivery(ctx, d); err != nil {
		return err
	}
	return s.step()
}

// Whatever step of delivery the daemon dies at, every story is told once.
func TestNoDeathLosesOrDoublesAMessage(t *testing.T) {
	t.Parallel()
	for at := 0; at < 30; at += 3 {
		t.Run(fmt.Sprint("at step ", at+1), func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world) {
				w.routes[0].Budget = 3
				w.paperAt("*/5 * * * *", "one", map[time.Duration]string{5 * minutes: first, 20 * minutes: unlike(1), 25 * minutes: unlike(2), 30 * minutes: unlike(3), 31 * minutes: unlike(4)})
				w.paperAt("*/5 * * * *", "two", map[time.Duration]string{10 * minutes: second, 15 * minutes: louder})
				steps := 0
				dying := w.watcher()
				ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
				defer cancel()
				dying.store = dyingStore{w.store, at + 1, &steps, cancel}
				if err := dying.Run(ctx); err != nil {
					t.Fatal(err)
				}
				w.run(40 * minutes)
				seen := make(map[string]int)
				for i := range w.sink.contents {
					seen[w.sink.contents[i].Key]++
				}
				for key, n := range seen {
					if n != 1 {
						t.Errorf("%s was said %d times", key, n)
					}
				}
				for outcome, n := range w.outcomes() {
					if outcome != store.Sent && outcome != store.Joined {
						t.Errorf("%d verdicts are %q", n, outcome)
					}
				}
				if c := w.counts(); c.Pending+c.Held+c.Dead != 0 {
					t.Errorf("counts: %+v", c)
				}
			})
		})
	}
}
