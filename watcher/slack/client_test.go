package slack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"tocsin/watcher/slack"
	"tocsin/watcher/slack/slacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const general = "C0GENERAL01"

// sample is a message as Render makes them.
func sample(key string) slack.Message {
	return slack.Render(slack.Alert{
		Key: key, Severity: "high", Title: "Something & more", URL: "https://news.example/1?a=b&c=d", Source: "Wire",
		Matches: []slack.Match{{Rule: "r", Title: "A rule", Score: 5, Threshold: 5}},
	})
}

// newServer starts a Slack that ends with the test, which fails if any message
// was not as it should be.
func newServer(t *testing.T, o slacktest.Options) *slacktest.Server {
	t.Helper()
	s := slacktest.New(o)
	t.Cleanup(func() {
		s.Close()
		for _, v := range s.Violations() {
			t.Errorf("violation: %s", v)
		}
	})
	return s
}

// newClient returns a client with a transport of its own, so that no test uses
// another's connections.
func newClient(t *testing.T, s *slacktest.Server) *slack.Client {
	t.Helper()
	return slack.NewClient(slacktest.Token, s.APIURL(), newHTTPClient(t))
}

func newHTTPClient(t *testing.T) *http.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestPostSaysWhereTheMessageStands(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	c := newClient(t, s)
	for _, channel := range []string{general, "#general", "general"} {
		m := sample("key of " + channel)
		receipt, err := c.Post(t.Context(), channel, m)
		if err != nil {
			t.Fatal(err)
		}
		messages := s.Messages(general)
		last := messages[len(messages)-1]
		if diff := cmp.Diff(slack.Receipt{Channel: general, TS: last.TS}, receipt); diff != "" {
			t.Errorf("posting to %s (-want +got):\n%s", channel, diff)
		}
		want := slacktest.Metadata{EventType: "tocsin_alert", EventPayload: map[string]any{"key": m.Key}}
		if diff := cmp.Diff(want, last.Metadata); diff != "" {
			t.Errorf("metadata (-want +got):\n%s", diff)
		}
		if last.Text != m.Text || len(last.Blocks) != len(m.Blocks) {
			t.Errorf("posted %q with %d blocks, want %q with %d", last.Text, len(last.Blocks), m.Text, len(m.Blocks))
		}
	}
}

func TestReceiptsAreReadBack(t *testing.T) {
	t.Parallel()
	want := slack.Receipt{Channel: general, TS: "1795442670.000100"}
	got, err := slack.ParseReceipt(want.String())
	if err != nil || got != want {
		t.Errorf("ParseReceipt(%q) = %v, %v", want.String(), got, err)
	}
	for _, bad := range []string{"", "/", general, general + "/", "/1.2", "#general/1.2", general + "/now", general + "/1.2/3", general + "/1.2\n"} {
		if got, err := slack.ParseReceipt(bad); err == nil {
			t.Errorf("ParseReceipt(%q) = %v, want an error", bad, got)
		}
	}
}

func TestAMessageThatIsRefusedIsPostedPlain(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	s.Fail("chat.postMessage", slacktest.Refuse("invalid_blocks", "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"))
	receipt, err := newClient(t, s).Post(t.Context(), general, sample("k"))
	if err != nil {
		t.Fatal(err)
	}
	const refused = "posting to C0GENERAL01: invalid_blocks: [ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
	if receipt.Refused != refused {
		t.Errorf("the receipt says %q, want %q", receipt.Refused, refused)
	}
	messages := s.Messages(general)
	if len(messages) != 1 {
		t.Fatalf("%d messages, want 1", len(messages))
	}
	if got, want := messages[0].Text, "[high] Something &amp; more - Wire (A rule) <https://news.example/1?a=b&amp;c=d>"; got != want {
		t.Errorf("text is %q, want %q", got, want)
	}
	if messages[0].Blocks != nil || messages[0].Metadata.EventPayload["key"] != "k" {
		t.Errorf("it must have no blocks and its key: %+v", messages[0])
	}
}

