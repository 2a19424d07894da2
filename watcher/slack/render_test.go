package slack_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"tocsin/watcher/slack"
	"tocsin/watcher/slack/slacktest"
)

var update = flag.Bool("update", false, "rewrite the golden files with what the tests get")

// now is the time at which the golden files are drawn.
var now = time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC)

// TestRenderAndDraw renders the alert of each file and compares the message and
// its drawings with the rest of the file. Words of the alert's Text in [[ ]] are
// those that rang.
func TestRenderAndDraw(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/messages/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(strings.ReplaceAll(name, "-", " "), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			m := slack.Render(readAlert(t, archive.Files[0].Data))
			got := &txtar.Archive{Comment: archive.Comment, Files: []txtar.File{
				archive.Files[0],
				{Name: "text", Data: []byte(m.Text + "\n")},
				{Name: "blocks.json", Data: encode(t, m.Blocks)},
				{Name: "plain, 72 cells", Data: draw(t, m, slack.TerminalOptions{Width: 72, Now: now})},
				{Name: "colour, 48 cells", Data: draw(t, m, slack.TerminalOptions{Width: 48, Now: now, Color: true})},
			}}
			if *update {
				if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(got))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
			checkPostable(t, m)
		})
	}
}

// readAlert reads an alert, with the words that rang marked in its Text.
func readAlert(t *testing.T, data []byte) slack.Alert {
	t.Helper()
	var a slack.Alert
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for rest := a.Text; rest != ""; {
		before, after, found := strings.Cut(rest, "[[")
		text.WriteString(before)
		if !found {
			break
		}
		word, tail, _ := strings.Cut(after, "]]")
		a.Bold = append(a.Bold, slack.Span{From: text.Len(), To: text.Len() + len(word)})
		text.WriteString(word)
		rest = tail
	}
	a.Text = text.String()
	return a
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// draw draws a message, with escape characters that can be seen.
func draw(t *testing.T, m slack.Message, o slack.TerminalOptions) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := slack.Draw(&b, m, o); err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(b.Bytes(), []byte("\x1b"), []byte("␛"))
}

// checkPostable fails the test when Slack would or might refuse the message, or
// when anything in it is live that should not be.
func checkPostable(t *testing.T, m slack.Message) {
	t.Helper()
	blocks, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	err = slacktest.Validate(map[string][]string{
		"text": {m.Text}, "blocks": {string(blocks)}, "unfurl_links": {"false"}, "unfurl_media": {"false"},
	})
	if err != nil {
		t.Errorf("Slack would refuse it: %v\ntext: %q\nblocks: %s", err, m.Text, blocks)
	}
}
