package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/store"
	"tocsin/watcher/slack"
)

func newAlerts(e *env) *cobra.Command {
	var o alertsOptions
	cmd := &cobra.Command{
		Use:   "alerts",
		Short: "What was said, to whom, with what outcome",
		Long: `Lists the alerts that were raised, the oldest first: when, where, how severe, what became of
each, and its ID, which tocsin why takes. Those in threads are marked by ↳; those that were
said together with others name the alert that said them. Works beside a running daemon.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.alerts(ctx, o)
		},
	}
	cmd.Flags().StringVar(&o.since, "since", "24h", "from when on they were raised: a `time` span such as 24h, or a day such as 2026-03-01")
	cmd.Flags().BoolVar(&o.json, "json", false, "print a JSON array")
	return cmd
}

type alertsOptions struct {
	since string
	json  bool
}

func (e *env) alerts(ctx context.Context, o alertsOptions) error {
	since, err := parseSince(o.since, time.Now())
	if err != nil {
		return err
	}
	c, problems, err := e.loadConfig()
	if err != nil {
		return err
	}
	if c == nil {
		return e.refuse(problems)
	}
	db, err := openToRead(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	alerts, err := db.Alerts(ctx, since)
	if err != nil {
		return storeTrouble(err)
	}
	if o.json {
		return printJSON(e.stdout, each(alerts, toListedJSON))
	}
	var b strings.Builder
	for i := range alerts {
		writeAlert(&b, &alerts[i])
	}
	_, err = io.WriteString(e.stdout, b.String())
	if len(alerts) == 0 {
		e.printf("no alert was raised since %s", localTime(since))
	}
	return err
}

// titleOfAlert is what an alert says, in one line.
func titleOfAlert(a *store.Alert) string {
	var content slack.Alert
	if err := json.Unmarshal(a.Content, &content); err != nil {
		return "(not readable)"
	}
	if content.Digest != nil {
		return strings.TrimSpace(content.Digest.Title + " " + content.Digest.Line)
	}
	return content.Title
}

// writeAlert writes an alert in its line, and below it what is wrong with it.
func writeAlert(b *strings.Builder, a *store.Alert) {
	mark := ""
	if a.Kind == store.AlertReply {
		mark = "↳ "
	}
	fmt.Fprintf(b, "%s  %s  %s  %s  %s%s (%s)\n", a.Created.In(time.Local).Format("2006-01-02 15:04"), oneLine(a.Channel), oneLine(a.Severity), outcomeOf(a), mark, oneLine(titleOfAlert(a)), a.ID)
	if a.Problem != "" {
		fmt.Fprintf(b, "    %s\n", oneLine(a.Problem))
	}
}

// outcomeOf is what became of an alert, in a few words.
func outcomeOf(a *store.Alert) string {
	clock := func(t time.Time) string { return t.In(time.Local).Format("15:04") }
	switch a.State {
	case store.AlertSent:
		if a.SaidBy != "" {
			return "said " + clock(a.Sent) + " by " + a.SaidBy
		}
		return "said " + clock(a.Sent)
	case store.AlertFailed:
		return "could not be said"
	case store.AlertMuted:
		return "was muted while it waited"
	case store.AlertGathered:
		return "is being said by " + a.SaidBy
	case store.AlertWaiting:
		return "waits until " + a.Due.In(time.Local).Format("2006-01-02 15:04")
	}
	if a.Attempts == 0 {
		return "is in line"
	}
	return "is tried again, after " + count(a.Attempts, "attempt")
}

// listedJSON is an alert for programs. Times are UTC.
type listedJSON struct {
	alertJSON
	Story   string    `json:"story"`
	Kind    string    `json:"kind"` // "" for a message of its own, reply, or digest
	Follows string    `json:"follows,omitempty"`
	SaidBy  string    `json:"said_by,omitempty"`
	Due     time.Time `json:"due,omitzero"`
	Title   string    `json:"title"`
}

func toListedJSON(a store.Alert) listedJSON {
	return listedJSON{toAlertJSON(a), a.Story, string(a.Kind), a.Follows, a.SaidBy, a.Due, titleOfAlert(&a)}
}
