package slacktest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"tocsin/watcher/slack/slacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const general = "C0GENERAL01"

// caller calls methods as any client would.
type caller struct {
	t      *testing.T
	server *slacktest.Server
	http   *http.Client
	token  string
}

func newCaller(t *testing.T, o slacktest.Options) *caller {
	t.Helper()
	s := slacktest.New(o)
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		s.Close()
	})
	return &caller{t, s, &http.Client{Transport: transport}, slacktest.Token}
}

// call calls a method with pairs of keys and values.
func (c *caller) call(method string, pairs ...string) (status int, answer map[string]any, err error) {
	form := url.Values{"token": {c.token}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r, err := c.http.PostForm(c.server.APIURL()+method, form)
	if err != nil {
		return 0, nil, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return r.StatusCode, nil, err
	}
	err = json.Unmarshal(body, &answer)
	if r.StatusCode == http.StatusTooManyRequests {
		answer = map[string]any{"error": "429 after " + r.Header.Get("Retry-After")}
	}
	return r.StatusCode, answer, err
}

// post posts a text and returns Slack's error code, "" for none.
func (c *caller) post(channel, text string) string {
	c.t.Helper()
	_, answer, err := c.call("chat.postMessage", "channel", channel, "text", text, "unfurl_links", "false", "unfurl_media", "false",
		"metadata", `{"event_type":"e","event_payload":{"key":"k"}}`)
	if err != nil {
		c.t.Fatal(err)
	}
	return code(answer)
}

func code(answer map[string]any) string {
	s, _ := answer["error"].(string)
	return s
}

func TestTokensAreChecked(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{slacktest.Token: "", "": "not_authed", "xoxb-other": "invalid_auth"} {
		c := newCaller(t, slacktest.Options{})
		c.token = token
		for _, method := range []string{"auth.test", "conversations.list"} {
			if _, answer, err := c.call(method); err != nil || code(answer) != want {
				t.Errorf("%s with %q answers %v, %v, want %q", method, token, answer, err, want)
			}
		}
	}
}

func TestChannelsAreWhatTheBotCanSee(t *testing.T) {
	t.Parallel()
	c := newCaller(t, slacktest.Options{MaxPage: 2, Channels: []slacktest.Channel{
		{ID: "C0OPEN00001", Name: "open"},
		{ID: "C0FOREIGN01", Name: "foreign", NotMember: true},
		{ID: "C0SECRET001", Name: "secret", Private: true, NotMember: true},
		{ID: "C0PRIVATE01", Name: "private", Private: true},
		{ID: "C0OLD000001", Name: "old", Archived: true},
	}})
	for channel, want := range map[string]struct{ post, history string }{
		"C0OPEN00001": {"", ""},
		"#open":       {"", "channel_not_found"},
		"C0FOREIGN01": {"not_in_channel", "not_in_channel"},
		"C0SECRET001": {"channel_not_found", "channel_not_found"},
		"C0PRIVATE01": {"", ""},
		"C0OLD000001": {"is_archived", ""},
		"C0NONE00001": {"channel_not_found", "channel_not_found"},
	} {
		if got := c.post(channel, "text"); got != want.post {
			t.Errorf("posting to %s: %q, want %q", channel, got, want.post)
		}
		if _, answer, _ := c.call("conversations.history", "channel", channel); code(answer) != want.history {
			t.Errorf("reading %s: %q, want %q", channel, code(answer), want.history)
		}
	}
	var names []string
	for cursor := ""; ; {
		_, answer, err := c.call("conversations.list", "types", "public_channel,private_channel", "limit", "100", "exclude_archived", "true", "cursor", cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, ch := range answer["channels"].([]any) {
			names = append(names, ch.(map[string]any)["name"].(string))
		}
		if cursor = answer["response_metadata"].(map[string]any)["next_cursor"].(string); cursor == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"open", "foreign", "private"}, names); diff != "" {
		t.Errorf("listed channels (-want +got):\n%s", diff)
	}
	c.server.SetChannel(slacktest.Channel{ID: "C0OLD000001", Name: "new"})
	if got := c.post("#new", "text"); got != "" {
		t.Errorf("posting to a channel that is open again: %q", got)
	}
	if _, answer, _ := c.call("conversations.info", "channel", "C0FOREIGN01"); answer["ok"] != true {
		t.Errorf("info answers %v", answer)
	}
}

func TestHistoryIsTheLatestFirstAndPaged(t *testing.T) {
	t.Parallel()
	c := newCaller(t, slacktest.Options{})
	for i := range 5 {
		c.server.Add(general, slacktest.Message{Text: fmt.Sprint(i), TS: fmt.Sprintf("100%d.000000", i),
			Metadata: slacktest.Metadata{EventType: "e", EventPayload: map[string]any{"n": i}}})
	}
	for _, tc := range []struct {
		name  string
		query []string
		want  string
	}{
		{"all of it", nil, "43210"},
		{"later than a time", []string{"oldest", "1002.000000"}, "43"},
		{"from a time on", []string{"oldest", "1002.000000", "inclusive", "1"}, "432"},
		{"earlier than a time", []string{"latest", "1002.000000"}, "10"},
		{"in pages", []string{"limit", "2"}, "43 21 0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			for cursor := ""; ; {
				_, answer, err := c.call("conversations.history", append([]string{"channel", general, "cursor", cursor}, tc.query...)...)
				if err != nil || answer["ok"] != true {
					t.Fatal(answer, err)
				}
				for _, m := range answer["messages"].([]any) {
					got.WriteString(m.(map[string]any)["text"].(string))
					if m.(map[string]any)["metadata"].(map[string]any)["event_payload"] != nil {
						t.Error("metadata came without being asked for")
					}
				}
				if cursor = answer["response_metadata"].(map[string]any)["next_cursor"].(string); cursor == "" {
					break
				}
				got.WriteString(" ")
			}
			if got.String() != tc.want {
				t.Errorf("history is %q, want %q", got.String(), tc.want)
			}
		})
	}
	_, answer, _ := c.call("conversations.history", "channel", general, "include_all_metadata", "1", "limit", "1")
	if m := answer["messages"].([]any)[0].(map[string]any)["metadata"].(map[string]any); m["event_payload"] == nil {
		t.Error("metadata did not come though it was asked for")
	}
}

