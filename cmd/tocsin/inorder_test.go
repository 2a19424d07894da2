package main

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestInOrderKeepsTheOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type batch struct{ n, square int }
		var got []int
		next := 0
		err := inOrder[batch]{
			workers: 3, batches: 5,
			read: func(b *batch) bool {
				b.n = next
				next++
				return next < 100
			},
			work: func(b *batch) {
				time.Sleep(time.Duration(b.n*7919%13) * time.Second) // some take longer
				b.square = b.n * b.n
			},
			write: func(b *batch) error {
				got = append(got, b.square)
				return nil
			},
		}.run()
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 100 || !slices.IsSorted(got) || got[99] != 99*99 {
			t.Errorf("got %v", got)
		}
	})
}

// However much there is to read, and however long the first batch takes to be
// written, no more than the given number of batches is there.
func TestInOrderReadsNoFurtherThanItsBatches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		goOn := make(chan struct{})
		var read, written atomic.Int64
		done := make(chan error)
		go func() {
			done <- inOrder[int]{
				workers: 2, batches: 5,
				read: func(*int) bool { return read.Add(1) < 1000 },
				work: func(*int) {},
				write: func(*int) error {
					<-goOn
					written.Add(1)
					return nil
				},
			}.run()
		}()
		for n := range int64(50) {
			synctest.Wait()
			if r, w := read.Load(), written.Load(); w != n || r != n+5 {
				t.Fatalf("%d batches read and %d written, want %d and %d", r, w, n+5, n)
			}
			goOn <- struct{}{}
		}
		close(goOn)
		if err := <-done; err != nil || written.Load() != 1000 {
			t.Errorf("%d written, %v", written.Load(), err)
		}
	})
}

func TestInOrderEndsWhenItCannotWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // which waits for what run started
		full := errors.New("full")
		written := 0
		err := inOrder[int]{
			workers: 2, batches: 4,
			read: func(*int) bool { return true },
			work: func(*int) {},
			write: func(*int) error {
				if written++; written == 3 {
					return full
				}
				return nil
			},
		}.run()
		if err != full || written != 3 {
			t.Errorf("%d written, %v", written, err)
		}
	})
}
