package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"sync"

	"github.com/coreos/go-systemd/v22/journal"

	"tocsin/watcher/config"
)

// newLogger returns a logger to w, which is stderr, as the configuration says.
// The time is left out where it would be noise: in front of somebody who
// watches, and in the journal, which has its own.
func newLogger(w io.Writer, c config.Log, watched bool) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	switch {
	case c.Format == "json":
		return slog.New(slog.NewJSONHandler(w, o))
	case c.Format == "journal", c.Format == "auto" && toJournal():
		return slog.New(newJournalHandler(w, o))
	case watched:
		o.ReplaceAttr = without(slog.TimeKey)
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// toJournal reports whether stderr is read by systemd's journal. Only the stream
// itself tells: children inherit the variable that names it.
func toJournal() bool {
	is, err := journal.StderrIsJournalStream()
	return is && err == nil
}

// without leaves out attributes that the logger adds by itself.
func without(keys ...string) func([]string, slog.Attr) slog.Attr {
	return func(groups []string, a slog.Attr) slog.Attr {
		for _, key := range keys {
			if len(groups) == 0 && a.Key == key {
				return slog.Attr{}
			}
		}
		return a
	}
}

// journalHandler writes text lines that begin with their priority, such as <4>,
// as the journal reads them from a stream.
type journalHandler struct {
	text slog.Handler // writes to line
	*journalOutput
}

// journalOutput is what all handlers of a logger share.
type journalOutput struct {
	mu   sync.Mutex
	line bytes.Buffer
	w    io.Writer
}

func newJournalHandler(w io.Writer, o *slog.HandlerOptions) journalHandler {
	out := &journalOutput{w: w}
	text := slog.NewTextHandler(&out.line, &slog.HandlerOptions{
		Level: o.Level, ReplaceAttr: without(slog.TimeKey, slog.LevelKey),
	})
	return journalHandler{text, out}
}

func (h journalHandler) Enabled(ctx context.Context, l slog.Level) bool {
	return h.text.Enabled(ctx, l)
}

func (h journalHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return journalHandler{h.text.WithAttrs(attrs), h.journalOutput}
}

func (h journalHandler) WithGroup(name string) slog.Handler {
	return journalHandler{h.text.WithGroup(name), h.journalOutput}
}

func (h journalHandler) Handle(ctx context.Context, r slog.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.line.Reset()
	h.line.WriteString(priority(r.Level))
	if err := h.text.Handle(ctx, r); err != nil {
		return err
	}
	_, err := h.w.Write(h.line.Bytes())
	return err
}

// priority is the mark of syslog's priority for a level.
func priority(l slog.Level) string {
	switch {
	case l >= slog.LevelError:
		return "<3>"
	case l >= slog.LevelWarn:
		return "<4>"
	case l >= slog.LevelInfo:
		return "<6>"
	}
	return "<7>"
}
