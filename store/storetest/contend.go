package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"tocsin/store"
)

// contend has four workers claim, a few rows at a time, until there is nothing
// left, and returns all that they got.
func contend(w *world, take func(store.Claim) ([]string, error)) []string {
	w.t.Helper()
	var (
		mu  sync.Mutex
		all []string
		wg  sync.WaitGroup
	)
	for i := range 4 {
		holder := fmt.Sprintf("worker %d", i)
		w.join(holder)
		wg.Go(func() {
			ask := claim(holder, 0)
			ask.Limit = 3
			for {
				got, err := take(ask)
				if err != nil {
					w.t.Error(err)
					return
				}
				if len(got) == 0 {
					return
				}
				mu.Lock()
				all = append(all, got...)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return all
}

// once fails the test unless got has n different strings, each once.
func once(t *testing.T, got []string, n int) {
	t.Helper()
	times := make(map[string]int)
	for _, s := range got {
		times[s]++
	}
	for s, n := range times {
		if n > 1 {
			t.Errorf("%s was claimed %d times", s, n)
		}
	}
	if len(times) != n {
		t.Errorf("%d were claimed of %d", len(times), n)
	}
}

// unexpected is a judge that must not be called.
func unexpected(t *testing.T) store.Judge {
	return func(_ context.Context, fresh []store.Article, _ store.Stories) (store.Decision, error) {
		t.Errorf("judge is called, with %d articles", len(fresh))
		return store.Decision{}, nil
	}
}
