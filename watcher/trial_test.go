package watcher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/config"
)

// Browse returns pages of two articles, the last of the archive first.
func (p pastArticles) Browse(_ context.Context, b store.Browsing) (l store.Listing, _ error) {
	end := len(p)
	if b.After != "" {
		end, _ = strconv.Atoi(b.After)
	}
	begin := max(0, end-2)
	for _, a := range slices.Backward(p[begin:end]) {
		l.Entries = append(l.Entries, store.Entry{Article: a})
	}
	if begin > 0 {
		l.Next = strconv.Itoa(begin)
	}
	return l, nil
}

// trialLines are what a trial tells, as lines.
func trialLines(tr *Trial) []string {
	lines := []string{fmt.Sprintf("%d articles, %d → %d; %d come, %d go, %d other", tr.Articles, tr.Before, tr.Now, tr.Comes, tr.Goes, tr.Other)}
	for _, c := range tr.Changes {
		lines = append(lines, fmt.Sprintf("%s %s: %s: %s", c.Kind, c.Article.ID, c.Rule, strings.Join(c.Because, "; ")))
	}
	for _, h := range tr.Hits {
		lines = append(lines, fmt.Sprintf("hit %s: %s %v, new %v", h.Article.ID, h.Match.Rule.ID, h.Words, h.Comes))
	}
	return lines
}

func TestTrial(t *testing.T) {
	t.Parallel()
	edited := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(testRules) }
	elsewhere := seen("e", "A bell elsewhere", 3)
	elsewhere.Feed = "https://b.example/feed"
	all := pastArticles{seen("b", "A bell in town", 1), seen("l", "A loud bell in town", 2), elsewhere, seen("w", "A whistle in town", 4), seen("q", "Quiet in town", 5)}
	for name, tt := range map[string]struct {
		now   string
		since int // hours after noon
		most  int
		want  []string
		whole bool
	}{
		"the same rules change nothing, and what they match is told, the latest first": {testRules, 0, 100,
			[]string{"4 articles, 2 → 2; 0 come, 0 go, 0 other", "hit l: noise.bell [bell loud], new false", "hit b: noise.bell [bell], new false"}, true},
		"what goes": {edited("points: 2}]\n    threshold: 3", "points: 2}]\n    threshold: 5"), 0, 100,
			[]string{"4 articles, 2 → 1; 0 come, 1 go, 0 other", "goes b: noise.bell: threshold 3 → 5", "hit l: noise.bell [bell loud], new false"}, true},
		"a rule that is not tried changes, too": {edited("require: whistle*", "require: quiet"), 0, 100,
			[]string{"4 articles, 2 → 2; 0 come, 1 go, 0 other", "goes w: noise.whistle: require no longer holds: quiet",
				"hit l: noise.bell [bell loud], new false", "hit b: noise.bell [bell], new false"}, true},
		"what comes": {edited("require: bell*", "require: bell* OR whistle*", "{when: loud, points: 2}", "{when: loud, points: 1}, {when: whistle*, points: 4}"), 0, 100,
			[]string{"4 articles, 2 → 3; 1 come, 0 go, 1 other", "comes w: noise.bell: require now holds: bell* OR whistle*; new signal +4: whistle*",
				"severity l: noise.bell: signal +2 → +1: loud", "hit w: noise.bell [whistle], new true", "hit l: noise.bell [bell loud], new false",
				"hit b: noise.bell [bell], new false"}, true},
		"only what was seen since then is judged": {testRules, 4, 100, []string{"2 articles, 0 → 0; 0 come, 0 go, 0 other"}, true},
		"only so many are judged":                 {testRules, 0, 1, []string{"2 articles, 0 → 0; 0 come, 0 go, 0 other"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := RunTrial(t.Context(), all, TrialOptions{
				Before: ruleSet(t, testRules), Now: ruleSet(t, tt.now), Feeds: []config.Feed{{URL: "https://a.example/feed"}},
				Since: noon.Add(time.Duration(tt.since) * time.Hour), Own: func(r *rules.Rule) bool { return r.ID == "noise.bell" },
				Most: tt.most, Enough: func() bool { return false }, Listed: 10,
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, trialLines(got)); diff != "" || got.Whole != tt.whole {
				t.Errorf("whole %v (-want +got):\n%s", got.Whole, diff)
			}
		})
	}
}

func TestATrialEnds(t *testing.T) {
	t.Parallel()
	all := pastArticles{seen("1", "A bell", 1), seen("2", "A bell", 2), seen("3", "A bell", 3)}
	o := TrialOptions{
		Before: ruleSet(t, testRules), Now: ruleSet(t, testRules), Feeds: []config.Feed{{URL: "https://a.example/feed"}},
		Own: func(*rules.Rule) bool { return true }, Most: 100, Enough: func() bool { return true }, Listed: 1,
	}
	got, err := RunTrial(t.Context(), all, o)
	if err != nil || got.Articles != 2 || got.Whole {
		t.Errorf("when it is enough: %+v, %v", got, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := RunTrial(ended, all, o); !errors.Is(err, context.Canceled) {
		t.Errorf("when nobody waits any more: %v", err)
	}
}
