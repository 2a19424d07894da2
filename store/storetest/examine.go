package storetest

import (
	"testing"

	"tocsin/store"
)

func testExamine(t *testing.T, open opener) {
	examine := func(w *world) store.Examination {
		w.t.Helper()
		e, err := w.Examine(w.ctx)
		w.ok(err)
		return e
	}
	cases{
		"a store that is well has no damage": func(t *testing.T, w *world) {
			w.alarmed("news")
			e := examine(w)
			w.is(e.Damage, []string(nil), "damage")
			if e.Schema < 1 || e.Size < 1 || e.Room < -1 || e.Room == 0 {
				t.Errorf("it is %+v", e)
			}
		},
		"what a worker holds is told": func(t *testing.T, w *world) {
			w.alarmed("news", "policy")
			w.claimAlerts(me, 5)
			w.has(me, "digest", 0, true)
			w.has(me, "backup", 0, true)
			w.is(examine(w).Workers, []store.Worker{{Holder: me, Feeds: 1, Alerts: 2, Tasks: []string{"backup", "digest"}}}, "workers")
		},
		"a worker that holds nothing is there too": func(t *testing.T, w *world) {
			all := examine(w).Workers
			if len(all) != 1 || all[0].Holder == "" || all[0].Feeds+all[0].Alerts+all[0].Pushes+len(all[0].Tasks) != 0 {
				t.Errorf("workers are %+v", all)
			}
		},
	}.run(t, open)
}