func TestAPlainMessageHasNoLinkThatWouldSplitIt(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	s.Fail("chat.postMessage", slacktest.Refuse("invalid_blocks"))
	m := slack.Render(slack.Alert{Title: "T", URL: "https://news.example/?" + strings.Repeat("&", 2900)})
	if _, err := newClient(t, s).Post(t.Context(), general, m); err != nil {
		t.Fatal(err)
	}
	if got := s.Messages(general)[0].Text; got != m.Text {
		t.Errorf("text is %q, want %q", got, m.Text)
	}
}

func TestAMessageThatIsRefusedTwiceIsGivenBack(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	s.Fail("chat.postMessage", slacktest.Refuse("invalid_blocks"), slacktest.Refuse("msg_too_long"))
	_, err := newClient(t, s).Post(t.Context(), general, sample("k"))
	if class, _ := slack.Classify(err); class != slack.Payload || !strings.Contains(err.Error(), "msg_too_long") {
		t.Errorf("error is %v (%v)", err, class)
	}
	if n := s.Calls("chat.postMessage"); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ts := func(d time.Duration) string { return fmt.Sprintf("%d.000000", at.Add(d).Unix()) }
	ours := func(key, ts string) slacktest.Message {
		return slacktest.Message{TS: ts, BotID: slacktest.BotID, Metadata: slacktest.Metadata{
			EventType: "tocsin_alert", EventPayload: map[string]any{"key": key}}}
	}
	for _, tc := range []struct {
		name     string
		messages []slacktest.Message
		want     string // the timestamp; "" when nothing is found
	}{
		{"nothing in an empty channel", nil, ""},
		{"the message with the key", []slacktest.Message{ours("a", ts(0)), ours("k", ts(1)), ours("b", ts(2))}, ts(1)},
		{"not one with another key", []slacktest.Message{ours("a", ts(0)), ours("kk", ts(1))}, ""},
		{"one that Slack's clock stamped some minutes too early", []slacktest.Message{ours("k", ts(-9*time.Minute))}, ts(-9 * time.Minute)},
		{"not one from long before", []slacktest.Message{ours("k", ts(-11*time.Minute))}, ""},
		{"not one that somebody else posted", []slacktest.Message{
			{TS: ts(0), BotID: "B0OTHER0001", Metadata: ours("k", "").Metadata}, {TS: ts(1), Metadata: ours("k", "").Metadata}}, ""},
		{"not one of another kind", []slacktest.Message{{TS: ts(0), BotID: slacktest.BotID, Metadata: slacktest.Metadata{
			EventType: "other", EventPayload: map[string]any{"key": "k"}}}}, ""},
		{"one on a later page", append([]slacktest.Message{ours("k", ts(0))}, crowd(ts)...), ts(0)},
	} {
		for _, channel := range []string{general, "#general"} {
			t.Run(tc.name+" in "+channel, func(t *testing.T) {
				t.Parallel()
				s := newServer(t, slacktest.Options{MaxPage: 3, Channels: []slacktest.Channel{
					{ID: "C0OTHER0001", Name: "a"}, {ID: "C0OTHER0002", Name: "b"}, {ID: "C0OTHER0003", Name: "c"}, {ID: general, Name: "general"}}})
				for _, m := range tc.messages {
					s.Add(general, m)
				}
				receipt, found, err := newClient(t, s).Find(t.Context(), channel, "k", at)
				if err != nil {
					t.Fatal(err)
				}
				if found != (tc.want != "") || receipt.TS != tc.want {
					t.Errorf("found %v: %v, want %q", found, receipt, tc.want)
				}
				if found && receipt.Channel != general {
					t.Errorf("found in %q, want the ID", receipt.Channel)
				}
			})
		}
	}
}

// crowd is what people write meanwhile.
func crowd(ts func(time.Duration) string) []slacktest.Message {
	var out []slacktest.Message
	for i := range 10 {
		out = append(out, slacktest.Message{TS: ts(time.Duration(i+1) * time.Second), Text: "hello"})
	}
	return out
}

