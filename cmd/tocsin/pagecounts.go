package main

import (
	"sync"
	"time"
)

// answerFactor is for how many times as long as it took to ask, an answer is good for
// who looks at the page: what is quick is asked every time, and what takes seconds,
// as counting a large archive does, is not asked for again by every click.
const answerFactor = 10

// answer is what was asked last. Who asks meanwhile waits for that.
type answer[T any] struct {
	mu    sync.Mutex
	value T
	until time.Time
}

// get returns the answer that is still good, or asks.
func (a *answer[T]) get(now func() time.Time, ask func() (T, error)) (T, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	begun := now()
	if begun.Before(a.until) {
		return a.value, nil
	}
	value, err := ask()
	if err != nil {
		return value, err
	}
	ended := now()
	a.value, a.until = value, ended.Add(answerFactor*ended.Sub(begun))
	return value, nil
}
