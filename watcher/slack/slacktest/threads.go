package slacktest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// known are the IDs of those that may be mentioned.
func (s *Server) known() []string {
	return slices.Concat(slices.Collect(maps.Values(s.opts.Groups)), slices.Collect(maps.Values(s.opts.Users)))
}

// find returns the message of a channel with a timestamp; nil where there is none.
func (s *Server) find(channel, ts string) *Message {
	for i := range s.messages[channel] {
		if s.messages[channel][i].TS == ts {
			return &s.messages[channel][i]
		}
	}
	return nil
}

// Delete removes a message, as people do.
func (s *Server) Delete(channel, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch, ok := s.channel(channel); ok {
		s.messages[ch.ID] = slices.DeleteFunc(s.messages[ch.ID], func(m Message) bool { return m.TS == ts })
	}
}

// update changes a message of the bot. Metadata that is not sent stays.
func (s *Server) update(r *http.Request) answer {
	ch, refused := s.readable(r.PostForm.Get("channel"))
	if refused != nil {
		return refused
	}
	old := s.find(ch.ID, r.PostForm.Get("ts"))
	switch {
	case ch.Archived:
		return refusal("is_archived")
	case old == nil:
		return refusal("message_not_found")
	case old.BotID != BotID:
		return refusal("cant_update_message")
	}
	m, problem := readMessage(r.PostForm, s.known())
	if problem != nil {
		s.violations = append(s.violations, "chat.update: "+problem.String())
		return refusal(problem.code, problem.details...)
	}
	old.Text, old.Blocks, old.Edits = m.Text, m.Blocks, old.Edits+1
	s.change()
	if m.Metadata.EventType != "" {
		old.Metadata = m.Metadata
	}
	return answer{"ok": true, "channel": ch.ID, "ts": old.TS, "text": old.Text, "message": old.render(true)}
}

// permalink answers where a message stands.
func (s *Server) permalink(r *http.Request) answer {
	ch, refused := s.readable(r.Form.Get("channel"))
	if refused != nil {
		return refused
	}
	ts := r.Form.Get("message_ts")
	if s.find(ch.ID, ts) == nil {
		return refusal("message_not_found")
	}
	return answer{"ok": true, "channel": ch.ID,
		"permalink": "https://example-newsroom.slack.example/archives/" + ch.ID + "/p" + strings.ReplaceAll(ts, ".", "")}
}

// replies answers a thread with the message that begins it, the oldest first.
func (s *Server) replies(r *http.Request) answer {
	ch, refused := s.readable(r.PostForm.Get("channel"))
	if refused != nil {
		return refused
	}
	if ch.NotMember {
		return refusal("not_in_channel")
	}
	thread := r.PostForm.Get("ts")
	if s.find(ch.ID, thread) == nil {
		return refusal("thread_not_found")
	}
	var rows []map[string]any
	for _, m := range s.messages[ch.ID] {
		if m.TS == thread || m.Thread == thread && within(m.TS, r.PostForm.Get("oldest"), r.PostForm.Get("latest"), isTrue(r.PostForm.Get("inclusive"))) {
			rows = append(rows, m.render(isTrue(r.PostForm.Get("include_all_metadata"))))
		}
	}
	page, next, ok := s.page(r, rows)
	if !ok {
		return refusal("invalid_cursor")
	}
	return answer{"ok": true, "messages": page, "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next}}
}

func (s *Server) userGroups(*http.Request) answer {
	groups := []map[string]any{}
	for _, handle := range slices.Sorted(maps.Keys(s.opts.Groups)) {
		groups = append(groups, map[string]any{"id": s.opts.Groups[handle], "handle": handle, "name": handle})
	}
	return answer{"ok": true, "usergroups": groups}
}

func (s *Server) users(r *http.Request) answer {
	var rows []map[string]any
	for _, name := range slices.Sorted(maps.Keys(s.opts.Users)) {
		rows = append(rows, map[string]any{"id": s.opts.Users[name], "name": name})
	}
	page, next, ok := s.page(r, rows)
	if !ok {
		return refusal("invalid_cursor")
	}
	return answer{"ok": true, "members": page, "response_metadata": map[string]any{"next_cursor": next}}
}
