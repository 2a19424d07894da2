package watcher

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tocsin/watcher/slack"
	"tocsin/watcher/slack/slacktest"
)

// fullDisk is a writer whose disk is full.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func plainTerminal() slack.TerminalOptions { return slack.TerminalOptions{} }

func TestAnAlertThatCannotBeWrittenWaits(t *testing.T) {
	t.Parallel()
	_, err := TerminalSink(fullDisk{}, plainTerminal).Post(t.Context(), "#noise", "", slack.Alert{Title: "A bell"})
	if class, _ := slack.Classify(err); class != slack.NotSent {
		t.Errorf("error %v is of the class %v", err, class)
	}
}

func TestSlackHasAThreadAnEditAndAnAddress(t *testing.T) {
	t.Parallel()
	server := slacktest.New(slacktest.Options{Groups: map[string]string{"oncall": "S0ONCALL01"}})
	t.Cleanup(server.Close)
	sink := SlackSink(slog.New(slog.DiscardHandler), slack.NewClient(slacktest.Token, server.APIURL(), nil))
	ctx := t.Context()
	told := slack.Alert{Key: "a", Severity: "high", Title: "A bell", Mention: "@oncall", Matches: []slack.Match{{Title: "R"}}}
	parent, err := sink.Post(ctx, "#general", "", told)
	if err != nil {
		t.Fatal(err)
	}
	report := slack.Report{Title: "The same bell", Source: "Another Paper"}
	reply, err := sink.Post(ctx, "#general", parent, slack.Alert{Key: "b", Report: &report})
	if err != nil {
		t.Fatal(err)
	}
	told.Also = []slack.Report{report}
	if err := sink.Edit(ctx, parent, told); err != nil {
		t.Error(err)
	}
	if found, ok, err := sink.Find(ctx, "#general", parent, "b", time.Now()); !ok || err != nil || found != reply {
		t.Errorf("found %q, %v, %v", found, ok, err)
	}
	if link, err := sink.Link(ctx, parent); err != nil || !strings.HasPrefix(link, "https://") {
		t.Errorf("address %q, %v", link, err)
	}
	got := server.Messages("general")
	if len(got) != 2 || got[1].Thread != got[0].TS || got[0].Edits != 1 {
		t.Errorf("messages %+v", got)
	}
	if blocks := fmt.Sprint(got[0].Blocks); !strings.Contains(blocks, "S0ONCALL01") || !strings.Contains(blocks, "also: Another Paper (1)") {
		t.Errorf("the message: %s", blocks)
	}
	if v := server.Violations(); len(v) > 0 {
		t.Error(v)
	}
}

func TestTheTerminalSaysTheChannelAndNothingThatSteersIt(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	_, err := TerminalSink(&out, plainTerminal).Post(t.Context(), "#no\x1b[31mise", "", slack.Alert{Title: "A \x1b[5mbell"})
	if err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.HasPrefix(text, "#no[31mise\n") || strings.Contains(text, "\x1b") || !strings.Contains(text, "bell") {
		t.Errorf("written: %q", text)
	}
}

func TestAWebhookHasNoThreadForFurtherReports(t *testing.T) {
	t.Parallel()
	server := slacktest.New(slacktest.Options{Channels: []slacktest.Channel{{ID: "C0000000001", Name: "news"}}})
	t.Cleanup(server.Close)
	sink := SlackSink(slog.New(slog.DiscardHandler), slack.NewWebhookClient(server.WebhookURL(), nil))
	first := slack.Alert{Key: "1", Severity: "low", Title: "A bell rings"}
	further := slack.Alert{Key: "2", Severity: "low", Report: &slack.Report{Title: "The bell still rings", Source: "Wire"}}
	for _, a := range []slack.Alert{first, further} {
		if receipt, err := sink.Post(t.Context(), "#news", "", a); receipt != "" || err != nil {
			t.Errorf("receipt %q, error %v", receipt, err)
		}
	}
	if said := server.Messages("#news"); len(said) != 1 {
		t.Errorf("%d messages, want the first report's alone", len(said))
	}
}
