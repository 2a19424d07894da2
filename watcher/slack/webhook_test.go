package slack_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tocsin/watcher/slack"
	"tocsin/watcher/slack/slacktest"
)

func newWebhook(t *testing.T, s *slacktest.Server) *slack.Client {
	t.Helper()
	return slack.NewWebhookClient(s.WebhookURL(), newHTTPClient(t))
}

func TestAWebhookPostsToItsOwnChannel(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	c := newWebhook(t, s)
	receipt, err := c.Post(t.Context(), "#any", sample("k"))
	if err != nil {
		t.Fatal(err)
	}
	m := s.Messages(general)
	if len(m) != 1 || m[0].Text != sample("k").Text || len(m[0].Blocks) != len(sample("k").Blocks) {
		t.Errorf("messages %+v", m)
	}
	if receipt.String() != "" {
		t.Errorf("receipt %q of a place that nobody knows", receipt)
	}
	if _, _, err := c.Find(t.Context(), "#any", "k", time.Now()); err == nil {
		t.Error("it finds something")
	} else if class, _ := slack.Classify(err); class != slack.Channel {
		t.Errorf("the error is %v (%v)", err, class)
	}
	if err := c.Update(t.Context(), receipt, sample("k")); err == nil {
		t.Error("it changes something")
	}
}

func TestWhatAWebhookRefusesIsOfAClass(t *testing.T) {
	t.Parallel()
	refused := func(status int, words string) slacktest.Fault { return slacktest.Fault{Status: status, Body: words} }
	for _, tt := range []struct {
		fault slacktest.Fault
		class slack.Class
		error string
	}{
		{refused(http.StatusNotFound, "no_service"), slack.Credentials, "no_service (the webhook was removed or disabled"},
		{refused(http.StatusNotFound, "no_team"), slack.Credentials, "no_team (the webhook's address is wrong"},
		{refused(http.StatusForbidden, "invalid_token"), slack.Credentials, "invalid_token"},
		{refused(http.StatusForbidden, "action_prohibited"), slack.Channel, "action_prohibited"},
		{refused(http.StatusNotFound, "channel_not_found"), slack.Channel, "channel_not_found"},
		{refused(http.StatusGone, "channel_is_archived"), slack.Channel, "channel_is_archived (unarchive the channel"},
		{refused(http.StatusForbidden, "<html>a proxy</html>"), slack.NotSent, "HTTP 403 Forbidden"},
		{slacktest.RateLimited(7 * time.Second), slack.NotSent, "rate limited"},
		{slacktest.Overloaded, slack.Ambiguous, "HTTP 503"},
		{slacktest.ProxyPage, slack.Ambiguous, "no valid answer"},
		{slacktest.Reset, slack.Ambiguous, "no valid answer"},
		{slacktest.LostAnswer, slack.Ambiguous, "no valid answer"},
	} {
		s := newServer(t, slacktest.Options{})
		s.Fail("webhook", tt.fault)
		_, err := newWebhook(t, s).Post(t.Context(), "#any", sample("k"))
		class, after := slack.Classify(err)
		if err == nil || class != tt.class || !strings.Contains(err.Error(), tt.error) {
			t.Errorf("%+v: %v (%v), want %q (%v)", tt.fault, err, class, tt.error, tt.class)
		}
		if after != tt.fault.RetryAfter {
			t.Errorf("%+v: after %v", tt.fault, after)
		}
		if err != nil && strings.Contains(err.Error(), "/services/") {
			t.Errorf("the error has the address: %v", err)
		}
	}
}

func TestAWebhookThatCannotBeReachedIsNotShown(t *testing.T) {
	t.Parallel()
	s := slacktest.New(slacktest.Options{})
	c := newWebhook(t, s)
	address := s.WebhookURL()
	s.Close()
	_, err := c.Post(t.Context(), "#any", sample("k"))
	if class, _ := slack.Classify(err); class != slack.NotSent {
		t.Errorf("error is %v (%v)", err, class)
	}
	for _, shown := range []string{fmt.Sprint(err), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c)} {
		if strings.Contains(shown, address) || strings.Contains(shown, "/services/") {
			t.Errorf("the address is shown: %s", shown)
		}
	}
}

func TestAWebhookMessageThatIsRefusedIsPostedPlain(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	s.Fail("webhook", slacktest.Fault{Status: http.StatusBadRequest, Body: "invalid_blocks"})
	receipt, err := newWebhook(t, s).Post(t.Context(), "#any", sample("k"))
	if err != nil || receipt.Refused == "" {
		t.Fatalf("%+v, %v", receipt, err)
	}
	if m := s.Messages(general); len(m) != 1 || m[0].Blocks != nil {
		t.Errorf("messages %+v", m)
	}
}