func TestAChannelTakesAMessageASecond(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	clock := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	c := newCaller(t, slacktest.Options{Rate: true, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return clock
	}, Channels: []slacktest.Channel{{ID: general, Name: "general"}, {ID: "C0OTHER0001", Name: "other"}}})
	for _, step := range []struct {
		channel string
		wait    time.Duration
		want    string
	}{
		{general, 0, ""},
		{general, 999 * time.Millisecond, "429 after 1"},
		{"C0OTHER0001", 0, ""},
		{general, time.Millisecond, ""},
		{general, 0, "429 after 1"},
	} {
		mu.Lock()
		clock = clock.Add(step.wait)
		mu.Unlock()
		if got := c.post(step.channel, "text"); got != step.want {
			t.Errorf("posting to %s after %v: %q, want %q", step.channel, step.wait, got, step.want)
		}
	}
	seen := map[string]bool{}
	for _, m := range append(c.server.Messages(general), c.server.Messages("#other")...) {
		if seen[m.TS] {
			t.Errorf("two messages at %s", m.TS)
		}
		seen[m.TS] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d messages, want 3", len(seen))
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		fault  slacktest.Fault
		status int
		code   string
		taken  bool
	}{
		{"a reset", slacktest.Reset, 0, "", false},
		{"a lost answer", slacktest.LostAnswer, 0, "", true},
		{"half an answer", slacktest.HalfAnswer, 200, "", true},
		{"a page of a proxy", slacktest.ProxyPage, 200, "", false},
		{"an overloaded server", slacktest.Overloaded, 503, "", false},
		{"a refusal", slacktest.Refuse("is_archived"), 200, "is_archived", false},
		{"too many calls", slacktest.RateLimited(7 * time.Second), 429, "429 after 7", false},
		{"too many calls without a time", slacktest.RateLimited(0), 429, "429 after ", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := newCaller(t, slacktest.Options{})
			c.server.Fail("chat.postMessage", tc.fault)
			status, answer, err := c.call("chat.postMessage", "channel", general, "text", "x", "unfurl_links", "false", "unfurl_media", "false")
			if status != tc.status || code(answer) != tc.code {
				t.Errorf("status %d, answer %v, %v, want %d, %q", status, answer, err, tc.status, tc.code)
			}
			if tc.code == "" && err == nil {
				t.Error("the call worked")
			}
			if tc.name == "half an answer" && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("error is %v", err)
			}
			if got := len(c.server.Messages(general)) == 1; got != tc.taken {
				t.Errorf("the message was taken: %v, want %v", got, tc.taken)
			}
			if got := c.post(general, "next"); got != "" {
				t.Errorf("the next call fails too: %s", got)
			}
			if n := c.server.Calls("chat.postMessage"); n != 2 {
				t.Errorf("%d calls counted, want 2", n)
			}
		})
	}
}

func TestASlowCallHasTakenEffect(t *testing.T) {
	t.Parallel()
	c := newCaller(t, slacktest.Options{})
	begun, release := make(chan struct{}), make(chan struct{})
	c.server.Fail("chat.postMessage", slacktest.Slow(begun, release))
	answered := make(chan string)
	go func() {
		_, answer, err := c.call("chat.postMessage", "channel", general, "text", "x", "unfurl_links", "false", "unfurl_media", "false")
		answered <- fmt.Sprint(answer["ok"], err)
	}()
	<-begun
	if n := len(c.server.Messages(general)); n != 1 {
		t.Errorf("%d messages before the answer, want 1", n)
	}
	select {
	case got := <-answered:
		t.Errorf("answered too early: %s", got)
	default:
	}
	close(release)
	if got := <-answered; got != "true <nil>" {
		t.Errorf("the answer is %s", got)
	}
}
