// Package storetest is the suite that every engine of the store passes: a test
// for each sentence of the contract in store. It sees an engine through
// store.Store alone.
package storetest

import (
	"testing"

	"tocsin/store"
)

// Run tests the engine whose empty store open opens. open closes what it opened
// when its test ends, and may be called from several tests at once.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, capability := range []struct {
		name string
		test func(t *testing.T, open opener)
	}{
		{"Join", testJoin},
		{"SyncFeeds", testSyncFeeds},
		{"Schedule", testSchedule},
		{"MakeDue", testMakeDue},
		{"ClaimDueFeeds", testClaimDueFeeds},
		{"PerHost", testPerHost},
		{"CommitPoll", testCommitPoll},
		{"Judge", testJudge},
		{"Stories", testStories},
		{"Unknown", testUnknown},
		{"ClaimAlerts", testClaimAlerts},
		{"heads", testHeads},
		{"RecordDelivery", testRecordDelivery},
		{"waiting", testWaiting},
		{"Gather", testGather},
		{"Mutes", testMutes},
		{"silence", testSilence},
		{"NextDue", testNextDue},
		{"History", testHistory},
		{"Feed", testFeed},
		{"Articles", testArticles},
		{"ArticlesAt", testArticlesAt},
		{"RulesOf", testRulesOf},
		{"Pushes", testPushes},
		{"Search", testSearch},
		{"Browse", testBrowse},
		{"Hits", testHits},
		{"tasks", testTasks},
		{"Feedback", testFeedback},
		{"RuleHits", testRuleHits},
		{"HandleOnce", testHandleOnce},
		{"Expire", testExpire},
		{"Size", testSize},
		{"Examine", testExamine},
		{"Alerts", testAlerts},
		{"ArticleCounts", testArticleCounts},
		{"Counts", testCounts},
		{"values", testValues},
		{"cancelling", testCancelling},
		{"Close", testClose},
	} {
		t.Run(capability.name, func(t *testing.T) {
			t.Parallel()
			capability.test(t, open)
		})
	}
}

type opener = func(t *testing.T) store.Store

// cases are the tests of a capability by the sentence that each holds.
type cases map[string]func(t *testing.T, w *world)

// run runs each case in a world of its own.
func (c cases) run(t *testing.T, open opener) {
	for sentence, test := range c {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			test(t, newWorld(t, open))
		})
	}
}
