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

// Post says a further report nowhere where a webhook has no thread for it: in the
// channel it would be one more message of the story.
func (s slackSink) Post(ctx context.Context, channel, thread string, a slack.Alert) (string, error) {
	if a.Report != nil && s.client.IsWebhook() {
		return "", nil
	}
	m := slack.Render(s.mentioning(ctx, a))
	if parent, err := slack.ParseReceipt(thread); err == nil {
		channel, m.Thread = parent.Channel, parent.TS
	}
	r, err := s.client.Post(ctx, channel, m)
	if err != nil {
		return "", err
	}
	if r.Refused != "" {
		s.log.Error("alert was said in its plain form only", "alert", a.Key, "channel", channel, "reason", r.Refused)
	}
	return r.String(), nil
}

// mentioning finds whom an alert mentions. Whoever cannot be found is named, and
// holds nothing up.
func (s slackSink) mentioning(ctx context.Context, a slack.Alert) slack.Alert {
	if a.Mention == "" {
		return a
	}
	id, err := s.client.Mention(ctx, a.Mention)
	switch {
	case err != nil:
		s.log.Warn("nobody is mentioned", "mention", a.Mention, "reason", err)
	case id == "":
		s.log.Warn("nobody is mentioned: Slack knows no group of users and no user of that name", "mention", a.Mention)
	}
	a.MentionID = id
	return a
}

func (s slackSink) Edit(ctx context.Context, receipt string, a slack.Alert) error {
	r, err := slack.ParseReceipt(receipt)
	if err != nil {
		return &slack.Error{Doing: "updating a message", Class: slack.Payload, Reason: err.Error()}
	}
	return s.client.Update(ctx, r, slack.Render(s.mentioning(ctx, a)))
}

func (s slackSink) Link(ctx context.Context, receipt string) (string, error) {
	r, err := slack.ParseReceipt(receipt)
	if err != nil {
		return "", err
	}
	return s.client.Link(ctx, r)
}

func (s slackSink) Find(ctx context.Context, channel, thread, key string, since time.Time) (string, bool, error) {
	var r slack.Receipt
	var found bool
	var err error
	if parent, wrong := slack.ParseReceipt(thread); wrong == nil {
		r, found, err = s.client.FindReply(ctx, parent, key, since)
	} else {
		r, found, err = s.client.Find(ctx, channel, key, since)
	}
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
func (s terminalSink) Post(_ context.Context, channel, _ string, a slack.Alert) (string, error) {
	var b bytes.Buffer
	b.WriteString(printable(channel))
	if a.Report != nil {
		b.WriteString(", in a thread")
	}
	b.WriteString("\n")
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

func (terminalSink) Find(context.Context, string, string, string, time.Time) (string, bool, error) {
	return "", false, nil
}

// Edit does nothing: what is written is written.
func (terminalSink) Edit(context.Context, string, slack.Alert) error { return nil }

func (terminalSink) Link(context.Context, string) (string, error) { return "", nil }

func (terminalSink) Pace() time.Duration { return 0 }