func TestFindFindsWhatPostPosted(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	c := newClient(t, s)
	start := time.Now()
	s.Fail("chat.postMessage", slacktest.LostAnswer)
	_, err := c.Post(t.Context(), "#general", sample("k"))
	if class, _ := slack.Classify(err); class != slack.Ambiguous {
		t.Fatalf("a lost answer is %v (%v), want ambiguous", class, err)
	}
	receipt, found, err := c.Find(t.Context(), "#general", "k", start)
	if err != nil || !found {
		t.Fatalf("not found: %v", err)
	}
	if want := s.Messages(general)[0].TS; receipt.TS != want {
		t.Errorf("found %v, want %s", receipt, want)
	}
}

func TestWhatCannotBeReadIsNotSaidToBeMissing(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		fault slacktest.Fault
		class slack.Class
	}{
		{"JSON that says nothing", slacktest.EmptyPage, slack.Ambiguous},
		{"half a page", slacktest.HalfAnswer, slack.Ambiguous},
		{"a channel that was left", slacktest.Refuse("not_in_channel"), slack.Channel},
		{"a scope that is missing", slacktest.Fault{Code: "missing_scope", Needed: "channels:history"}, slack.Credentials},
		{"too many calls", slacktest.RateLimited(time.Second), slack.NotSent},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, slacktest.Options{})
			s.Fail("conversations.history", tc.fault)
			_, found, err := newClient(t, s).Find(t.Context(), general, "k", now)
			if class, _ := slack.Classify(err); err == nil || found || class != tc.class {
				t.Errorf("found %v, %v (%v), want %v", found, err, class, tc.class)
			}
			if tc.fault.Needed != "" && !strings.Contains(err.Error(), "give the app the scope "+tc.fault.Needed) {
				t.Errorf("error does not say what to do: %v", err)
			}
		})
	}
}

func TestAnUnknownChannelIsTheChannelsTrouble(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	_, _, err := newClient(t, s).Find(t.Context(), "#nowhere", "k", now)
	if class, _ := slack.Classify(err); class != slack.Channel {
		t.Errorf("%v is %v", err, class)
	}
}

func TestAChannelIsLookedUpOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	c := newClient(t, s)
	for range 3 {
		if _, _, err := c.Find(t.Context(), "#general", "k", now); err != nil {
			t.Fatal(err)
		}
	}
	if lists, auths := s.Calls("conversations.list"), s.Calls("auth.test"); lists != 1 || auths != 1 {
		t.Errorf("%d lookups of the channel and %d of the bot, want 1 of each", lists, auths)
	}
	c = newClient(t, s)
	if _, err := c.Post(t.Context(), "#general", sample("k")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Find(t.Context(), "#general", "k", now); err != nil {
		t.Fatal(err)
	}
	if lists := s.Calls("conversations.list"); lists != 1 {
		t.Errorf("%d lookups of the channel, want none after posting to it", lists-1)
	}
}

func TestCheckSaysWhoseTokenItIs(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	who, err := newClient(t, s).Check(t.Context())
	if want := "tocsin in Example Newsroom"; err != nil || who != want {
		t.Errorf("Check = %q, %v, want %q", who, err, want)
	}
	_, err = slack.NewClient("xoxb-wrong", s.APIURL(), newHTTPClient(t)).Check(t.Context())
	const want = "checking the Slack token: invalid_auth (the token is wrong: copy the bot token, xoxb-…, from the app's page OAuth & Permissions)"
	if class, _ := slack.Classify(err); class != slack.Credentials || err.Error() != want {
		t.Errorf("error is %q (%v), want %q", err, class, want)
	}
}

