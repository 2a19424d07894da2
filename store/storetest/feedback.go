package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/store"
)

// vote is what a person says of an alert at a minute.
func vote(alert, person string, kind store.DeedKind, minute int) store.Deed {
	return store.Deed{Alert: alert, Person: person, Name: "Name of " + person, Kind: kind, At: at(minute)}
}

// votes returns the votes for a rule, each in a word.
func (w *world) votes(rule string) (votes []store.Vote) {
	w.t.Helper()
	votes, err := w.Votes(w.ctx, rule)
	w.ok(err)
	return votes
}

func (w *world) deeds(alert string) []store.Deed {
	w.t.Helper()
	deeds, err := w.FeedbackOn(w.ctx, alert)
	w.ok(err)
	return deeds
}

func testFeedback(t *testing.T, open opener) {
	const feed = "https://a.example/feed"
	cases{
		"an alert has the article and the rules that raised it": func(t *testing.T, w *world) {
			x := article(feed, 1)
			d := alarm(x, "news")
			raised := d.Alerts[0]
			d.Verdicts = append(d.Verdicts,
				store.Verdict{Article: x.ID, Rule: "another", Route: "news", Outcome: store.Queued, Alert: raised.ID, At: at(0)},
				store.Verdict{Article: x.ID, Rule: "on trial", Route: "", Outcome: store.Shadow, At: at(0)})
			w.subscribed(feed)
			w.found(deciding(d), feed, x)
			// Another report joins; it raised nothing.
			later := article(feed, 2)
			w.found(deciding(store.Decision{
				Reports:  []store.Report{{Story: x.ID, Article: later.ID, At: at(1)}},
				Verdicts: []store.Verdict{{Article: later.ID, Rule: "late", Route: "news", Outcome: store.Joined, Alert: raised.ID, At: at(1)}},
			}), feed, later)
			want := store.Cause{Article: x.ID, Rules: []string{"another", "rule"}}
			for _, state := range []store.AlertState{store.AlertPending, store.AlertSent} {
				c, err := w.Cause(w.ctx, raised.ID)
				w.ok(err)
				w.is(c.Alert.State, state, "state")
				w.is(c.Alert.ID, raised.ID, "alert")
				c.Alert = store.Alert{}
				w.is(c, want, "cause")
				if state == store.AlertPending {
					w.claimAlerts(me, 5)
					w.ok(w.RecordDelivery(w.ctx, sent(x, "news")))
				}
			}
		},
		"an alert that is not known, or about a feed, has no cause and takes no feedback": func(t *testing.T, w *world) {
			w.subscribed(feed)
			story := store.NoticeID(feed, "silent")
			notice := store.Alert{ID: store.AlertID(story, "ops"), Story: story, Route: "ops", Channel: "#ops", Created: at(0), State: store.AlertPending}
			p := poll(feed, 0)
			p.Alerts = []store.Alert{notice}
			w.ok(w.CommitPoll(w.ctx, p, nil))
			for _, id := range []string{"nothing", "", notice.ID} {
				_, err := w.Cause(w.ctx, id)
				w.isError(err, store.ErrNotFound)
				w.isError(w.RecordFeedback(w.ctx, vote(id, "U1", store.Useful, 1)), store.ErrNotFound)
				w.is(w.deeds(id), []store.Deed(nil), "deeds")
			}
		},
		"a person has one vote at an alert, and may change it": func(t *testing.T, w *world) {
			x := w.alarmed("news", "policy")
			news, policy := store.AlertID(x.ID, "news"), store.AlertID(x.ID, "policy")
			w.ok(w.RecordFeedback(w.ctx, vote(news, "U1", store.Useful, 1)))
			w.ok(w.RecordFeedback(w.ctx, vote(news, "U2", store.Useful, 2)))
			w.ok(w.RecordFeedback(w.ctx, vote(policy, "U1", store.NotRelevant, 3)))
			w.ok(w.RecordFeedback(w.ctx, vote(news, "U1", store.NotRelevant, 4)))
			w.is(w.deeds(news), []store.Deed{vote(news, "U2", store.Useful, 2), vote(news, "U1", store.NotRelevant, 4)}, "deeds")
			want := []store.Vote{
				{Rule: "rule", Alert: news, Article: x.ID, Person: "U2", Useful: true, At: at(2)},
				{Rule: "rule", Alert: policy, Article: x.ID, Person: "U1", At: at(3)},
				{Rule: "rule", Alert: news, Article: x.ID, Person: "U1", At: at(4)},
			}
			w.is(w.votes("rule"), want, "votes")
			w.is(w.votes(""), want, "votes for all rules")
			w.is(w.votes("other"), []store.Vote(nil), "votes for another rule")
		},
		"what was done before what is kept changes nothing": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			id := store.AlertID(x.ID, "news")
			w.ok(w.RecordFeedback(w.ctx, vote(id, "U1", store.Useful, 5)))
			w.ok(w.RecordFeedback(w.ctx, vote(id, "U1", store.NotRelevant, 4)))
			w.is(w.deeds(id), []store.Deed{vote(id, "U1", store.Useful, 5)}, "deeds")
		},
		"mutes stand beside votes and are none": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			id := store.AlertID(x.ID, "news")
			mute := vote(id, "U1", store.MutedRule, 2)
			mute.Until, mute.Object = at(480), "rule"
			story := vote(id, "U1", store.MutedStory, 3)
			story.Until = at(999)
			for _, d := range []store.Deed{vote(id, "U1", store.Useful, 1), mute, story} {
				w.ok(w.RecordFeedback(w.ctx, d))
			}
			w.is(w.deeds(id), []store.Deed{vote(id, "U1", store.Useful, 1), mute, story}, "deeds")
			w.is(len(w.votes("rule")), 1, "votes")
			mute.At, mute.Until = at(10), at(490)
			w.ok(w.RecordFeedback(w.ctx, mute))
			w.is(w.deeds(id), []store.Deed{vote(id, "U1", store.Useful, 1), story, mute}, "deeds when it is muted again")
		},
		"a vote counts for every rule that raised the alert": func(t *testing.T, w *world) {
			x := article(feed, 1)
			d := alarm(x, "news")
			id := d.Alerts[0].ID
			d.Verdicts = append(d.Verdicts, store.Verdict{Article: x.ID, Rule: "another", Route: "news", Outcome: store.Queued, Alert: id, At: at(0)})
			w.subscribed(feed)
			w.found(deciding(d), feed, x)
			w.ok(w.RecordFeedback(w.ctx, vote(id, "U1", store.Useful, 1)))
			for _, rule := range []string{"rule", "another"} {
				w.is(w.votes(rule), []store.Vote{{Rule: rule, Alert: id, Article: x.ID, Person: "U1", Useful: true, At: at(1)}}, "votes of "+rule)
			}
			w.is(len(w.votes("")), 2, "votes of all")
		},
		"feedback goes with its article": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			id := store.AlertID(x.ID, "news")
			w.claimAlerts(me, 5)
			w.ok(w.RecordDelivery(w.ctx, sent(x, "news")))
			w.ok(w.RecordFeedback(w.ctx, vote(id, "U1", store.Useful, 1)))
			w.is(w.expire(100, 100, 10), 1, "articles")
			w.is(w.deeds(id), []store.Deed(nil), "deeds")
			w.is(w.votes(""), []store.Vote(nil), "votes")
		},
		"any text is kept as it is": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			d := vote(store.AlertID(x.ID, "news"), "U\x00\xff\x1a", store.MutedRule, 1)
			d.Name, d.Object, d.Until = "N\x00\xff\x1aé", "\x1a\x00", at(2)
			w.ok(w.RecordFeedback(w.ctx, d))
			w.is(w.deeds(d.Alert), []store.Deed{d}, "deeds")
		},
		"people may vote at once": func(t *testing.T, w *world) {
			x := w.alarmed("news")
			id := store.AlertID(x.ID, "news")
			var all sync.WaitGroup
			for n := range 8 {
				all.Go(func() {
					if err := w.RecordFeedback(w.ctx, vote(id, string(rune('a'+n%4)), store.Useful, n)); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			w.is(len(w.votes("rule")), 4, "votes")
		},
	}.run(t, open)
}

func testRuleHits(t *testing.T, open opener) {
	const feed = "https://a.example/feed"
	cases{
		"each rule has its matches and when the last one was": func(t *testing.T, w *world) {
			w.subscribed(feed)
			for minute, rules := range map[int][]string{1: {"x", "y"}, 5: {"x"}, 3: {"x"}, 9: nil} {
				a := seenAt(feed, minute)
				var d store.Decision
				for _, rule := range rules {
					d.Matches = append(d.Matches, store.Match{Article: a.ID, Rule: rule, Status: "live"})
				}
				w.found(deciding(d), feed, a)
			}
			hits := func(since time.Time) []store.RuleHits {
				w.t.Helper()
				all, err := w.RuleHits(w.ctx, since)
				w.ok(err)
				return all
			}
			w.is(hits(time.Time{}), []store.RuleHits{{Rule: "x", Hits: 3, Last: at(5)}, {Rule: "y", Hits: 1, Last: at(1)}}, "hits")
			w.is(hits(at(3)), []store.RuleHits{{Rule: "x", Hits: 2, Last: at(5)}}, "hits since then")
			w.is(hits(at(6)), []store.RuleHits(nil), "hits since later")
		},
	}.run(t, open)
}

func testHandleOnce(t *testing.T, open opener) {
	first := func(w *world, key string, at time.Time) bool {
		w.t.Helper()
		first, err := w.HandleOnce(w.ctx, key, at)
		w.ok(err)
		return first
	}
	cases{
		"a key is handled once, and keys do not know each other": func(t *testing.T, w *world) {
			w.is(first(w, "a", at(0)), true, "the first time")
			w.is(first(w, "a", at(1)), false, "the second time")
			w.is(first(w, "b", at(1)), true, "another")
			w.is(first(w, "a", at(0).Add(store.HandledFor-time.Minute)), false, "hours later")
		},
		"of many that ask at once one is the first": func(t *testing.T, w *world) {
			var wg sync.WaitGroup
			var firsts atomic.Int32
			for range 8 {
				wg.Go(func() {
					first, err := w.HandleOnce(w.ctx, "key", at(0))
					if err != nil {
						t.Error(err)
					}
					if first {
						firsts.Add(1)
					}
				})
			}
			wg.Wait()
			w.is(int(firsts.Load()), 1, "firsts")
		},
	}.run(t, open)
}
