package main

import (
	"errors"
	"testing"
	"time"
)

func TestAnAnswerIsGoodForAsLongAsItWasDear(t *testing.T) {
	t.Parallel()
	clock := time.Unix(1_800_000_000, 0)
	asked := 0
	var a answer[int]
	get := func(takes time.Duration, err error) (int, error) {
		return a.get(func() time.Time { return clock }, func() (int, error) {
			clock = clock.Add(takes)
			asked++
			return asked, err
		})
	}
	for _, step := range []struct {
		later, takes time.Duration
		want         int
	}{
		{0, time.Second, 1},
		{9 * time.Second, time.Second, 1},
		{time.Second, 0, 2}, // it is too old
		{0, 0, 3},           // what cost nothing is asked again
	} {
		clock = clock.Add(step.later)
		if got, err := get(step.takes, nil); got != step.want || err != nil {
			t.Errorf("got %d, %v, want %d", got, err, step.want)
		}
	}
	if _, err := get(time.Second, errors.New("no")); err == nil {
		t.Error("an error is kept to itself")
	}
	if got, err := get(0, nil); got != 5 || err != nil {
		t.Errorf("after an error: %d, %v", got, err)
	}
}
