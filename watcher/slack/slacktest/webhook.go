package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// webhookPath is where the workspace's incoming webhook is. It is a secret.
const webhookPath = "/services/T0EXAMPLE01/B0HOOK0001/not-a-secret-but-shaped-like-one"

// WebhookURL is the address of an incoming webhook of the first channel.
func (s *Server) WebhookURL() string { return s.server.URL + webhookPath }

// takeWebhook posts what comes to the webhook. Its faults and calls are those of
// "webhook".
func (s *Server) takeWebhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls["webhook"]++
	var fault Fault
	if queue := s.faults["webhook"]; len(queue) > 0 {
		fault, s.faults["webhook"] = queue[0], queue[1:]
	}
	status, words := http.StatusOK, "ok"
	if !fault.answers() || fault.Accept {
		status, words = s.hook(body)
	}
	switch {
	case fault.answers():
		fault.write(w, r, answer{"ok": true})
	case words == tooSoon:
		RateLimited(time.Second).write(w, r, nil)
	default:
		w.WriteHeader(status)
		io.WriteString(w, words)
	}
}

// hook posts a message, and returns what Slack answers. The caller holds mu.
func (s *Server) hook(body []byte) (status int, words string) {
	var m struct {
		Text        string          `json:"text"`
		Blocks      json.RawMessage `json:"blocks"`
		UnfurlLinks *bool           `json:"unfurl_links"`
		UnfurlMedia *bool           `json:"unfurl_media"`
	}
	ch := s.channels[0]
	switch err := json.Unmarshal(body, &m); {
	case err != nil:
		return http.StatusBadRequest, "invalid_payload"
	case ch.Archived:
		return http.StatusGone, "channel_is_archived"
	}
	now := s.opts.Now()
	if last, ok := s.lastPost[ch.ID]; s.opts.Rate && ok && now.Sub(last) < time.Second {
		return http.StatusTooManyRequests, tooSoon
	}
	form := url.Values{"text": {m.Text}, "unfurl_links": {fmt.Sprint(m.UnfurlLinks == nil || *m.UnfurlLinks)},
		"unfurl_media": {fmt.Sprint(m.UnfurlMedia == nil || *m.UnfurlMedia)}}
	if len(m.Blocks) > 0 {
		form.Set("blocks", string(m.Blocks))
	}
	posted, problem := readMessage(form, s.known())
	if problem != nil {
		s.violations = append(s.violations, "webhook: "+problem.String())
		return http.StatusBadRequest, problem.code
	}
	s.lastPost[ch.ID] = now
	posted.BotID = BotID
	s.keep(ch.ID, posted)
	s.change()
	return http.StatusOK, "ok"
}
