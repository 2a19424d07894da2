package main

import (
	"os"
	"time"

	"golang.org/x/term"

	"tocsin/watcher/slack"
)

// defaultWidth is for output that is no terminal.
const defaultWidth = 100

// terminalOptions returns what asks, for every alert, how to draw it: in colour
// and in the width of the terminal where stdout is one, and plain otherwise or
// where NO_COLOR is set.
func (e *env) terminalOptions() func() slack.TerminalOptions {
	color := isTerminal(e.stdout) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return func() slack.TerminalOptions {
		return slack.TerminalOptions{Color: color, Width: e.width(), Now: time.Now(), Location: time.Local}
	}
}

func (e *env) width() int {
	if f, ok := e.stdout.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return defaultWidth
}
