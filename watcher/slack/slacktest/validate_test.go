package slacktest_test

import (
	"net/url"
	"strings"
	"testing"

	"tocsin/watcher/slack/slacktest"
)

// form is a message that is as it should be, with some of it changed.
func form(changes ...string) url.Values {
	f := url.Values{"text": {"text"}, "unfurl_links": {"false"}, "unfurl_media": {"false"}}
	for i := 0; i < len(changes); i += 2 {
		f.Set(changes[i], changes[i+1])
	}
	return f
}

// rich is a rich_text block with these pieces, mrkdwn a section with this text.
func rich(pieces string) string {
	return `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + pieces + `]}]}]`
}

func mrkdwn(text string) string {
	return `[{"type":"section","text":{"type":"mrkdwn","verbatim":true,"text":"` + text + `"}}]`
}

func TestValidate(t *testing.T) {
	t.Parallel()
	divider := `{"type":"divider"}`
	context := `{"type":"context","elements":[{"type":"plain_text","text":"x"}]}`
	for _, tc := range []struct {
		name string
		form url.Values
		want string // the beginning of the error; "" for none
	}{
		{"a text", form(), ""},
		{"an escaped text", form("text", "a &amp; &lt;b&gt; <https://x.example/?a=1&amp;b|label> <!date^1^{ago}|then>"), ""},
		{"rich text", form("blocks", rich(`{"type":"emoji","name":"x"},{"type":"text","text":"<!channel> & *","style":{"bold":true}},{"type":"link","url":"https://x.example/","text":"x"}`)), ""},
		{"a header, a divider and a context", form("blocks", `[{"type":"header","text":{"type":"plain_text","text":"x"}},`+divider+`,`+context+`]`), ""},

		{"no text", form("text", ""), "no_text"},
		{"blocks without a text", form("text", " ", "blocks", mrkdwn("x")), "no_text phones and screen readers"},
		{"a text that is too long", form("text", strings.Repeat("x", 4001)), "msg_too_long"},
		{"a text of emoji that is too long in UTF-16", form("text", strings.Repeat("🔴", 2001)), "msg_too_long"},
		{"a text of two lines", form("text", "a\nb"), "invalid_arguments text is more than one line"},
		{"an unescaped ampersand", form("text", "a & b"), `invalid_arguments text: "&" is not escaped`},
		{"half an entity", form("text", "a &am"), `invalid_arguments text: "&" is not escaped`},
		{"an unescaped bracket", form("text", "a > b"), `invalid_arguments text: ">" is not escaped`},
		{"a mention of all", form("text", "<!channel>"), "invalid_arguments text: a mention"},
		{"a mention of one", form("text", "<@U1|x>"), "invalid_arguments text: a mention"},
		{"a link that is cut", form("text", "<https://x.example/a"), "invalid_arguments text: a control sequence without an end"},
		{"a script", form("text", "<javascript:x|y>"), "invalid_arguments text: a mention or an unknown control sequence"},
		{"a user name in an address", form("text", "<https://a@b.example/|y>"), "invalid_arguments text: an address with a user name"},
		{"a bar in a label", form("text", "<https://b.example/|y|z>"), "invalid_arguments text: a link with the label"},
		{"a bidirectional override", form("text", "a\u202eb"), "invalid_arguments text: bidirectional control U+202E"},
		{"an escape character", form("text", "a\x1bb"), "invalid_arguments text: control character U+001B"},
		{"unfurled links", form("unfurl_links", ""), "invalid_arguments unfurl_links must be false"},
		{"unfurled media", form("unfurl_media", "true"), "invalid_arguments unfurl_media must be false"},
		{"linked names", form("link_names", "1"), "invalid_arguments link_names"},
		{"full parsing", form("parse", "full"), "invalid_arguments parse"},
		{"attachments", form("attachments", "[]"), "invalid_attachments"},

		{"metadata", form("metadata", `{"event_type":"e","event_payload":{"a":"b","n":1,"t":true}}`), ""},
		{"metadata that is not JSON", form("metadata", `{`), "invalid_metadata_format"},
		{"metadata without a type", form("metadata", `{"event_payload":{}}`), "invalid_metadata_schema"},
		{"metadata with null", form("metadata", `{"event_type":"e","event_payload":{"a":null}}`), "invalid_metadata_schema event_payload.a"},
		{"metadata that is too large", form("metadata", `{"event_type":"e","event_payload":{"a":"`+strings.Repeat("x", 2000)+`"}}`), "metadata_too_large"},

		{"blocks that are not JSON", form("blocks", `[`), "invalid_blocks_format"},
		{"51 blocks", form("blocks", "["+strings.Repeat(divider+",", 50)+divider+"]"), "invalid_blocks no more than 50 items allowed [json-pointer:/blocks]"},
		{"a section of 3,001 characters", form("blocks", mrkdwn(strings.Repeat("x", 3001))), "invalid_blocks must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		{"an empty section", form("blocks", mrkdwn("")), "invalid_blocks must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		{"a section without a text", form("blocks", `[{"type":"section"}]`), "invalid_blocks missing required field: text [json-pointer:/blocks/0/text]"},
		{"unescaped mrkdwn", form("blocks", mrkdwn("a & b")), `invalid_blocks "&" is not escaped`},
		{"mrkdwn that is parsed further", form("blocks", `[{"type":"section","text":{"type":"mrkdwn","text":"x"}}]`), "invalid_blocks verbatim must be true"},
		{"a header of 151 characters", form("blocks", `[{"type":"header","text":{"type":"plain_text","text":"`+strings.Repeat("x", 151)+`"}}]`), "invalid_blocks must be less than 151"},
		{"a header in mrkdwn", form("blocks", `[{"type":"header","text":{"type":"mrkdwn","verbatim":true,"text":"x"}}]`), "invalid_blocks must be plain_text"},
		{"a context of 11", form("blocks", `[{"type":"context","elements":[`+strings.Repeat(`{"type":"plain_text","text":"x"},`, 10)+`{"type":"plain_text","text":"x"}]}]`), "invalid_blocks no more than 10 items"},
		{"an empty context", form("blocks", `[{"type":"context","elements":[]}]`), "invalid_blocks must have at least 1 items"},
		{"too much text in all", form("blocks", "["+strings.Repeat(`{"type":"section","text":{"type":"plain_text","text":"`+strings.Repeat("x", 2900)+`"}},`, 3)+`{"type":"section","text":{"type":"plain_text","text":"`+strings.Repeat("x", 2900)+`"}}]`), "msg_blocks_too_long"},
		{"a block that nobody knows", form("blocks", `[{"type":"blink"}]`), "invalid_blocks unsupported type: blink"},
		{"a field that nobody knows", form("blocks", `[{"type":"divider","colour":"red"}]`), "invalid_blocks no more fields allowed: colour"},
		{"a block ID twice", form("blocks", `[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]`), `invalid_blocks block_id "a" already exists`},
		{"empty rich text", form("blocks", rich(`{"type":"text","text":""}`)), "invalid_blocks must be more than 0 characters"},
		{"a mention in rich text", form("blocks", rich(`{"type":"broadcast","range":"channel"}`)), "invalid_blocks a mention: channel"},
		{"a link with a space", form("blocks", rich(`{"type":"link","url":"https://x.example/a b","text":"x"}`)), "invalid_blocks an address with ' '"},
		{"a link to a script", form("blocks", rich(`{"type":"link","url":"javascript:x","text":"x"}`)), "invalid_blocks an address that is not of the web"},
		{"a style that nobody knows", form("blocks", rich(`{"type":"text","text":"x","style":{"blink":true}}`)), "invalid_blocks no more fields allowed: blink"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			err := slacktest.Validate(tc.form)
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tc.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tc.want)):
				t.Errorf("error is %v, want %q", err, tc.want)
			}
		})
	}
}

func TestARefusedMessageIsRecorded(t *testing.T) {
	t.Parallel()
	c := newCaller(t, slacktest.Options{})
	if got := c.post(general, "<!channel>"); got != "invalid_arguments" {
		t.Errorf("answered %q", got)
	}
	if v := c.server.Violations(); len(v) != 1 || !strings.HasPrefix(v[0], "chat.postMessage: invalid_arguments text: a mention") {
		t.Errorf("violations are %q", v)
	}
	if len(c.server.Messages(general)) != 0 {
		t.Error("it was kept")
	}
}
