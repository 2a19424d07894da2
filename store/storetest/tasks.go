package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/store"
)

// task claims a task for holder, and reports whether it has it and when it was due.
func (w *world) task(holder, name string, minute int) (time.Time, bool) {
	w.t.Helper()
	due, ok, err := w.ClaimTask(w.ctx, claim(holder, minute), name)
	w.ok(err)
	return due, ok
}

// has holds that holder gets a task, or does not.
func (w *world) has(holder, name string, minute int, want bool) {
	w.t.Helper()
	if _, ok := w.task(holder, name, minute); ok != want {
		w.t.Errorf("%s has %s at minute %d: %v, want %v", holder, name, minute, ok, want)
	}
}

func testTasks(t *testing.T, open opener) {
	cases{
		"a task of which nobody heard is due": func(t *testing.T, w *world) {
			due, ok := w.task(me, "digest", 0)
			w.is(ok, true, "claimed")
			w.is(due, time.Time{}, "due")
		},
		"one holder has it at a time, and tasks do not know each other": func(t *testing.T, w *world) {
			w.join("other")
			w.has(me, "digest", 0, true)
			w.has("other", "digest", 9, false)
			w.has("other", "retention", 9, true)
			w.has(me, "retention", 9, false)
		},
		"it is due again when that was said, and says when it was due": func(t *testing.T, w *world) {
			w.has(me, "digest", 0, true)
			w.ok(w.FinishTask(w.ctx, me, "digest", at(60)))
			w.has(me, "digest", 59, false)
			due, ok := w.task(me, "digest", 61)
			w.is(ok, true, "claimed")
			w.is(due, at(60), "due")
		},
		"a lease that ran out frees it, and the one before cannot finish it": func(t *testing.T, w *world) {
			w.join("other")
			w.has(me, "digest", 0, true)
			w.has("other", "digest", 10, true)
			w.isError(w.FinishTask(w.ctx, me, "digest", at(60)), store.ErrLeaseLost)
			w.has(me, "digest", 11, false)
			w.ok(w.FinishTask(w.ctx, "other", "digest", at(60)))
			w.isError(w.FinishTask(w.ctx, "other", "digest", at(90)), store.ErrLeaseLost)
			w.has(me, "digest", 60, true)
		},
		"the holder prolongs its lease by another claim": func(t *testing.T, w *world) {
			w.join("other")
			w.has(me, "digest", 0, true)
			w.has(me, "digest", 8, true)
			w.has("other", "digest", 12, false)
			w.has("other", "digest", 18, true)
		},
		"leaving gives it back": func(t *testing.T, w *world) {
			leave := w.join("other")
			w.has("other", "digest", 0, true)
			w.ok(leave())
			w.has(me, "digest", 1, true)
		},
		"who has not joined gets none": func(t *testing.T, w *world) {
			if _, ok, err := w.ClaimTask(w.ctx, claim("stranger", 0), "digest"); err == nil || ok {
				t.Errorf("claimed: %v, %v", ok, err)
			}
			w.isError(w.FinishTask(w.ctx, "stranger", "digest", at(60)), store.ErrLeaseLost)
			w.isError(w.FinishTask(w.ctx, me, "digest", at(60)), store.ErrLeaseLost)
		},
		"of many that claim at once one gets it": func(t *testing.T, w *world) {
			var wg sync.WaitGroup
			var got atomic.Int32
			for n := range 8 {
				holder := string(rune('a' + n))
				w.join(holder)
				wg.Go(func() {
					_, ok, err := w.ClaimTask(w.ctx, claim(holder, 0), "digest")
					if err != nil {
						t.Error(err)
					}
					if ok {
						got.Add(1)
					}
				})
			}
			wg.Wait()
			w.is(int(got.Load()), 1, "holders")
		},
	}.run(t, open)
}