// TestClassesOfSlacksErrors holds the table of what every error code means.
func TestClassesOfSlacksErrors(t *testing.T) {
	t.Parallel()
	for class, codes := range map[slack.Class]string{
		slack.NotSent:     "ratelimited rate_limited",
		slack.Ambiguous:   "internal_error fatal_error service_unavailable request_timeout",
		slack.Credentials: "invalid_auth not_authed account_inactive token_revoked token_expired missing_scope not_allowed_token_type app_access_restricted",
		slack.Channel:     "channel_not_found not_in_channel is_archived restricted_action restricted_action_read_only_channel ekm_access_denied",
		slack.Payload: "invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long no_text invalid_attachments too_many_attachments " +
			"invalid_metadata_format invalid_metadata_schema metadata_too_large markdown_text_conflict invalid_arguments",
		slack.Transient: "team_added_to_org org_login_required message_limit_exceeded accesslimited",
		slack.Unknown:   "brand_new_error",
	} {
		for code := range strings.FieldsSeq(codes) {
			t.Run(code+" is "+class.String(), func(t *testing.T) {
				t.Parallel()
				s := newServer(t, slacktest.Options{})
				s.Fail("chat.postMessage", slacktest.Refuse(code), slacktest.Refuse(code))
				_, err := newClient(t, s).Post(t.Context(), general, sample("k"))
				if got, _ := slack.Classify(err); got != class {
					t.Errorf("%v is %v", err, got)
				}
				if err == nil || !strings.HasPrefix(err.Error(), "posting to "+general+": "+code) {
					t.Errorf("error is %v", err)
				}
			})
		}
	}
}

// TestClassesOfWhatHappensOnTheWay holds what every failure of the network means,
// and that what may have been posted is never said to be unsent.
func TestClassesOfWhatHappensOnTheWay(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		fault slacktest.Fault
		class slack.Class
		after time.Duration
	}{
		{"too many messages", slacktest.RateLimited(30 * time.Second), slack.NotSent, 30 * time.Second},
		{"too many messages, and no word of how long", slacktest.RateLimited(0), slack.NotSent, 0},
		{"a reset connection", slacktest.Reset, slack.Ambiguous, 0},
		{"a lost answer", slacktest.LostAnswer, slack.Ambiguous, 0},
		{"half an answer", slacktest.HalfAnswer, slack.Ambiguous, 0},
		{"the page of a proxy", slacktest.ProxyPage, slack.Ambiguous, 0},
		{"JSON that says nothing", slacktest.EmptyPage, slack.Ambiguous, 0},
		{"JSON that is not an answer", slacktest.Fault{Body: `["ok"]`}, slack.Ambiguous, 0},
		{"an overloaded server", slacktest.Overloaded, slack.Ambiguous, 0},
		{"a gateway that gave up", slacktest.Fault{Accept: true, Status: 504}, slack.Ambiguous, 0},
		{"a request that took too long", slacktest.Fault{Status: 408}, slack.Ambiguous, 0},
		{"a proxy that wants a login", slacktest.Fault{Status: 407}, slack.NotSent, 0},
		{"an address that is not Slack's", slacktest.Fault{Status: 404}, slack.NotSent, 0},
		{"a redirect", slacktest.Fault{Status: 307}, slack.NotSent, 0},
	} {
		t.Run(tc.name+" is "+tc.class.String(), func(t *testing.T) {
			t.Parallel()
			s := newServer(t, slacktest.Options{})
			s.Fail("chat.postMessage", tc.fault)
			_, err := newClient(t, s).Post(t.Context(), general, sample("k"))
			class, after := slack.Classify(err)
			if class != tc.class || after != tc.after {
				t.Errorf("%v is %v after %v, want %v after %v", err, class, after, tc.class, tc.after)
			}
			if len(s.Messages(general)) > 0 && class != slack.Ambiguous {
				t.Errorf("it was posted, and the class is %v", class)
			}
			if n := s.Calls("chat.postMessage"); n != 1 {
				t.Errorf("%d calls: a client must not try again by itself", n)
			}
		})
	}
}

