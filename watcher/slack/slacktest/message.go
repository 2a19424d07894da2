package slacktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// The limits, in UTF-16 units where they count characters: Slack does not say
// what a character is.
const (
	maxText        = 4000  // what Slack shows in one piece
	maxBlocks      = 50    // documented
	maxBlockText   = 11000 // refused from somewhere between here and 13,200
	maxMetadata    = 2000  // bytes; no limit is documented
	maxTextField   = 3000  // of a text object
	maxHeader      = 150
	maxContext     = 10 // elements
	maxLink        = 3000
	maxBlockID     = 255
	maxActions     = 25 // elements
	maxButton      = 75
	maxButtonValue = 2000
)

// problem is why a message is refused.
type problem struct {
	code    string // Slack's error code
	details []string
}

func (p *problem) String() string {
	return strings.TrimSpace(p.code + " " + strings.Join(p.details, "; "))
}

func refuse(code, format string, args ...any) *problem {
	return &problem{code: code, details: []string{fmt.Sprintf(format, args...)}}
}

// Validate returns why a server would refuse the form of a chat.postMessage,
// whatever its channel and token, in a workspace in which nobody can be mentioned;
// nil when it would not.
func Validate(form url.Values) error {
	if _, p := readMessage(form, nil); p != nil {
		return errors.New(p.String())
	}
	return nil
}

// readMessage reads what a call of chat.postMessage posts, which may mention those
// with these IDs.
func readMessage(form url.Values, known []string) (Message, *problem) {
	m := Message{Text: form.Get("text"), Thread: form.Get("thread_ts")}
	for _, check := range []func(url.Values) *problem{checkOptions, checkText} {
		if p := check(form); p != nil {
			return m, p
		}
	}
	var p *problem
	if m.Metadata, p = readMetadata(form.Get("metadata")); p != nil {
		return m, p
	}
	m.Blocks, p = readBlocks(form.Get("blocks"), known)
	return m, p
}

// checkOptions refuses what makes Slack look for more in a message than was
// meant.
func checkOptions(form url.Values) *problem {
	for _, key := range []string{"unfurl_links", "unfurl_media"} {
		if form.Get(key) != "false" {
			return refuse("invalid_arguments", "%s must be false, it is %q", key, form.Get(key))
		}
	}
	switch {
	case isTrue(form.Get("link_names")):
		return refuse("invalid_arguments", "link_names makes names in feed text ring")
	case form.Get("parse") != "" && form.Get("parse") != "none":
		return refuse("invalid_arguments", "parse makes names and addresses in feed text live")
	case form.Has("attachments"):
		return refuse("invalid_attachments", "attachments are legacy")
	case form.Has("client_msg_id"):
		return refuse("invalid_arg_name", "client_msg_id is for Slack's own clients")
	}
	return nil
}

func checkText(form url.Values) *problem {
	text := form.Get("text")
	switch {
	case text == "" && form.Get("blocks") == "":
		return &problem{code: "no_text"}
	case strings.TrimSpace(text) == "":
		return refuse("no_text", "phones and screen readers show only the text, and there is none")
	case units(text) > maxText:
		return refuse("msg_too_long", "text must be less than %d characters", maxText+1)
	case strings.Contains(text, "\n"):
		return refuse("invalid_arguments", "text is more than one line")
	}
	if what := unsafeMrkdwn(text); what != "" {
		return refuse("invalid_arguments", "text: %s", what)
	}
	return nil
}

// readMetadata reads a message's metadata; "" is none.
func readMetadata(s string) (Metadata, *problem) {
	var m Metadata
	if s == "" {
		return m, nil
	}
	if len(s) > maxMetadata {
		return m, &problem{code: "metadata_too_large"}
	}
	if err := json.Unmarshal([]byte(s), &m); err != nil {
		return m, &problem{code: "invalid_metadata_format"}
	}
	if m.EventType == "" || m.EventPayload == nil {
		return m, refuse("invalid_metadata_schema", "event_type and event_payload are required")
	}
	for key, value := range m.EventPayload {
		switch value.(type) {
		case string, float64, bool:
		default:
			return m, refuse("invalid_metadata_schema", "event_payload.%s must be a string, a number or a boolean", key)
		}
	}
	return m, nil
}

// readBlocks reads and checks a message's blocks; "" is none.
func readBlocks(s string, known []string) ([]map[string]any, *problem) {
	if s == "" {
		return nil, nil
	}
	var blocks []map[string]any
	if err := json.Unmarshal([]byte(s), &blocks); err != nil {
		return nil, &problem{code: "invalid_blocks_format"}
	}
	if len(blocks) > maxBlocks {
		return nil, refuse("invalid_blocks", "no more than %d items allowed [json-pointer:/blocks]", maxBlocks)
	}
	c := checker{ids: make(map[string]bool), known: known}
	for i, b := range blocks {
		c.block(b, fmt.Sprintf("/blocks/%d", i))
	}
	if len(c.problems) > 0 {
		return nil, &problem{code: "invalid_blocks", details: c.problems}
	}
	if c.text > maxBlockText {
		return nil, &problem{code: "msg_blocks_too_long"}
	}
	return blocks, nil
}
