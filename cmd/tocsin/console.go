package main

import (
	"fmt"
	"io"
	"sync"
)

// console keeps a progress line on stderr apart from what else is written to
// the terminal. Without a terminal there is no progress line.
type console struct {
	mu       sync.Mutex
	stderr   io.Writer
	terminal bool // stderr is one
	line     string
}

func newConsole(stderr io.Writer) *console {
	return &console{stderr: stderr, terminal: isTerminal(stderr)}
}

const clearLine = "\r\x1b[K"

// progress shows a line, in the place of the one before; "" removes it.
func (c *console) progress(format string, args ...any) {
	if !c.terminal {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line = fmt.Sprintf(format, args...)
	io.WriteString(c.stderr, clearLine+c.line)
}

// writer returns a writer to w that moves the progress line out of the way.
func (c *console) writer(w io.Writer) io.Writer { return consoleWriter{c, w} }

type consoleWriter struct {
	*console
	w io.Writer
}

// Write writes whole lines and puts the progress line back after them.
func (w consoleWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.line != "" {
		io.WriteString(w.stderr, clearLine)
		defer func() { io.WriteString(w.stderr, w.line) }()
	}
	return w.w.Write(p)
}
