package feedback_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/feedback"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// vote is what somebody thinks of an alert of a rule.
func vote(rule, alert, person string, useful bool) store.Vote {
	return store.Vote{Rule: rule, Alert: alert, Article: "article of " + alert, Person: person, Useful: useful}
}

func TestOpinions(t *testing.T) {
	t.Parallel()
	got := feedback.Opinions([]store.Vote{
		vote("r", "a", "ann", true), vote("r", "b", "ann", false), vote("q", "a", "ann", true),
		vote("r", "a", "bob", false), vote("r", "b", "bob", false), vote("r", "a", "carol", true),
	})
	want := []feedback.Opinion{
		{Rule: "r", Alert: "a", Article: "article of a", UsefulVotes: 2, OtherVotes: 1},
		{Rule: "r", Alert: "b", Article: "article of b", OtherVotes: 2},
		{Rule: "q", Alert: "a", Article: "article of a", UsefulVotes: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The values are those of the usual tables.
func TestWilson(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		some, n   int
		low, high float64
	}{
		{0, 0, 0, 1},
		{0, 10, 0, 0.2775},
		{10, 10, 0.7225, 1},
		{5, 10, 0.2366, 0.7634},
		{1, 1, 0.2065, 1},
		{81, 263, 0.2553, 0.3662},
	} {
		low, high := feedback.Wilson(tt.some, tt.n)
		if math.Abs(low-tt.low) > 5e-5 || math.Abs(high-tt.high) > 5e-5 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", tt.some, tt.n, low, high, tt.low, tt.high)
		}
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	set := []*rules.Rule{{ID: "bad"}, {ID: "good"}, {ID: "often", Status: rules.Shadow}, {ID: "quiet"}}
	hits := []store.RuleHits{{Rule: "bad", Hits: 9, Last: noon}, {Rule: "gone", Hits: 2, Last: noon}, {Rule: "often", Hits: 50, Last: noon}}
	var votes []store.Vote
	for n := range 4 {
		votes = append(votes, vote("bad", fmt.Sprint(n), "ann", n == 0), vote("good", fmt.Sprint(n), "ann", true))
	}
	votes = append(votes, vote("bad", "tie", "ann", true), vote("bad", "tie", "bob", false))
	want := []feedback.Row{
		{Rule: "bad", Known: true, Hits: 9, Last: noon, Useful: 1, NotRelevant: 3, Undecided: 1},
		{Rule: "good", Known: true, Useful: 4},
		{Rule: "often", Known: true, State: rules.Shadow, Hits: 50, Last: noon},
		{Rule: "gone", Hits: 2, Last: noon},
		{Rule: "quiet", Known: true},
	}
	if diff := cmp.Diff(want, feedback.Report(set, hits, votes)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
