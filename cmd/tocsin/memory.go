package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"tocsin/store"
)

// Polls come in bursts, and the memory of one would stay for as long as the
// daemon waits for the next: the runtime collects when new memory is wanted, or
// after two minutes.
const (
	quietLook = 5 * time.Second
	// quietBytes is how much may be allocated from look to look for the time
	// between to count as quiet: some dozens of polls that bring nothing.
	quietBytes = 4 << 20
	// wornBytes is how much must have been allocated since the last time for
	// another collection to be worth its few milliseconds.
	wornBytes = 16 << 20
)

// lull tells when a burst of work is over.
type lull struct {
	last uint64 // allocated in all at the last look
	from uint64 // allocated in all when memory was given back last
}

// over reports whether a burst is over that was not over at the looks before, by
// the bytes that were allocated in all so far.
func (l *lull) over(allocated uint64) bool {
	calm := allocated-l.last < quietBytes
	l.last = allocated
	if !calm || allocated-l.from < wornBytes {
		return false
	}
	l.from = allocated
	return true
}

// giveBack gives the system back what a burst of work leaves behind, until ctx
// ends: this process's memory, and what an engine keeps beside it. What the engine
// cannot give back it keeps.
func giveBack(ctx context.Context, db store.Store) {
	engine, _ := db.(interface{ GiveBack(context.Context) error })
	var l lull
	look := time.NewTicker(quietLook)
	defer look.Stop()
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		metrics.Read(sample)
		if !l.over(sample[0].Value.Uint64()) {
			continue
		}
		if engine != nil {
			engine.GiveBack(ctx)
		}
		debug.FreeOSMemory()
	}
}
