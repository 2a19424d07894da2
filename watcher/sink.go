package watcher

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"tocsin/watcher/slack"
)

// SlackSink says alerts in Slack. What Slack refused and took in a plain form is
// logged, since it is a fault of ours.
func SlackSink(log *slog.Logger, c *slack.Client) Sink { return slackSink{log, c} }

type slackSink struct {
	log    *slog.Logger
	client *slack.Client
}

func (s slackSink) Post(ctx context.Context, channel string, a slack.Alert) (string, error) {
	r, err := s.client.Post(ctx, channel, slack.Render(a))
	if err != nil {
		return "", err
	}
	if r.Refused != "" {
		s.log.Error("alert was said in its plain form only", "alert", a.Key, "channel", channel, "reason", r.Refused)
	}
	return r.String(), nil
}

func (s slackSink) Find(ctx context.Context, channel, key string, since time.Time) (string, bool, error) {
	r, found, err := s.client.Find(ctx, channel, key, since)
	if err != nil || !found {
		return "", false, err
	}
	return r.String(), true, nil
}

// Pace is Slack's: a message a second and channel.
func (slackSink) Pace() time.Duration { return time.Second }

// TerminalSink draws on w what Slack would show. options gives the options anew
// for each alert: windows change their width.
func TerminalSink(w io.Writer, options func() slack.TerminalOptions) Sink {
	return terminalSink{w, options}
}

type terminalSink struct {
	w       io.Writer
	options func() slack.TerminalOptions
}

// Post writes the channel and the alert, in one piece.
func (s terminalSink) Post(_ context.Context, channel string, a slack.Alert) (string, error) {
	var b bytes.Buffer
	b.WriteString(printable(channel) + "\n")
	if err := slack.Draw(&b, slack.Render(a), s.options()); err != nil {
		return "", err
	}
	if _, err := s.w.Write(b.Bytes()); err != nil {
		// The alert waits until it can be written.
		return "", &slack.Error{Doing: "writing to the terminal", Class: slack.NotSent, Reason: err.Error()}
	}
	return "", nil
}

// printable is text without what could steer a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
}

func (terminalSink) Find(context.Context, string, string, time.Time) (string, bool, error) {
	return "", false, nil
}

func (terminalSink) Pace() time.Duration { return 0 }
