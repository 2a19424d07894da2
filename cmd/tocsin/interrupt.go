package main

import (
	"io"
	"sync"
)

// untilInterrupted does work that changes nothing, and leaves it behind at the
// first Ctrl-C or SIGTERM: it may be waiting for input that never comes. What it
// writes to stdout goes through in whole writes, and nothing does after that
// signal, so that whoever reads gets whole lines.
func (e *env) untilInterrupted(work func() error) error {
	ctx, stop := untilSignal()
	defer stop()
	out := &gate{w: e.stdout}
	e.stdout = out
	done := make(chan error, 1)
	go func() { done <- work() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		out.shut()
		return errInterrupted
	}
}

// gate is a writer that can be shut.
type gate struct {
	w    io.Writer
	mu   sync.Mutex // held while something is written
	done bool
}

func (g *gate) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.done {
		return 0, errInterrupted
	}
	return g.w.Write(p)
}

// shut waits for the write that is under way, and lets no more through.
func (g *gate) shut() {
	g.mu.Lock()
	g.done = true
	g.mu.Unlock()
}
