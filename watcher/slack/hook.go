package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// hookClasses are what the words mean with which Slack refuses what is posted to an
// address of its own making: those of incoming webhooks and of answers.
var hookClasses = map[string]Class{
	"invalid_payload":                   Payload,
	"no_text":                           Payload,
	"too_many_attachments":              Payload,
	"action_prohibited":                 Channel,
	"posting_to_general_channel_denied": Channel,
	"channel_not_found":                 Channel,
	"channel_is_archived":               Channel,
	"invalid_token":                     Credentials,
	"no_service":                        Credentials,
	"no_service_id":                     Credentials,
	"no_active_hooks":                   Credentials,
	"no_team":                           Credentials,
	"team_disabled":                     Credentials,
	"user_not_found":                    Payload,
	"expired_url":                       Payload,
	"used_url":                          Payload,
}

// maxWords is how much of an answer is read.
const maxWords = 1 << 10

// postHook posts JSON to an address of Slack's making. All errors are *Error, and
// nothing of the address is in them: whoever knows it may post.
func (c *Client) postHook(ctx context.Context, doing, address string, payload any) error {
	if err := canceled(ctx, doing); err != nil {
		return err
	}
	body, err := json.Marshal(payload)
	if err != nil {
		return &Error{Doing: doing, Class: Payload, Reason: "it is no JSON"}
	}
	var trace call
	r, err := http.NewRequestWithContext(trace.watch(ctx), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return &Error{Doing: doing, Class: Credentials, Reason: "its address is none"}
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	answer, err := c.carrier.Do(r)
	if err != nil {
		return c.failure(doing, &trace, err)
	}
	defer answer.Body.Close()
	words, err := io.ReadAll(io.LimitReader(answer.Body, maxWords))
	if err := c.hookError(doing, answer, strings.TrimSpace(string(words)), err); err != nil {
		return err
	}
	c.answered(ok)
	return nil
}

// hookError is what an answer means; nil for success.
func (c *Client) hookError(doing string, answer *http.Response, words string, err error) error {
	switch {
	case answer.StatusCode == http.StatusTooManyRequests:
		return &Error{Doing: doing, Class: NotSent, Reason: "rate limited", RetryAfter: retryAfter(answer.Header.Get("Retry-After"))}
	case err != nil:
		return c.failure(doing, &call{}, err)
	case answer.StatusCode == http.StatusOK:
		// Webhooks answer ok, and answers to people that, nothing, or {"ok":true}.
		var reply struct {
			OK    bool
			Error string
		}
		switch {
		case words == "ok" || words == "":
			return nil
		case json.Unmarshal([]byte(words), &reply) == nil && reply.OK:
			return nil
		case reply.Error != "":
			words = reply.Error
		default:
			return &Error{Doing: doing, Class: Ambiguous, Reason: "no valid answer: it is not one of Slack's"}
		}
	}
	class, known := hookClasses[words]
	if !known {
		if class = classOf(words); class == Unknown {
			class, words = classOfStatus(answer.StatusCode), strings.TrimSpace(fmt.Sprintf("HTTP %d %s", answer.StatusCode, http.StatusText(answer.StatusCode)))
		}
	}
	return &Error{Doing: doing, Class: class, Reason: c.harmless(words), Hint: hookHints[words]}
}

// retryAfter is the time of a Retry-After in seconds; 0 where it has none.
func retryAfter(header string) time.Duration {
	seconds, err := strconv.Atoi(header)
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// hookHints say what a person can do.
var hookHints = map[string]string{
	"no_service":                        "the webhook was removed or disabled: make another one on the app's page Incoming Webhooks",
	"no_active_hooks":                   "the webhook was removed or disabled: make another one on the app's page Incoming Webhooks",
	"invalid_token":                     "the webhook's address is wrong: copy it from the app's page Incoming Webhooks",
	"no_team":                           "the webhook's address is wrong: copy it from the app's page Incoming Webhooks",
	"channel_is_archived":               "unarchive the channel, or make a webhook for another one",
	"posting_to_general_channel_denied": "only some members may post there: make a webhook for another channel",
	"action_prohibited":                 "an administrator restricts webhooks: ask them, or use a bot token",
}

// mayAnswer reports whether answers may go to an address: to Slack itself, or to
// where Slack's methods are.
func (c *Client) mayAnswer(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return false
	}
	if u.Scheme == "https" && (u.Hostname() == "slack.com" || strings.HasSuffix(u.Hostname(), ".slack.com")) {
		return true
	}
	api, err := url.Parse(c.apiURL)
	return err == nil && c.apiURL != "" && u.Scheme == api.Scheme && u.Hostname() == api.Hostname()
}

// definite reports whether nothing was posted for sure.
func definite(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Class != Ambiguous
}
