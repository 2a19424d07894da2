package feed

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func TestTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		all := turns{limit: 1}
		first, second := all.seat(nil), all.seat(nil)
		if err := first.move(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		got := false
		go func() {
			if err := second.move(t.Context(), "a"); err != nil {
				t.Error(err)
			}
			got = true
		}()
		synctest.Wait()
		if got {
			t.Error("two seats at a host for one")
		}
		if err := first.move(t.Context(), "b"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if !got {
			t.Error("a seat that moved on is not free")
		}
		first.leave()
		second.leave()
		second.leave()
		if len(all.hosts) != 0 {
			t.Errorf("%d hosts are remembered for nobody", len(all.hosts))
		}
	})
}

func TestTurnsGiveUpWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		all := turns{limit: 1}
		holder, waiter := all.seat(nil), all.seat(nil)
		if err := holder.move(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- waiter.move(ctx, "a") }()
		synctest.Wait()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
		waiter.leave()
		holder.leave()
		if len(all.hosts) != 0 {
			t.Errorf("%d hosts are remembered for nobody", len(all.hosts))
		}
	})
}