func TestNothingIsSentWithoutAConnection(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	untrusted := httptest.NewTLSServer(nil)
	untrusted.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(untrusted.Close)
	for _, tc := range []struct{ name, url, reason string }{
		{"nobody listens", closed.URL, "connection refused"},
		{"nobody can be trusted", untrusted.URL, "certificate signed by unknown authority"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := slack.NewClient(slacktest.Token, tc.url+"/api/", newHTTPClient(t)).Post(t.Context(), general, sample("k"))
			if class, _ := slack.Classify(err); class != slack.NotSent || !strings.Contains(err.Error(), tc.reason) {
				t.Errorf("%v is %v, want not sent: %s", err, class, tc.reason)
			}
		})
	}
}

func TestACallThatIsGivenUpMayHaveBeenPosted(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	begun := make(chan struct{})
	s.Fail("chat.postMessage", slacktest.Slow(begun, make(chan struct{})))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		<-begun
		cancel()
	}()
	c := newClient(t, s)
	_, err := c.Post(ctx, general, sample("k"))
	if class, _ := slack.Classify(err); class != slack.Ambiguous || !errors.Is(err, context.Canceled) {
		t.Errorf("a call that is cancelled on its way is %v (%v), want ambiguous", class, err)
	}
	if n := len(s.Messages(general)); n != 1 {
		t.Errorf("%d messages, want the one", n)
	}
	_, err = c.Post(ctx, general, sample("k"))
	if class, _ := slack.Classify(err); class != slack.NotSent || !errors.Is(err, context.Canceled) {
		t.Errorf("a call that is cancelled before it began is %v (%v), want not sent", class, err)
	}
	if n := s.Calls("chat.postMessage"); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
}

// TestNoSecretReachesAnError lets everything fail in every way, with a server
// that quotes whole requests, and looks for the token and for what was said in
// what anybody could log.
func TestNoSecretReachesAnError(t *testing.T) {
	t.Parallel()
	faults := map[string]slacktest.Fault{
		"a reset connection":                 slacktest.Reset,
		"half an answer":                     slacktest.HalfAnswer,
		"an empty answer":                    slacktest.EmptyPage,
		"too many calls":                     slacktest.RateLimited(time.Second),
		"a refusal":                          slacktest.Refuse("invalid_auth"),
		"a code with the request":            {Code: "oops ", Echo: true},
		"a refusal with the request":         {Code: "invalid_blocks", Details: []string{slacktest.Token}},
		"a scope with the token":             {Code: "missing_scope", Needed: slacktest.Token},
		"a page with the request":            {Body: "<html>", Echo: true},
		"an error page with the request":     {Status: 502, Body: "<html>", Echo: true},
		"JSON that is wrong and has a token": {Body: `{"ok":false,"error":"x","errors":[{"token":"` + slacktest.Token + `"}]}`},
	}
	methods := map[string]func(*slack.Client) error{
		"auth.test": func(c *slack.Client) error { _, err := c.Check(t.Context()); return err },
		"chat.postMessage": func(c *slack.Client) error {
			_, err := c.Post(t.Context(), general, sample("k"))
			return err
		},
		"conversations.list": func(c *slack.Client) error {
			_, _, err := c.Find(t.Context(), "#general", "k", now)
			return err
		},
		"conversations.history": func(c *slack.Client) error {
			_, _, err := c.Find(t.Context(), general, "k", now)
			return err
		},
	}
	for method, call := range methods {
		for name, fault := range faults {
			t.Run(method+" with "+name, func(t *testing.T) {
				t.Parallel()
				s := newServer(t, slacktest.Options{})
				s.Fail(method, fault, fault)
				err := call(newClient(t, s))
				if err == nil {
					t.Skip("no failure") // an empty list is an answer
				}
				checkNoSecret(t, err)
			})
		}
	}
	t.Run("an address with a password", func(t *testing.T) {
		t.Parallel()
		closed := httptest.NewServer(nil)
		closed.Close()
		url := strings.Replace(closed.URL, "http://", "http://proxy:"+slacktest.Token+"@", 1)
		for _, call := range methods {
			checkNoSecret(t, call(slack.NewClient(slacktest.Token, url, newHTTPClient(t))))
		}
	})
}

