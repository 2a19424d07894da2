package watcher

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/route"
	"tocsin/watcher/slack"
)

// testRules ring for bells and whistles, each on its own.
const testRules = `
version: 1
theme: noise
rules:
  - id: noise.bell
    title: A bell
    severity: medium
    require: bell*
    signals: [{when: bell*, points: 3}, {when: loud, points: 2}]
    threshold: 3
    escalate: {high: 5}
    examples: {match: ["The bell is rung"], no_match: ["Nothing at all"]}
  - id: noise.whistle
    title: A whistle
    severity: low
    require: whistle*
    signals: [{when: whistle*, points: 3}]
    threshold: 3
    examples: {match: ["A whistle blows"], no_match: ["Nothing at all"]}
  - id: noise.drum
    title: A drum, on trial
    severity: critical
    status: shadow
    require: drum*
    signals: [{when: drum*, points: 3}]
    threshold: 3
    examples: {match: ["A drum is beaten"], no_match: ["Nothing at all"]}
`

func ruleSet(t testing.TB, text string) *rules.Set {
	t.Helper()
	f, problems := rules.Parse("test.yaml", []byte(text))
	if f == nil {
		t.Fatal(yamlfile.Problems(problems))
	}
	set, problems := rules.Compile(noon, f)
	if set == nil {
		t.Fatal(yamlfile.Problems(problems))
	}
	return set
}

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// knownStories are stories that a store knows.
type knownStories []store.Story

func (k knownStories) WithKeys(_ context.Context, keys []string, since time.Time) ([]store.Story, error) {
	var found []store.Story
	for _, s := range k {
		if !s.Last.Before(since) && slices.ContainsFunc(keys, func(key string) bool { return slices.Contains(s.Keys, key) }) {
			found = append(found, s)
		}
	}
	return found, nil
}

func (k knownStories) Count(_ context.Context, keys []string, since time.Time, most int) ([]int, error) {
	counts := make([]int, len(keys))
	for i, key := range keys {
		for _, s := range k {
			if !s.Last.Before(since) && slices.Contains(s.Keys, key) {
				counts[i] = min(counts[i]+1, most)
			}
		}
	}
	return counts, nil
}

func (k knownStories) Muted(_ context.Context, targets []string, _ time.Time) ([]string, error) {
	return nil, nil
}

func article(id, title string) store.Article {
	return store.Article{ID: id, Feed: "https://a.example/feed", Key: id, Title: title, URL: "https://a.example/" + id, Published: noon.Add(-time.Hour), Seen: noon}
}

func testJudge(t testing.TB) judge {
	return judge{
		rules:  ruleSet(t, testRules),
		routes: []route.Route{{Channel: "#noise", MinSeverity: rules.Low}},
		feed:   config.Feed{URL: "https://a.example/feed", MaxAge: 24 * time.Hour, Tags: []string{"tested"}},
		source: "The Paper",
		window: 72 * time.Hour,
		now:    noon,
	}
}

// verdicts are a decision's verdicts as lines, and its alerts.
func verdicts(d store.Decision) []string {
	var lines []string
	for _, v := range d.Verdicts {
		lines = append(lines, fmt.Sprintf("%s %s %s: %s", v.Article, v.Rule, v.Route, v.Outcome))
	}
	for _, a := range d.Alerts {
		lines = append(lines, fmt.Sprintf("alert of %s on %s, %s", a.Story, a.Route, a.Severity))
	}
	return lines
}

