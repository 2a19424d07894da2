package main

import (
	"io"
	"log/slog"

	"tocsin/watcher/config"
)

// newLogger returns a logger to w as the configuration says. The time is left
// out where it would be noise: in front of somebody who watches.
func newLogger(w io.Writer, c config.Log, watched bool) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	if watched {
		o.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}
	}
	return slog.New(slog.NewTextHandler(w, o))
}
