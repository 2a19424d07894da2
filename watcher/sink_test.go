package watcher

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"tocsin/watcher/slack"
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