// oddToken has a shape that only who knows it can find.
const oddToken = "token.of-a-proxy%2Band more"

func TestATokenOfAnyShapeIsFound(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{Token: oddToken})
	s.Fail("chat.postMessage", slacktest.Refuse("invalid_blocks"), slacktest.Refuse("invalid_blocks", oddToken, "xoxp-1-somebody-elses", "xapp-1-A0-not-ours"))
	_, err := slack.NewClient(oddToken, s.APIURL(), newHTTPClient(t)).Post(t.Context(), general, sample("k"))
	const want = "posting to C0GENERAL01: invalid_blocks: [ERROR] [token]; [ERROR] [token]; [ERROR] [token]"
	if err == nil || err.Error() != want {
		t.Errorf("error is %v, want %q", err, want)
	}
}

// checkNoSecret fails the test when any way of printing an error shows the token
// or something of the request.
func checkNoSecret(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Error("no error")
		return
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Error("x", "err", err)
	slog.New(slog.NewTextHandler(&log, nil)).Error("x", "err", err)
	asJSON, _ := json.Marshal(err)
	prints := []string{err.Error(), fmt.Sprintf("%v %+v %#v %q", err, err, err, err), log.String(), string(asJSON)}
	for e := errors.Unwrap(err); e != nil; e = errors.Unwrap(e) {
		prints = append(prints, e.Error(), fmt.Sprintf("%#v", e))
	}
	for _, p := range prints {
		for _, secret := range []string{slacktest.Token, strings.TrimPrefix(slacktest.Token, "xoxb-"), "not-a-token"} {
			if strings.Contains(p, secret) {
				t.Errorf("the token is in %q", p)
			}
		}
		if strings.Contains(p, "news.example") {
			t.Errorf("the request is in %q", p)
		}
	}
	if strings.ContainsAny(err.Error(), "\n\r\x1b") || len(err.Error()) > 2000 {
		t.Errorf("the error is not one line: %q", err)
	}
}

func TestAClientDoesNotPrintItsToken(t *testing.T) {
	t.Parallel()
	c := slack.NewClient(slacktest.Token, "", nil)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "client", c)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "client", c)
	if got := fmt.Sprintf("%v %+v %#v %s %q ", c, c, c, c, c) + log.String(); strings.Contains(got, "not-a-token") {
		t.Errorf("the token is in %q", got)
	}
}

func TestRedirectsDoNotCarryTheTokenAway(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("a request came: %s", r.URL)
	}))
	t.Cleanup(elsewhere.Close)
	front := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusPermanentRedirect))
	t.Cleanup(front.Close)
	if _, err := slack.NewClient(slacktest.Token, front.URL, newHTTPClient(t)).Check(t.Context()); err == nil {
		t.Error("a redirect is no answer")
	}
}

func TestOtherErrorsAreUnknown(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, errors.New("x"), context.Canceled} {
		if class, after := slack.Classify(err); class != slack.Unknown || after != 0 {
			t.Errorf("Classify(%v) = %v, %v", err, class, after)
		}
	}
	wrapped := fmt.Errorf("delivering: %w", &slack.Error{Class: slack.Channel, RetryAfter: time.Second})
	if class, after := slack.Classify(wrapped); class != slack.Channel || after != time.Second {
		t.Errorf("Classify of a wrapped error = %v, %v", class, after)
	}
}

func TestEveryAnswerIsToldOf(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	c := newClient(t, s)
	var told []string
	c.Answered(func(class string) { told = append(told, class) })
	s.Fail("chat.postMessage", slacktest.RateLimited(time.Second))
	c.Post(t.Context(), general, sample("k"))
	c.Post(t.Context(), general, sample("k"))
	if _, found, err := c.Find(t.Context(), general, "k", time.Now()); !found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
	if want := []string{"not sent", "ok", "ok", "ok"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	for _, class := range told {
		if !slices.Contains(slack.Answers(), class) {
			t.Errorf("%q is none of the answers", class)
		}
	}
}
