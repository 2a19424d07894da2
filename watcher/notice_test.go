package watcher

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/store"
	"tocsin/watcher/feed"
	"tocsin/watcher/health"
	"tocsin/watcher/slack"
)

// polls polls all feeds every eight hours for some days, each time as a daemon of its
// own: what is told once is told once over restarts.
func (w *world) polls(days int) {
	w.t.Helper()
	for range 3 * days {
		if _, err := w.watcher().Once(context.Background(), true); err != nil {
			w.t.Fatal(err)
		}
		time.Sleep(8 * time.Hour)
	}
}

// paper answers with an article a day, from a month before start on, but for the days
// from one to another; every eighth rings. A document that is as before is unchanged.
func paper(start time.Time, from, to int) answer {
	last := ""
	return func(_ context.Context, _ int, now time.Time) (*feed.Result, error) {
		d := &feed.Document{Title: "The *Paper* <!channel>"}
		today := int(now.Sub(start) / (24 * time.Hour))
		for day := max(-30, today-40); day <= today; day++ {
			if day >= from && day < to {
				continue
			}
			title := fmt.Sprintf("Nothing on day %d", day)
			if day%8 == 0 {
				title = fmt.Sprintf("A bell and a whistle on day %d", day)
			}
			key := fmt.Sprint(day)
			d.Items = append(d.Items, feed.Item{Key: key, Link: "https://a.example/" + key, Title: title, Published: start.AddDate(0, 0, day)})
		}
		digest := d.Items[len(d.Items)-1].Key
		if digest == last {
			return &feed.Result{Unchanged: true, Sent: true, Digest: digest}, nil
		}
		last = digest
		return &feed.Result{Document: d, Digest: digest}, nil
	}
}

// notices are the alerts for operators: where they go, and what they say.
func (w *world) notices() (all []string) {
	w.t.Helper()
	for _, a := range w.alerts() {
		var content slack.Alert
		if err := json.Unmarshal(a.Content, &content); err != nil {
			w.t.Fatal(err)
		}
		n := content.Notice
		if n == nil {
			continue
		}
		if a.State != store.AlertSent || a.Route != "operators" || content.Key != a.ID {
			w.t.Errorf("an alert as it is kept: %+v", a)
		}
		line := fmt.Sprintf("%s %s %s: %s | %s |", a.Channel, a.Severity, n.Title, n.Text, n.Advice)
		for _, r := range n.Rules {
			line += fmt.Sprintf(" %s %d", r.Rule, r.Articles)
		}
		all = append(all, line)
	}
	return all
}

func TestOperatorsAreToldOfAFeedThatFallsSilentOnce(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.operators = "#ops"
		w.add("https://a.example/feed?token=s3cret", "@daily", paper(time.Now(), 20, 30))
		w.polls(35)
		want := []string{
			"#ops medium feed has fallen silent: Nothing new since 20 Jan 2000 00:00 UTC (3 days). In the year before it never was silent for more than 24 hours." +
				" | see whether the site still publishes, and whether it has another feed now | noise.bell 6 noise.whistle 6",
			"#ops info feed brings news again: It was silent for 11 days. |  |",
		}
		if diff := cmp.Diff(want, w.notices()); diff != "" {
			t.Errorf("notices (-want +got):\n%s", diff)
		}
		for _, a := range w.alerts() {
			if bytes.Contains(a.Content, []byte("s3cret")) {
				t.Errorf("a secret is in %s", a.Content)
			}
		}
		var said int
		for _, line := range w.sink.said {
			if strings.HasPrefix(line, "#ops ") {
				said++
			}
		}
		if said != 2 {
			t.Errorf("said %q", w.sink.said)
		}
	})
}

