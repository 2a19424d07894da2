package sqlite

import (
	"testing"

	"tocsin/store"
)

func TestARestartWithTheSameFeedsWritesNothing(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	subs := []store.Subscription{{URL: "a", Schedule: "hourly", NextPoll: benchStart}, {URL: "b", Schedule: "daily"}}
	check(t, db.SyncFeeds(t.Context(), append(subs, store.Subscription{URL: "not wanted later"})))
	check(t, db.SyncFeeds(t.Context(), subs))

	// The number changes when another connection has written.
	version := func() int { return count(t, db, `PRAGMA data_version`) }
	before := version()
	subs[0].FirstPoll, subs[0].NextPoll = benchStart, benchStart.AddDate(-1, 0, 0)
	check(t, db.SyncFeeds(t.Context(), subs))
	if version() != before {
		t.Error("it writes")
	}
	subs[0].Schedule = "daily"
	check(t, db.SyncFeeds(t.Context(), subs))
	if version() == before {
		t.Error("a schedule that has changed is not written")
	}
}