func TestDecide(t *testing.T) {
	t.Parallel()
	undated := article("u", "A bell without a date")
	undated.Published = time.Time{}
	old := article("o", "A bell of last week")
	old.Published = noon.Add(-7 * 24 * time.Hour)
	edited := article("e", "A bell dated by its last edit")
	edited.Published, edited.Updated = time.Time{}, noon.Add(-time.Minute)
	mirrored := article("m", "The bell of the old town hall, again")
	mirrored.URL = "https://other.example/m"

	for _, tt := range []struct {
		name   string
		change func(*judge)
		fresh  []store.Article
		known  knownStories
		want   []string
	}{
		{name: "nothing matches", fresh: []store.Article{article("a", "Quiet everywhere")}},
		{name: "a match rings", fresh: []store.Article{article("a", "A bell in town")},
			want: []string{"a noise.bell #noise: queued", "alert of a on #noise, medium"}},
		{name: "two rules on one route ring once, as the stronger one", fresh: []store.Article{article("a", "A loud bell and a whistle")},
			want: []string{"a noise.bell #noise: queued", "a noise.whistle #noise: queued", "alert of a on #noise, high"}},
		{name: "a rule on trial says nothing", fresh: []store.Article{article("a", "A drum in town")},
			want: []string{"a noise.drum : shadow"}},
		{name: "no route takes it", change: func(j *judge) { j.routes[0].MinSeverity = rules.High },
			fresh: []store.Article{article("a", "A bell in town")}, want: []string{"a noise.bell : no route"}},
		{name: "routes by tag, by theme and onwards", change: func(j *judge) {
			j.routes = []route.Route{
				{Channel: "#other", Tags: []string{"untested"}},
				{Channel: "#tested", Tags: []string{"tested"}, Continue: true},
				{Channel: "#theme", Themes: []string{"noise"}},
				{Channel: "#rest"},
			}
		}, fresh: []store.Article{article("a", "A bell in town")},
			want: []string{"a noise.bell #tested: queued", "a noise.bell #theme: queued", "alert of a on #tested, medium", "alert of a on #theme, medium"}},
		{name: "a second report in one poll joins the first", fresh: []store.Article{article("a", "The bell of the old town hall"), article("b", "The Bell of the Old Town Hall!")},
			want: []string{"a noise.bell #noise: queued", "b noise.bell #noise: joined", "alert of a on #noise, medium"}},
		{name: "a report of a story that was raised joins it", fresh: []store.Article{mirrored},
			known: knownStories{{ID: "s", Keys: []string{"title:the bell of the old town hall again"}, Raised: []store.Raised{{Route: "#noise", Alert: "before", Severity: "critical"}}, Last: noon.Add(-time.Hour)}},
			want:  []string{"m noise.bell #noise: joined"}},
		{name: "a story that was not raised on this route is", fresh: []store.Article{mirrored},
			known: knownStories{{ID: "s", Keys: []string{"url:other.example/m"}, Raised: []store.Raised{{Route: "#other", Alert: "before", Severity: "critical"}}, Last: noon.Add(-time.Hour)}},
			want:  []string{"m noise.bell #noise: queued", "alert of s on #noise, medium"}},
		{name: "a story whose window has passed is another one", fresh: []store.Article{mirrored},
			known: knownStories{{ID: "s", Keys: []string{"url:other.example/m"}, Raised: []store.Raised{{Route: "#noise", Alert: "before", Severity: "critical"}}, Last: noon.Add(-73 * time.Hour)}},
			want:  []string{"m noise.bell #noise: queued", "alert of m on #noise, medium"}},
		{name: "an old article of a known feed", fresh: []store.Article{old}, want: []string{"o noise.bell #noise: too old"}},
		{name: "an article without a date in a known feed is news", fresh: []store.Article{undated},
			want: []string{"u noise.bell #noise: queued", "alert of u on #noise, medium"}},
		{name: "an edit's date counts where there is no other", fresh: []store.Article{edited},
			want: []string{"e noise.bell #noise: queued", "alert of e on #noise, medium"}},
		{name: "of a new feed only what is young and dated rings", change: func(j *judge) { j.firstPoll = true },
			fresh: []store.Article{old, undated, article("a", "A bell in town")},
			want:  []string{"o noise.bell #noise: baseline", "u noise.bell #noise: baseline", "a noise.bell #noise: queued", "alert of a on #noise, medium"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			j := testJudge(t)
			if tt.change != nil {
				tt.change(&j)
			}
			d, err := j.decide(t.Context(), tt.fresh, tt.known)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, verdicts(d)); diff != "" {
				t.Errorf("verdicts and alerts (-want +got):\n%s", diff)
			}
			again, err := j.decide(t.Context(), tt.fresh, tt.known)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(d, again); diff != "" {
				t.Errorf("decided again, it differs:\n%s", diff)
			}
		})
	}
}

func TestAlertSaysWhatRang(t *testing.T) {
	t.Parallel()
	a := article("a", "Town hears a bell")
	a.Body = strings.Repeat("Words before. ", 10) + "The bells are loud. " + strings.Repeat("Words after. ", 200)
	d, err := testJudge(t).decide(t.Context(), []store.Article{a}, knownStories(nil))
	if err != nil {
		t.Fatal(err)
	}
	var got slack.Alert
	if err := json.Unmarshal(d.Alerts[0].Content, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Text) > maxExcerpt+len("…") || !strings.HasSuffix(got.Text, "…") {
		t.Errorf("text of %d bytes: %q", len(got.Text), got.Text)
	}
	var bold []string
	for _, s := range got.Bold {
		text := got.Text
		if s.InTitle {
			text = got.Title
		}
		bold = append(bold, text[s.From:s.To])
	}
	slices.Sort(bold)
	if diff := cmp.Diff([]string{"bell", "bells", "loud"}, slices.Compact(bold)); diff != "" {
		t.Errorf("bold words:\n%s", diff)
	}
	if got.Source != "The Paper" || got.Key != d.Alerts[0].ID || got.Matches[0].Score != 5 || len(got.Matches[0].Signals) != 2 {
		t.Errorf("alert = %+v", got)
	}
}