func TestOperatorsAreToldOfAFeedThatTurnsIntoAPage(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.operators = "#ops"
		start := time.Now()
		good := paper(start, 0, 0)
		w.add("https://a.example/feed", "@daily", func(ctx context.Context, n int, now time.Time) (*feed.Result, error) {
			if day := now.Sub(start).Hours() / 24; day >= 2 && day < 6 {
				return nil, &feed.Error{Problem: feed.NotAFeed, Reason: "HTML page, not a feed", Code: 200}
			}
			return good(ctx, n, now)
		})
		w.polls(8)
		want := []string{
			"#ops medium feed has turned into something else: It cannot be read since 3 Jan 2000 00:00 UTC (32 hours): HTML page, not a feed." +
				" | look for its new address on the site | noise.bell 4 noise.whistle 4",
			"#ops info feed can be read again: It could not be read for 4 days. |  |",
		}
		if diff := cmp.Diff(want, w.notices()); diff != "" {
			t.Errorf("notices (-want +got):\n%s", diff)
		}
	})
}

func TestWithoutAChannelOnlyTheLogTellsOfFeeds(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		var log bytes.Buffer
		w.log = slog.New(slog.NewTextHandler(&log, nil))
		w.add("https://a.example/feed", "@daily", paper(time.Now(), 20, 100))
		w.polls(30)
		if n := w.notices(); len(n) > 0 {
			t.Errorf("notices: %q", n)
		}
		if n := strings.Count(log.String(), "feed has fallen silent"); n != 1 {
			t.Errorf("the log says %d times that the feed is silent:\n%s", n, log.String())
		}
	})
}

func TestANoticeIsRaisedWithItsPollOrNotAtAll(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world) {
		w.operators = "#ops"
		w.add("https://a.example/feed", "@daily", func(context.Context, int, time.Time) (*feed.Result, error) {
			return nil, &feed.Error{Problem: feed.Gone, Reason: "410 Gone", Code: 410}
		})
		failing := w.watcher()
		failing.store = &failingOnce{Store: w.store}
		if _, err := failing.Once(context.Background(), true); err == nil {
			t.Error("the store does not fail")
		}
		if n := w.notices(); len(n) > 0 {
			t.Errorf("notices of a poll that is not kept: %q", n)
		}
		time.Sleep(24 * time.Hour)
		w.polls(2)
		want := []string{"#ops medium feed is gone for good: Its server says so: 410 Gone. It is polled no more. | take it out of the list, or give its new address |"}
		if diff := cmp.Diff(want, w.notices()); diff != "" {
			t.Errorf("notices (-want +got):\n%s", diff)
		}
	})
}

func TestWhatAFailureSaysOfAFeed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		err    error
		gone   bool
		want   health.Condition
		advice string
	}{
		{"a page", &feed.Error{Problem: feed.NotAFeed}, false, health.NoFeed, "look for its new address on the site"},
		{"a parked domain", &feed.Error{Problem: feed.Parked}, false, health.Parked, "take it out of the list, or look for the site's new domain"},
		{"gone from its own address", &feed.Error{Problem: feed.Gone, Code: 410}, true, health.Gone, "take it out of the list, or give its new address"},
		{"gone from where it had moved to", &feed.Error{Problem: feed.Gone, Code: 410}, false, health.Failing, "see whether it is there in a browser"},
		{"no credentials", &feed.Error{Problem: feed.Status, Code: 401}, false, health.Failing, "give it credentials in its headers, or ask the site's operators"},
		{"something that no reader says", errors.New("odd"), false, health.Failing, "see whether it is there in a browser"},
	} {
		got := failure(tc.err, tc.gone)
		if advice := advice(health.Change{Condition: got}, tc.err); got != tc.want || advice != tc.advice {
			t.Errorf("%s: %q, %q, want %q, %q", tc.name, got, advice, tc.want, tc.advice)
		}
	}
}

func TestAStateOfAnotherTocsinIsLearntAnew(t *testing.T) {
	t.Parallel()
	for _, kept := range []string{"", "{", `{"gaps":"many"}`, "[]"} {
		if s := HealthOf(store.Feed{Health: json.RawMessage(kept)}); s.Gaps != 0 || !s.Heard.IsZero() {
			t.Errorf("%q is read as %+v", kept, s)
		}
	}
}
