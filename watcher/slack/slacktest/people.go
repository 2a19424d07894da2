package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
)

// Person is somebody in the workspace.
type Person struct {
	ID, Name string
	Team     string // "" for the workspace's own
}

const team = "T0EXAMPLE01"

// Answer is what was said to one person.
type Answer struct {
	Envelope string // that it answers; "" where it was said by chat.postEphemeral
	Person   string // the ID
	Text     string
	Blocks   []map[string]any
}

// maxAnswers is how often an envelope may be answered.
const maxAnswers = 5

// Press has a person press a button at a message, and returns the envelope's ID. It
// returns "" where there is no such message or button.
func (s *Server) Press(by Person, channel, ts, button string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, _ := s.channel(channel)
	m := s.find(ch.ID, ts)
	if m == nil {
		return ""
	}
	for _, b := range m.Blocks {
		elements, _ := b["elements"].([]any)
		for _, e := range elements {
			if o, ok := e.(map[string]any); ok && b["type"] == "actions" && o["action_id"] == button {
				return s.send("interactive", func(id string) any { return s.click(id, by, ch, *m, b, o) })
			}
		}
	}
	return ""
}

// click is the payload of a click, as Slack makes it.
func (s *Server) click(id string, by Person, ch Channel, m Message, block, button map[string]any) any {
	shown := m.render(true)
	shown["blocks"] = withIDs(m.Blocks)
	return map[string]any{
		"type": "block_actions", "api_app_id": "A0TOCSIN01", "token": "deprecated",
		"user":       map[string]any{"id": by.ID, "username": by.Name, "name": by.Name, "team_id": by.team()},
		"team":       map[string]any{"id": team, "domain": "example-newsroom"},
		"enterprise": nil, "is_enterprise_install": false,
		"channel":      map[string]any{"id": ch.ID, "name": ch.Name},
		"container":    map[string]any{"type": "message", "message_ts": m.TS, "channel_id": ch.ID, "is_ephemeral": false},
		"message":      shown,
		"state":        map[string]any{"values": map[string]any{}},
		"trigger_id":   "trigger." + id,
		"response_url": s.answerURL(id),
		"actions": []any{map[string]any{
			"type": "button", "action_id": button["action_id"], "block_id": block["block_id"], "text": button["text"],
			"value": button["value"], "action_ts": s.stamp(),
		}},
	}
}

func (p Person) team() string {
	if p.Team == "" {
		return team
	}
	return p.Team
}

// withIDs are blocks as Slack shows them, each with an ID.
func withIDs(blocks []map[string]any) []map[string]any {
	var out []map[string]any
	for i, b := range blocks {
		b = maps.Clone(b)
		if _, given := b["block_id"]; !given {
			b["block_id"] = fmt.Sprintf("b%dAz", i)
		}
		out = append(out, b)
	}
	return out
}

// stamp is a timestamp of now. The caller holds mu.
func (s *Server) stamp() string {
	s.lastTS = max(s.opts.Now().UnixMicro(), s.lastTS+1)
	return fmt.Sprintf("%d.%06d", s.lastTS/1e6, s.lastTS%1e6)
}

// Slash has a person write /tocsin with a text behind it, and returns the envelope's
// ID.
func (s *Server) Slash(by Person, channel, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, _ := s.channel(channel)
	return s.send("slash_commands", func(id string) any {
		return map[string]any{
			"token": "deprecated", "team_id": by.team(), "team_domain": "example-newsroom", "channel_id": ch.ID, "channel_name": ch.Name,
			"user_id": by.ID, "user_name": by.Name, "command": "/tocsin", "text": text, "api_app_id": "A0TOCSIN01",
			"is_enterprise_install": "false", "response_url": s.answerURL(id), "trigger_id": "trigger." + id,
		}
	})
}

// send makes an envelope and brings it. The caller holds mu.
func (s *Server) send(kind string, payload func(id string) any) string {
	s.sockets.numbers++
	id := fmt.Sprintf("envelope-%d", s.sockets.numbers)
	s.sockets.envelopes = append(s.sockets.envelopes, &envelope{id: id, kind: kind, payload: payload(id)})
	s.bring()
	return id
}

func (s *Server) answerURL(id string) string { return s.server.URL + "/actions/" + id }

// takeAnswer takes what is said to a person by the address that came with what they
// did.
func (s *Server) takeAnswer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var said struct {
		Text            string          `json:"text"`
		Blocks          json.RawMessage `json:"blocks"`
		ResponseType    string          `json:"response_type"`
		ReplaceOriginal *bool           `json:"replace_original"`
		UnfurlLinks     *bool           `json:"unfurl_links"`
		UnfurlMedia     *bool           `json:"unfurl_media"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls["response_url"]++
	if queue := s.faults["response_url"]; len(queue) > 0 {
		s.faults["response_url"] = queue[1:]
		queue[0].write(w, r, nil)
		return
	}
	e := s.envelope(r.PathValue("id"))
	if e == nil || e.answers >= maxAnswers {
		http.Error(w, "used_url", http.StatusNotFound)
		return
	}
	if err := json.Unmarshal(body, &said); err != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	form := url.Values{"text": {said.Text}, "unfurl_links": {fmt.Sprint(said.UnfurlLinks != nil && *said.UnfurlLinks)},
		"unfurl_media": {fmt.Sprint(said.UnfurlMedia != nil && *said.UnfurlMedia)}}
	if len(said.Blocks) > 0 {
		form.Set("blocks", string(said.Blocks))
	}
	m, problem := readMessage(form, nil)
	switch {
	case problem != nil:
		s.violations = append(s.violations, "response_url: "+problem.String())
		http.Error(w, problem.code, http.StatusBadRequest)
		return
	case said.ResponseType != "ephemeral", said.ReplaceOriginal == nil, *said.ReplaceOriginal:
		s.violations = append(s.violations, "response_url: everybody would see it, or it would be in place of the message")
	}
	e.answers++
	s.sockets.answers = append(s.sockets.answers, Answer{Envelope: e.id, Person: e.person(), Text: m.Text, Blocks: m.Blocks})
	s.change()
	io.WriteString(w, "ok")
}

// person is the ID of whoever did it.
func (e *envelope) person() string {
	payload := e.payload.(map[string]any)
	if id, ok := payload["user_id"].(string); ok {
		return id
	}
	return payload["user"].(map[string]any)["id"].(string)
}

// postEphemeral says something to one person.
func (s *Server) postEphemeral(r *http.Request) answer {
	ch, found := s.channel(r.PostForm.Get("channel"))
	if !found || ch.NotMember {
		return refusal("not_in_channel")
	}
	m, problem := readMessage(r.PostForm, nil)
	if problem != nil {
		s.violations = append(s.violations, "chat.postEphemeral: "+problem.String())
		return refusal(problem.code, problem.details...)
	}
	s.sockets.answers = append(s.sockets.answers, Answer{Person: r.PostForm.Get("user"), Text: m.Text, Blocks: m.Blocks})
	s.change()
	return answer{"ok": true, "message_ts": s.stamp()}
}

// Answers returns what was said to single people, in order.
func (s *Server) Answers() []Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sockets.answers)
}
